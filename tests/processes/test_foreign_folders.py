"""Farley never runs code of the folder that its operator stands in, whatever the names of the files there."""

import os
import subprocess
from pathlib import Path

import pytest

from infrastructure.processes.children import Child
from tests.processes.up import PATIENCE, ROOT

FOREIGN = "raise SystemExit('code of the working directory')"


@pytest.fixture(autouse=True)
def stand_in_a_foreign_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "interfaces" / "cli").mkdir(parents=True)
    for name in (
        "interfaces/__init__.py",
        "interfaces/cli/__init__.py",
        "interfaces/cli/main.py",
        "click.py",
    ):
        (tmp_path / name).write_text(FOREIGN)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("earlier_path", [None, "", ":/nowhere", "."])
def test_the_command_line_runs_its_own_code(earlier_path: str | None) -> None:
    environment = dict(os.environ) if earlier_path is None else {**os.environ, "PYTHONPATH": earlier_path}
    done = subprocess.run(
        [ROOT / "bin" / "farley", "--version"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout[:6], done.stderr) == (0, "farley", "")


def test_the_supervisor_starts_its_own_code() -> None:
    child = Child(verb="--version", environment=os.environ, keep=())
    child.start()
    assert child.process is not None
    assert child.process.wait(PATIENCE) == 0
