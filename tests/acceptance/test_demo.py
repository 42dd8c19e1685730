"""`make demo` for real: the story that it prints, and that nothing of it is left."""

import math
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from urllib.request import urlopen

import pytest

from application.access.roles import Role
from demo.errors import WrongStory
from demo.responding import Effect
from demo.simulation import held_out_arm, treated_arm, true_dollars, true_points
from demo.telling import require
from tests.acceptance.samples import ROOT, purchases, sample
from tests.amounts import amount
from tests.processes.conftest import make_home
from tests.processes.up import environment

LONGEST = 120.0
"""Seconds that the demo may take."""
ONE_IN = amount(1, quick=3)
"""The demo tells of one in so many customers."""

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("processes"), pytest.mark.timeout(LONGEST + 60)]


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
        [sys.executable, "-m", "demo", "--one-in", str(ONE_IN), "--stay"],
        env=environment(home, TMPDIR=str(home), **more),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_the_demo_tells_the_story_on_real_data(home: Path) -> None:
    demo = started(home, PYTHONUNBUFFERED="1", FARLEY_SAMPLES=str(sample("cdnow_sample.txt").parent))
    told = until_it_stays(demo)
    links = re.findall(r"^(\w+) +(http://127\.0\.0\.1:\d+/console/sign-in/\w+)$", told, re.M)
    assert [role for role, _ in links] == list(Role)
    for role, link in links:
        assert role in urlopen(link).read().decode()
    demo.send_signal(signal.SIGINT)
    told += demo.communicate(timeout=LONGEST)[0]
    assert demo.returncode == 0, told
    assert "What this demo stored is erased now." in told
    assert processes_of(home) == []
    spent = spent_by_customer()
    bought = sum(row.customer in spent for row in purchases())
    audience = len([number for number, dollars in spent.items() if dollars > 150])
    complaints = len(range(0, audience, 8))
    assert ONE_IN > 1 or (bought, len(spent)) == (6_919, 2_357)
    assert f"{bought:,} real purchases of {len(spent):,} customers" in told
    assert re.search(rf"purchases .* {bought}/{bought}", told)
    assert re.search(rf"\(e-mail addresses simulated\) .* {len(spent)}/{len(spent)}", told)
    assert f"{complaints} complaints by phone" in told
    previewed(told, audience)
    planned(told)
    outcomes = balanced(told, audience, complaints)
    closed(told, outcomes)
    unsubscribed(told)
    assert (
        f"{audience} decisions and {outcomes['sent']} handovers decided again from the log alone, 0 differences"
        in told
    )
    explained(told)
    assert max(map(len, told.splitlines())) <= 100


def until_it_stays(demo: "subprocess.Popen[str]") -> str:
    """Returns what the demo tells until it waits for Ctrl-C."""
    told = ""
    for line in demo.stdout or ():
        told += line
        if line.startswith("Enter makes new links."):
            break
    return told


def previewed(told: str, audience: int) -> None:
    """Before somebody approves it, the campaign says whom it reaches and what is lost."""
    preview = re.search(
        r"^Preview: (\d+) people, (\d+) of them reachable; lost: NO_CONSENT (\d+)\.$", told, re.M
    )
    assert preview is not None
    size, reachable, lost = map(int, preview.groups())
    assert size == audience == reachable + lost
    assert lost > 0
    approved = re.search(r"^approved by person:administrator$", told, re.M)
    assert approved is not None
    assert preview.start() < approved.start()


def planned(told: str) -> None:
    """The scheduler started the run at its instant, not before."""
    said = re.search(r"^planned_for ([\d:.]{12}), started_at ([\d:.]{12}), finished$", told, re.M)
    assert said is not None
    assert f"The run is planned for {said[1]}; the scheduler starts it." in told
    at, began = (datetime.strptime(text, "%H:%M:%S.%f") for text in said.groups())
    assert (began - at) % timedelta(days=1) < timedelta(seconds=45)


def balanced(told: str, audience: int, complaints: int) -> dict[str, int]:
    """Everyone has one outcome; the outcomes by name."""
    names = "sent|suppressed|held_out|audience"
    outcomes = {name: int(n) for name, n in re.findall(rf"^ *({names}) +(\d+)$", told, re.M)}
    assert outcomes["audience"] == audience
    assert outcomes["sent"] + outcomes["held_out"] + outcomes["suppressed"] == audience
    assert 0.3 < outcomes["held_out"] / (outcomes["sent"] + outcomes["held_out"]) < 0.5
    assert re.search(r"^balanced$", told, re.M)
    reasons = {code: int(n) for code, n in re.findall(r"^ *([A-Z_]+) +(\d+)$", told, re.M)}
    assert reasons["OPEN_COMPLAINT"] + reasons["COMPLAINT_COOLING_OFF"] == complaints
    assert reasons["NO_CONSENT"] > 0
    assert reasons["HOLDOUT_CAMPAIGN"] >= outcomes["held_out"]
    assert f"got {outcomes['sent']} messages, none of them to the {complaints} who complained" in told
    assert f"{outcomes['held_out']} are held out: sha256(" in told
    assert f"Drawn again here: the same {outcomes['held_out']}." in told
    return outcomes


