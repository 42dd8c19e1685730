"""`farley demo` for real: the story that it prints, and that nothing of it is left."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.acceptance.samples import ROOT, purchases, sample
from tests.processes.conftest import make_home
from tests.processes.up import environment

LONGEST = 120.0
"""Seconds that the demo may take."""

pytestmark = [pytest.mark.xdist_group("demo"), pytest.mark.timeout(LONGEST + 60)]


@pytest.fixture
def home() -> Iterator[Path]:
    made = make_home()
    made.mkdir()
    yield made
    left = [path.name for path in made.iterdir()]
    shutil.rmtree(made.parents[2])
    assert left in ([], ["samples"]), "the demo leaves nothing but what it downloaded"


def started(home: Path, **more: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "interfaces.cli.main", "demo"],
        env=environment(home, **more),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_demo_tells_the_story_on_real_data(home: Path) -> None:
    demo = started(home, FARLEY_SAMPLES=str(sample("cdnow_sample.txt").parent))
    told = demo.communicate(timeout=LONGEST)[0]
    assert demo.returncode == 0, told
    audience = len([number for number, spent in spent_by_customer().items() if spent > 150])
    complaints = len(range(0, audience, 8))
    assert "6,919 real purchases of 2,357 customers" in told
    assert re.search(r"purchases .* 6919/6919", told)
    assert re.search(r"\(e-mail addresses simulated\) .* 2357/2357", told)
    assert f"approved by key:administrator, {audience} people" in told
    assert f"{complaints} complaints by phone" in told
    outcomes = {name: int(n) for name, n in re.findall(r"^ *(sent|suppressed|audience) +(\d+)$", told, re.M)}
    assert outcomes["audience"] == audience == outcomes["sent"] + outcomes["suppressed"]
    reasons = {code: int(n) for code, n in re.findall(r"^ *([A-Z_]+) +(\d+)$", told, re.M)}
    assert reasons["OPEN_COMPLAINT"] + reasons["COMPLAINT_COOLING_OFF"] == complaints
    assert reasons["NO_CONSENT"] > 0
    assert re.search(r"^balanced$", told, re.M)
    assert f"got {outcomes['sent']} messages, none of them" in told
    explained(told)
    assert max(map(len, told.splitlines())) <= 100


def explained(told: str) -> None:
    """One person, rule by rule, with the position of the complaint that is also in the history."""
    position = re.search(r"complaint stands at position (\d+) \(simulated\)", told)
    assert position is not None
    assert re.search(rf"^stops +OPEN_COMPLAINT +{position[1]} *$", told, re.M)
    assert len(re.findall(r"^passed +[A-Z_]+", told, re.M)) >= 8
    assert re.search(r"orders  \d+, worth [\d.]+ USD", told)
    assert "1 open of 1" in told
    assert re.search(rf"^ +{position[1]}  .*complaints.ComplaintOpened", told, re.M)


def spent_by_customer() -> dict[str, Decimal]:
    spent: dict[str, Decimal] = {}
    for row in purchases():
        spent[row.customer] = spent.get(row.customer, Decimal(0)) + row.dollars
    return spent


def test_a_demo_that_is_interrupted_leaves_nothing_behind(home: Path) -> None:
    demo = started(home, FARLEY_SAMPLES=str(sample("cdnow_sample.txt").parent))
    assert demo.stdout is not None
    for line in demo.stdout:
        if line.startswith("A Farley to throw away runs"):
            break
    demo.send_signal(signal.SIGINT)
    began = time.monotonic()
    said = demo.communicate(timeout=60)[0]
    assert demo.returncode == 1, said
    assert time.monotonic() - began < 60
    assert processes_of(home) == []


def test_a_demo_without_its_data_says_how_to_get_them(home: Path) -> None:
    demo = started(home, PIP_NO_INDEX="1", PIP_FIND_LINKS="")
    said = demo.communicate(timeout=60)[0]
    assert demo.returncode == 1
    assert "set FARLEY_SAMPLES to a folder" in said
    assert "Traceback" not in said


def processes_of(home: Path) -> list[str]:
    """What runs with this home in its environment."""
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdecimal() and int(process.name) != os.getpid():
            try:
                spoken_for = str(home).encode() in (process / "environ").read_bytes()
            except OSError:
                continue
            if spoken_for:
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found
