"""The embedded server on real homes: who gets in, what survives, and where it can live."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from infrastructure.postgres.account import unprivileged_account
from infrastructure.postgres.embedded import (
    EmbeddedServer,
    RunningServer,
    ServerNotStarted,
    distribution_bin_dir,
    wheel_bin_dir,
)

PROJECT = Path(__file__).parents[2]
NOBODY = 65534
IS_ROOT = os.geteuid() == 0
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root has to change to another account")

NewServer = Callable[..., EmbeddedServer]


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A short folder that every account can pass through."""
    path = Path(tempfile.mkdtemp(prefix="farley-embedded-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def new_server(folder: Path) -> Iterator[NewServer]:
    """Servers in homes of their own, erased afterwards."""
    made = []

    def make(home: Path | None = None, **settings: Any) -> EmbeddedServer:
        home = home or Path(tempfile.mkdtemp(dir=folder, prefix="h"))
        home.mkdir(parents=True, exist_ok=True)
        if settings.pop("open_to_all", True):
            home.chmod(0o755)
        made.append(EmbeddedServer(home, **{"extra_settings": FAST, **settings}))
        return made[-1]

    yield make
    for server in made:
        server.erase()


@pytest.fixture(scope="module")
def shared(folder: Path) -> Iterator[SimpleNamespace]:
    """One durable server with TCP, its roles made, for the tests that only look."""
    (folder / "shared").mkdir(mode=0o755)
    server = EmbeddedServer(folder / "shared", tcp_port=25432)
    running = server.start()
    with psycopg.connect(running.url(), autocommit=True) as connection:
        for role in ("farley_owner", "farley_api", "farley_reporting", "intruder"):
            connection.execute(f"create role {role} login password 'secret'".encode())
        connection.execute("create database farley")
    yield SimpleNamespace(server=server, running=running)
    server.erase()


def asked(url: str, question: str) -> Any:
    """The one value that answers a question."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


def by_tcp(running: RunningServer, user: str, password: str = "secret", database: str = "farley") -> str:
    return f"postgresql://{user}:{password}@127.0.0.1:{running.tcp_port}/{database}"


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_it_starts_and_answers_as_postgresql_18(shared: SimpleNamespace) -> None:
    assert asked(shared.running.url(), "select 1") == 1
    assert shared.running.version.startswith("18.")
    assert not shared.running.adopted


def test_its_settings_keep_what_was_committed(shared: SimpleNamespace) -> None:
    settings = {
        name: asked(shared.running.url(), f"show {name}")
        for name in ("fsync", "full_page_writes", "synchronous_commit", "timezone", "autovacuum")
    }
    assert settings == {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "autovacuum": "on",
    }


def test_letters_beyond_ascii_have_a_lower_case(shared: SimpleNamespace) -> None:
    assert asked(shared.running.url(), "select datlocale from pg_database limit 1") == "PG_UNICODE_FAST"
    assert asked(shared.running.url(), "select lower('ÁÑ')") == "áñ"


def test_the_data_are_for_the_servers_account_alone(shared: SimpleNamespace) -> None:
    data = Path(asked(shared.running.url(), "show data_directory"))
    assert data.stat().st_mode & 0o777 == 0o700
    assert data.stat().st_uid == (unprivileged_account().uid if IS_ROOT else os.geteuid())
    assert shared.running.socket_dir.stat().st_mode & 0o777 == 0o700


def test_a_second_start_adopts(shared: SimpleNamespace) -> None:
    again = EmbeddedServer(shared.server.home, tcp_port=1).start()
    assert again.adopted
    assert (again.pid, again.port) == (shared.running.pid, shared.running.port)
    assert again.tcp_port == shared.running.tcp_port != 1


def test_the_roles_of_farley_come_in_by_the_socket_without_a_password(shared: SimpleNamespace) -> None:
    for role in ("postgres", "farley_owner", "farley_api"):
        assert asked(shared.running.url(user=role), "select current_user") == role


def test_another_role_does_not_come_in_by_the_socket(shared: SimpleNamespace) -> None:
    with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
        asked(shared.running.url(user="intruder"), "select 1")


@pytest.mark.parametrize("database", ["postgres", "template1", "farley_keys"])
def test_reporting_reaches_no_other_database(shared: SimpleNamespace, database: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        asked(by_tcp(shared.running, "farley_reporting", database=database), "select 1")


def test_reporting_comes_in_by_tcp_with_its_password_only(shared: SimpleNamespace) -> None:
    assert asked(by_tcp(shared.running, "farley_reporting"), "select current_user") == "farley_reporting"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        asked(by_tcp(shared.running, "farley_reporting", "guess"), "select 1")
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        asked(by_tcp(shared.running, "farley_reporting", ""), "select 1")


@pytest.mark.parametrize("user", ["postgres", "farley_owner", "farley_api", "intruder", "nobody_at_all"])
def test_nobody_else_comes_in_by_tcp(shared: SimpleNamespace, user: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"):
        asked(by_tcp(shared.running, user), "select 1")


def test_it_listens_on_loopback_only(shared: SimpleNamespace) -> None:
    assert asked(shared.running.url(), "show listen_addresses") == "127.0.0.1"


@as_root
def test_another_account_does_not_come_in_by_the_socket(shared: SimpleNamespace) -> None:
    refused = as_nobody(
        f"""
        try:
            psycopg.connect({shared.running.url()!r})
        except psycopg.OperationalError as error:
            print(json.dumps(str(error)))
        """
    )
    assert "Permission denied" in refused


def test_without_a_port_nothing_listens_on_tcp(new_server: NewServer) -> None:
    running = new_server().start()
    assert running.tcp_port is None
    assert asked(running.url(), "show listen_addresses") == ""


def test_a_taken_port_gives_way_to_the_next_free_one(shared: SimpleNamespace, new_server: NewServer) -> None:
    running = new_server(tcp_port=shared.running.tcp_port).start()
    assert running.tcp_port is not None
    assert running.tcp_port > shared.running.tcp_port
    assert running.port == running.tcp_port


def test_after_a_kill_the_next_start_recovers_all_that_was_committed(new_server: NewServer) -> None:
    server = new_server(extra_settings={})
    running = server.start()
    with psycopg.connect(running.url(), autocommit=True) as connection:
        connection.execute("create table kept as select generate_series(1, 1000) as number")
    os.kill(running.pid, signal.SIGKILL)
    after = server.start()
    assert not after.adopted
    assert after.pid != running.pid
    assert asked(after.url(), "select sum(number) from kept") == 500500


def test_a_server_left_by_a_killed_parent_is_adopted(new_server: NewServer) -> None:
    server = new_server()
    script = f"""
        import os, signal
        from pathlib import Path
        from infrastructure.postgres.embedded import EmbeddedServer
        print(EmbeddedServer(Path({str(server.home)!r})).start().pid, flush=True)
        os.killpg(0, signal.SIGKILL)
    """
    killed = subprocess.run(
        [sys.executable, "-c", dedented(script)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        start_new_session=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    adopted = server.start()
    assert adopted.adopted
    assert adopted.pid == int(killed.stdout)


def test_starts_at_the_same_time_make_one_server(new_server: NewServer) -> None:
    home = new_server().home
    with ThreadPoolExecutor(4) as threads:
        started = list(threads.map(lambda _: EmbeddedServer(home, extra_settings=FAST).start(), range(4)))
    assert len({running.pid for running in started}) == 1
    assert sorted(running.adopted for running in started) == [False, True, True, True]


def test_stopping_leaves_no_process_and_no_socket_and_can_be_repeated(new_server: NewServer) -> None:
    server = new_server()
    running = server.start()
    server.stop()
    server.stop()
    assert not is_alive(running.pid)
    assert not running.socket_dir.exists()
    with pytest.raises(psycopg.OperationalError):
        asked(running.url(), "select 1")


def test_erasing_leaves_nothing_in_the_home(new_server: NewServer) -> None:
    server = new_server()
    server.start()
    server.erase()
    assert list(server.home.iterdir()) == []


def test_it_lives_in_a_deep_path_with_spaces(new_server: NewServer, folder: Path) -> None:
    deep = folder / "a b" / 'it\'s 100% "deep"' / "/".join(["and deeper still"] * 8)
    assert len(str(deep)) > 107
    deep.mkdir(parents=True)
    server = new_server(deep)
    assert asked(server.start().url(), "select 1") == 1
    assert server.start().adopted
    server.stop()
    assert not server.start().adopted


def test_a_pid_file_whose_number_is_another_process_now_does_not_hinder(new_server: NewServer) -> None:
    server = new_server()
    running = server.start()
    data = Path(asked(running.url(), "show data_directory"))
    pid_file = (data / "postmaster.pid").read_text()
    server.stop()
    account = unprivileged_account()
    other = subprocess.Popen(["sleep", "60"], user=account.uid if IS_ROOT else None)
    try:
        (data / "postmaster.pid").write_text(pid_file.replace(str(running.pid), str(other.pid), 1))
        assert not server.start().adopted
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_half_made_data_folder_is_not_taken_for_data(new_server: NewServer) -> None:
    server = new_server()
    half_made = server.home / "postgres" / "initdb-killed"
    half_made.mkdir(parents=True)
    (server.home / "postgres").chmod(0o755)
    (half_made / "PG_VERSION").write_text("18\n")
    assert asked(server.start().url(), "select 1") == 1
    assert not half_made.exists()


def test_a_server_whose_socket_was_cleaned_away_is_started_anew(new_server: NewServer) -> None:
    server = new_server()
    before = server.start()
    shutil.rmtree(before.socket_dir)
    after = server.start()
    assert not after.adopted
    assert asked(after.url(), "select 1") == 1
    assert not is_alive(before.pid)


def test_a_server_that_cannot_start_says_what_its_log_says(new_server: NewServer) -> None:
    with pytest.raises(ServerNotStarted, match='unrecognized configuration parameter "nonsense"'):
        new_server(extra_settings={"nonsense": "1"}).start()


def test_missing_binaries_are_named(new_server: NewServer, folder: Path) -> None:
    with pytest.raises(ServerNotStarted, match=r"no PostgreSQL binaries in .*/nowhere"):
        new_server(bin_dir=folder / "nowhere").start()


@as_root
def test_data_that_the_account_cannot_reach_in_the_home_are_put_elsewhere(
    new_server: NewServer, folder: Path
) -> None:
    home = folder / "closed"
    home.mkdir(mode=0o700)
    server = new_server(home, open_to_all=False)
    running = server.start()
    data = Path(asked(running.url(), "show data_directory"))
    assert data.is_relative_to("/var/lib/farley")
    assert home.stat().st_mode & 0o777 == 0o700
    assert server.start().adopted
    server.erase()
    assert not data.parent.exists()


@as_root
def test_a_moved_home_does_not_come_up_empty(new_server: NewServer, folder: Path) -> None:
    home = folder / "before"
    home.mkdir(mode=0o700)
    server = new_server(home, open_to_all=False)
    server.start()
    server.stop()
    home.rename(folder / "after")
    with pytest.raises(ServerNotStarted, match="If it was moved, rename /var/lib/farley/"):
        EmbeddedServer(folder / "after").start()
    (folder / "after").rename(home)
    assert asked(server.start().url(), "select 1") == 1


@as_root
def test_binaries_that_the_account_cannot_read_are_copied(new_server: NewServer, folder: Path) -> None:
    closed = folder / "root-only"
    closed.mkdir(mode=0o700)
    before = set(Path("/var/lib/farley").glob("binaries-*"))
    server = new_server(bin_dir=copied_binaries(closed))
    running = server.start()
    program = Path(f"/proc/{running.pid}/exe").readlink()
    assert program.is_relative_to("/var/lib/farley")
    assert closed.stat().st_mode & 0o777 == 0o700
    server.stop()
    for copy in set(Path("/var/lib/farley").glob("binaries-*")) - before:
        shutil.rmtree(copy)


@as_root
def test_an_ordinary_user_runs_it_too(folder: Path) -> None:
    home = folder / "nobody's home"
    home.mkdir(mode=0o700)
    os.chown(home, NOBODY, NOBODY)
    bin_dir = copied_binaries(folder)
    made = f"EmbeddedServer(Path({str(home)!r}), bin_dir=Path({str(bin_dir)!r}))"
    seen = as_nobody(
        f"""
        server = {made}
        first, second = server.start(), server.start()
        with psycopg.connect(first.url()) as connection:
            row = connection.execute("select current_user, current_setting('data_directory')").fetchone()
        server.stop()
        print(json.dumps([first.adopted, second.adopted, *row, os.stat(row[1]).st_uid]))
        """
    )
    assert seen == [False, True, "postgres", f"{home}/postgres/data", NOBODY]
    # root then starts it as the user's server, and leaves it usable for the user
    server = EmbeddedServer(home, bin_dir=bin_dir)
    server.start()
    server.stop()
    assert as_nobody(f"print(json.dumps({made}.start().adopted))") is False
    server.erase()


def test_the_distributions_postgresql_15_works_too(new_server: NewServer) -> None:
    bin_dir = distribution_bin_dir(15)
    if bin_dir is None:
        pytest.skip("the distribution's PostgreSQL 15 is not on this machine")
    server = new_server(bin_dir=bin_dir)
    running = server.start()
    assert running.version.startswith("15.")
    assert asked(running.url(), "select lower('ÁÑ')") == "áñ"
    with psycopg.connect(running.url(), autocommit=True) as connection:
        connection.execute("create role farley_api login")
    assert asked(running.url(user="farley_api"), "select current_user") == "farley_api"
    server.stop()
    with pytest.raises(ServerNotStarted, match=r"are of PostgreSQL 15, the binaries of 18\."):
        EmbeddedServer(server.home).start()


def copied_binaries(folder: Path) -> Path:
    """The wheel's programs beside their libraries, in `folder`."""
    package = wheel_bin_dir().parents[1]
    installation = folder / package.name / "pginstall18"
    if not installation.exists():
        shutil.copytree(
            package / "pginstall18", installation, ignore=shutil.ignore_patterns("include", "*.a")
        )
        shutil.copytree(package.with_name(f"{package.name}.libs"), folder / f"{package.name}.libs")
    return installation / "bin"


def as_nobody(script: str) -> Any:
    """What a Python of another account prints, as JSON. It imports first: afterwards it may not read ours."""
    prologue = f"""
        import json, os, shutil, signal, subprocess, tempfile
        import encodings.idna
        from pathlib import Path
        import psycopg
        from infrastructure.postgres.embedded import EmbeddedServer
        os.setgroups([])
        os.setresgid({NOBODY}, {NOBODY}, {NOBODY})
        os.setresuid({NOBODY}, {NOBODY}, {NOBODY})
    """
    answer = subprocess.run(
        [sys.executable, "-c", dedented(prologue) + dedented(script)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


def dedented(script: str) -> str:
    return textwrap.dedent(script)