def closed(told: str, outcomes: dict[str, int]) -> None:
    """Both arms with their response, and each lift beside the true effect that it does or does not cover."""
    treated, held_out = arm(told, "treated"), arm(told, "held out")
    assert treated[:3] == (outcomes["sent"],) * 3
    assert held_out[:5] == (outcomes["held_out"], 0, 0, 0, 0)
    assert min(treated[3:]) > 0
    points = 100 * (treated[5] / treated[0] - held_out[5] / held_out[0])
    true = re.search(r"true effect is ([+\d.]+) points of conversion and ([+\d.]+) USD of revenue", told)
    assert true is not None
    assert Decimal(true[1]) == 15
    assert Decimal(true[2]) == round(Decimal(0.15 * 30 * math.exp(0.6**2 / 2)), 2)
    conversion = effect(told, "Conversion", "points", Decimal(true[1]))
    assert conversion == round(Decimal(points), 1)
    effect(told, "Revenue per person", "USD", Decimal(true[2]))


def arm(told: str, name: str) -> tuple[int, ...]:
    """People, sent, delivered, opened by machines, clicked, converted."""
    row = re.search(
        rf"^{name} +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +(\d+) +[\d.]+ USD +[\d.]+ USD$", told, re.M
    )
    assert row is not None
    return tuple(map(int, row.groups()))


def effect(told: str, name: str, unit: str, true: Decimal) -> Decimal:
    """The estimate; what is said of its interval must be what its numbers say."""
    number = r"([+-][\d.]+)"
    row = re.search(rf"^{name}, {unit} +{number} +{number} to {number} +{number}$", told, re.M)
    assert row is not None
    estimate, low, high, printed = map(Decimal, row.groups())
    assert printed == true
    assert low < estimate < high
    covers = f"{name}: the interval covers the true effect." in told
    assert covers == (low <= true <= high)
    assert covers or f"{name}: the interval does not cover the true effect: one in twenty does not." in told
    return estimate


def unsubscribed(told: str) -> None:
    """A link scanner changed nothing; the one-click POST stored the fact that stops promotional mail."""
    scanned = re.search(r"^The log's last fact before: (\d+), after: (\d+)\.$", told, re.M)
    assert scanned is not None
    assert scanned[1] == scanned[2]
    assert re.search(r"link scanner opens all 2 links .* \(simulated\)", told)
    assert "mail program posts List-Unsubscribe=One-Click (simulated)" in told
    now = re.search(r"^The log's last fact now: (\d+)\.$", told, re.M)
    assert now is not None
    assert int(now[1]) == int(scanned[1]) + 1
    assert f"to them from now on: suppressed, CONSENT_WITHDRAWN (fact {now[1]})." in told
    assert "Opted out by a link of this run: 1." in told


def explained(told: str) -> None:
    """One person, rule by rule, with the position of the complaint that is also in the history."""
    position = re.search(r"complaint stands at position (\d+) \(simulated\)", told)
    assert position is not None
    assert f"suppressed, OPEN_COMPLAINT (fact {position[1]})." in told
    assert re.search(rf"^stops +OPEN_COMPLAINT \(fact {position[1]}\) *$", told, re.M)
    passed = re.search(r"^passed  ((?:.*,\s+)+.*)$", told, re.M)
    assert passed is not None
    assert len(re.findall(r"[A-Z_]+", passed[1])) >= 8
    assert re.search(r"orders  \d+, worth [\d.]+ USD", told)
    assert "1 open of 1" in told
    assert re.search(rf"^ +{position[1]}  .*complaints.ComplaintOpened", told, re.M)
    assert re.search(r"runs.RunChunkDecided  suppressed: OPEN_COMPLAINT", told)


def spent_by_customer() -> dict[str, Decimal]:
    """Returns the dollars that each customer spent, for the customers in the demo."""
    spent: dict[str, Decimal] = {}
    for row in purchases():
        spent[row.customer] = spent.get(row.customer, Decimal(0)) + row.dollars
    return {customer: spent[customer] for customer in sorted(spent)[::ONE_IN]}


def test_an_interval_that_misses_the_true_effect_is_said_to() -> None:
    met = Effect(
        name="Conversion",
        unit="points",
        estimate=Decimal("9.0"),
        low=Decimal("3.0"),
        high=Decimal("15.0"),
        true=Decimal("15.0"),
    )
    assert met.verdict == "Conversion: the interval covers the true effect."
    missed = replace(met, high=Decimal("14.9"))
    assert missed.verdict.endswith("does not cover the true effect: one in twenty does not.")


def test_the_true_effect_is_what_many_simulated_people_show() -> None:
    chance, people = Random(7), [str(number) for number in range(100_000)]
    treated, held_out = treated_arm(chance, people), held_out_arm(chance, people)
    points = 100 * (len(treated.baskets) - len(held_out.baskets)) / len(people)
    assert points == pytest.approx(float(true_points()), abs=0.5)
    dollars = float(treated.revenue - held_out.revenue) / len(people)
    assert dollars == pytest.approx(float(true_dollars()), abs=0.2)


def test_a_story_that_is_not_true_ends_the_demo() -> None:
    require(True, "this is so")
    with pytest.raises(WrongStory, match="this is so"):
        require(False, "this is so")


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
