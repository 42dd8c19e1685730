"""One embedded server for the whole run, empty databases for each test, and a list of the skipped tests.

The server starts with the first test that needs it; xdist's workers share it, and it is erased at the end.
FARLEY_TEST_POSTGRES=15 takes the distribution's PostgreSQL of that version, FARLEY_NO_SKIPS=1 makes a skip a
failure, FARLEY_TEST_FULL=1 runs as many trials as the tests state.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infrastructure.postgres.account import unprivileged_account
from infrastructure.postgres.embedded import (
    EmbeddedServer,
    RunningServer,
    distribution_bin_dir,
    wheel_bin_dir,
)
from tests.databases import KEYS_TEMPLATE, TEMPLATE, Databases, TestDatabase

pytest_plugins = ["tests.browsers.fixtures"]
HOME = pytest.StashKey[Path]()
IN_USE = pytest.StashKey[int]()
HOMES = "farley-tests-"
CANARY = "canary-7f3a91"  # as in tests/world.py, which is not imported here
# No data outlives the run, so the server need not wait for a disk.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "256MB"}
MEMORY = Path("/dev/shm")
MEMORY_NEEDED = 2 * 1024**3


@pytest.fixture(autouse=True)
def no_personal_data_in_logs(
    caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> Iterator[None]:
    """Fails a test if the canary of its customers appears in a log line or on an output."""
    outputs = request.getfixturevalue("capsys" if "capsys" in request.fixturenames else "capfd")
    yield
    assert CANARY not in "\n".join((caplog.text, *outputs.readouterr()))


@pytest.fixture(scope="session")
def server(pytestconfig: pytest.Config) -> RunningServer:
    """The run's server; the first worker that needs it starts it."""
    return EmbeddedServer(pytestconfig.stash[HOME], bin_dir=_bin_dir(), extra_settings=FAST).start()


@pytest.fixture(scope="session")
def template(server: RunningServer, pytestconfig: pytest.Config) -> RunningServer:
    """The server with both template databases, which are migrated once in the run."""
    home = pytestconfig.stash[HOME]
    with _locked(home / "template.lock"):
        if not (home / "template.ready").exists():
            _make_templates(server)
            (home / "template.ready").touch()
    return server


@pytest.fixture(scope="session")
def databases(template: RunningServer) -> Iterator[Databases]:
    databases = Databases(template)
    yield databases
    databases.close()


@pytest.fixture
def database(databases: Databases) -> Iterator[TestDatabase]:
    """A store and a key store that no other test uses at the same time."""
    with databases.one() as database:
        yield database


@pytest.fixture
def world(database: TestDatabase, tmp_path: Path) -> Iterator[Any]:
    """A tests.world.World on these databases, which sends no mail."""
    # This slow import is here because most tests need no installation.
    from tests.world import World

    with closing(World(database, tmp_path)) as world:
        yield world


@pytest.fixture(scope="module")
def new_database(databases: Databases) -> Iterator[Callable[[], TestDatabase]]:
    """Makes databases that the tests of a module share, because it takes long to fill them."""
    with ExitStack() as dropped:

        def make() -> TestDatabase:
            database = databases.copy()
            dropped.callback(databases.drop, database)
            return database

        yield make


def _bin_dir() -> Path:
    major = os.environ.get("FARLEY_TEST_POSTGRES")
    if not major:
        return wheel_bin_dir()
    bin_dir = distribution_bin_dir(int(major))
    if bin_dir is None:
        pytest.skip(
            f"the distribution's PostgreSQL {major}, named by FARLEY_TEST_POSTGRES, is not on this machine"
        )
    return bin_dir


def _make_templates(server: RunningServer) -> None:
    # This slow import is here because most tests need no database.
    from infrastructure.postgres.migrations import migrate

    with psycopg.connect(server.url(), autocommit=True) as connection:
        for name in (TEMPLATE, KEYS_TEMPLATE):
            # An earlier worker whose migration failed may have left the database.
            connection.execute(f"drop database if exists {name} with (force)".encode())
            connection.execute(f"create database {name}".encode())
    migrate(server.url(TEMPLATE), server.url(KEYS_TEMPLATE))


