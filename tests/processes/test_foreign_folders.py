"""Farley never runs code of the folder that its operator stands in, whatever the names of the files there."""

import os
import shutil
import subprocess
import sys
from hashlib import sha256
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


@pytest.fixture
def decoys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder `bin` that `cd` prefers to that of the working directory."""
    (tmp_path / "decoys" / "bin").mkdir(parents=True)
    monkeypatch.setenv("CDPATH", str(tmp_path / "decoys"))


def run(folder: Path, *command: str | Path) -> tuple[int, str, str]:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stdout[:6], done.stderr


@pytest.mark.usefixtures("decoys")
def test_the_command_line_is_found_through_a_link_and_whatever_cdpath_says(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(ROOT / "bin" / "farley")
    (tmp_path / "farley").symlink_to("link")
    assert run(ROOT, "bin/farley", "--version") == (0, "farley", "")
    assert run(tmp_path, "./farley", "--version") == (0, "farley", "")


@pytest.mark.usefixtures("decoys")
def test_the_installer_works_in_its_own_project_through_a_link_and_whatever_cdpath_says(
    tmp_path: Path,
) -> None:
    project = tmp_path / "project"
    (project / ".venv" / "bin").mkdir(parents=True)
    (project / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (project / ".venv" / "bin" / "python").chmod(0o755)
    (project / "requirements.lock").write_bytes(b"nothing")
    (project / ".venv" / "installed-requirements.lock").write_text(sha256(b"nothing").hexdigest())
    (project / "bin").mkdir()
    shutil.copy(ROOT / "bin" / "install", project / "bin")
    (tmp_path / "link").symlink_to(project / "bin" / "install")
    for folder, command in ((project, "bin/install"), (tmp_path, "./link")):
        assert run(folder, command, "requirements.lock") == (0, "", "")


def test_the_supervisor_starts_its_own_code() -> None:
    child = Child(verb="--version", environment=os.environ, keep=())
    child.start()
    assert child.process is not None
    assert child.process.wait(PATIENCE) == 0
