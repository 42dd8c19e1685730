"""Homes in which `farley up` runs for real; what is left in them is erased."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest

from infrastructure.postgres.embedded import EmbeddedServer, RunningServer
from infrastructure.postgres.migrations import migrate
from tests.databases import TestDatabase
from tests.processes.up import Up, free_port, running


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One after the other: a home keeps the port that its server had, unless another takes it meanwhile.

    They begin first, because one worker is busy with them for half of the run.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("processes"))
            item.add_marker(pytest.mark.long)


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


@pytest.fixture(scope="module")
def own_server() -> Iterator[Callable[..., RunningServer]]:
    """Makes servers of a module's own with these settings: the run's server is too unsafe for processes."""
    with ExitStack() as erased:

        def start(**settings: str) -> RunningServer:
            made = make_home()
            erased.callback(erase, made)
            return EmbeddedServer(made / "postgres", extra_settings=settings).start()

        yield start


def migrated(server: RunningServer) -> TestDatabase:
    """The two databases of an installation on this server."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for name in ("farley", "farley_keys"):
            connection.execute(f"create database {name}".encode())
    database = TestDatabase(url=server.url("farley"), keys_url=server.url("farley_keys"))
    migrate(database.url, database.keys_url)
    return database