def pytest_configure(config: pytest.Config) -> None:
    """Makes the home of the run's server in the controller; a worker takes the controller's home."""
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        config.stash[HOME] = Path(worker["farley_home"])
        return
    if os.geteuid() == 0:
        unprivileged_account()  # the account must exist before a worker needs it
    _erase_abandoned()
    config.stash[HOME], config.stash[IN_USE] = _new_home(_roomy_folder())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Gives an xdist worker the path of the home."""
    node.workerinput["farley_home"] = str(node.config.stash[HOME])


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the tests marked `long` first, after they are shuffled.

    A long test that began last would run alone, while the other worker has nothing left to do.
    """
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Checks that xdist has appended each test's group to its name.

    Without the groups, tests that must not run at the same time would do so.
    """
    if getattr(session.config.option, "loadgroup", False):
        alone = [item.nodeid for item in session.items if item.get_closest_marker("xdist_group")]
        if not all("@" in nodeid for nodeid in alone):
            raise pytest.UsageError("pytest-xdist does not see groups of tests with this version of pytest.")


def pytest_unconfigure(config: pytest.Config) -> None:
    """Erases the server in the controller, after the last worker."""
    if IN_USE in config.stash:
        _erase(config.stash[HOME])
        os.close(config.stash[IN_USE])


def _roomy_folder() -> Path:
    """Returns a folder in memory if it has room: there, copying a database takes a thirtieth of the time."""
    in_memory = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    roomy = in_memory and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED
    return MEMORY if roomy else Path(tempfile.gettempdir())


def _new_home(folder: Path) -> tuple[Path, int]:
    """Returns a new home and the lock that is held on it.

    The home gets its final name after it is locked; otherwise another run could erase it as abandoned.
    """
    unnamed = Path(tempfile.mkdtemp(dir=folder, prefix="farley-new-"))
    # If root runs the tests, the server's unprivileged account must be able to enter the folder.
    unnamed.chmod(0o711)
    lock = os.open(unnamed / "in-use.lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return unnamed.rename(unnamed.with_name(unnamed.name.replace("farley-new-", HOMES))), lock


def _erase_abandoned() -> None:
    """Erases the homes of killed runs: homes whose lock no process holds."""
    folders = {MEMORY, Path(tempfile.gettempdir())}
    for home in (home for folder in folders for home in folder.glob(f"{HOMES}*")):
        if home.stat().st_uid != os.geteuid() or not (home / "in-use.lock").exists():
            continue
        with (home / "in-use.lock").open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            _erase(home)


def _erase(home: Path) -> None:
    EmbeddedServer(home).erase()
    shutil.rmtree(home)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _skips(reporter: Any) -> list[tuple[str, str]]:
    """Returns each skipped test or module with its reason."""
    return sorted((report.nodeid, _reason(report)) for report in reporter.stats.get("skipped", []))


def _reason(report: Any) -> str:
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(said).removeprefix("Skipped: ")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a run that skipped a test, if FARLEY_NO_SKIPS=1."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("FARLEY_NO_SKIPS") == "1" and reporter is not None and _skips(reporter):
        session.exitstatus = max(int(session.exitstatus), int(pytest.ExitCode.TESTS_FAILED))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Lists the skipped tests with their reasons at the end of the run."""
    skips = _skips(terminalreporter)
    terminalreporter.section(f"skipped: {len(skips)}")
    for nodeid, reason in skips:
        terminalreporter.line(f"{nodeid}: {reason}")
    if skips and os.environ.get("FARLEY_NO_SKIPS") == "1":
        terminalreporter.line("FARLEY_NO_SKIPS=1: a skip is a failure.")
