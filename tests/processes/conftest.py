"""Homes in which `farley up` runs for real; what is left in them is erased."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infrastructure.postgres.embedded import EmbeddedServer
from tests.processes.up import Up, free_port, running


def make_home() -> Path:
    """Deep, with spaces, and where the server's account gets in."""
    top = Path(tempfile.mkdtemp(prefix="farley up ", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    top.chmod(0o711)
    home = top / "a folder" / ("deep" * 30) / "home"
    home.parent.mkdir(parents=True)
    return home


def erase(home: Path) -> None:
    EmbeddedServer(home / "postgres").erase()
    shutil.rmtree(home.parents[2])


@pytest.fixture
def home() -> Iterator[Path]:
    made = make_home()
    yield made
    erase(made)


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    """One that runs for all tests of a module."""
    made = make_home()
    with running(made, free_port()) as started:
        yield started
    erase(made)
