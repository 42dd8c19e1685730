"""A Farley to throw away: a home of its own, `farley up` in it, and the next hop of its mail."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from domain.errors import Unavailable
from infrastructure.demo.api import ApiClient
from infrastructure.mail.sink import SmtpSink
from infrastructure.postgres.embedded import EmbeddedServer
from infrastructure.processes.home_lock import HomeInUse, HomeLock
from infrastructure.processes.stopping import SUPERVISOR
from infrastructure.settings import ROOT

START_SECONDS, STOP_SECONDS = 90.0, 40.0
POLL_SECONDS = 0.1
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
OURS = ("FARLEY_", "DATABASE_", SUPERVISOR)
"""Settings of the user's own installation, which must not reach this one."""


class NotStarted(Unavailable):
    """The demo's Farley does not start."""


@dataclass(frozen=True, kw_only=True)
class ThrowAway:
    """It runs: `api` speaks to it as its administrator, `sink` has the mail that it sends."""

    api: ApiClient
    sink: SmtpSink


@contextmanager
def throw_away(folder: Path, settings: Mapping[str, str]) -> Iterator[ThrowAway]:
    """Runs one in `folder`, empty at first; afterwards no process and no file of it is left.

    HomeInUse where another one runs there, NotStarted with the end of its log.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, key = _free_port(), os.urandom(24).hex()
    with ExitStack() as stack:
        lock = HomeLock.take(folder, command="farley demo", port=port, wait=0)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        stack.callback(lock.release)
        home = folder / "home"
        _erase(home)
        stack.callback(_erase, home)
        sink = stack.enter_context(SmtpSink())
        environment = {
            "FARLEY_HOME": str(home),
            "FARLEY_PORT": str(port),
            "FARLEY_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "FARLEY_ADMIN_KEY": key,
            "FARLEY_SMTP_URL": sink.url,
            **settings,
        }
        process = _start(environment, folder / "farley.log")
        stack.callback(_stop, process)
        api = ApiClient("127.0.0.1", port, key)
        stack.callback(api.close)
        _wait_until_ready(api, process, folder / "farley.log")
        yield ThrowAway(api=api, sink=sink)


@contextmanager
def interruptible() -> Iterator[None]:
    """Inside, SIGTERM and SIGHUP end this process as Ctrl-C does, in order; a second one does not hurry it."""

    def interrupt(*_: object) -> None:
        for one in ENDING:
            signal.signal(one, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {one: signal.signal(one, interrupt) for one in ENDING}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(environment: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """In a session of its own: Ctrl-C reaches us alone, and we end it in order. It ends when we do."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    with log.open("wb") as said:
        return subprocess.Popen(
            [sys.executable, "-m", "interfaces.cli.main", "up"],
            env={**others, "PYTHONPATH": str(ROOT), SUPERVISOR: str(os.getpid()), **environment},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )


def _wait_until_ready(api: ApiClient, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not api.is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise NotStarted(f"The demo's Farley does not start. Its log ends:\n{_end_of(log)}")
        time.sleep(POLL_SECONDS)


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _erase(home: Path) -> None:
    """What a demo left that was killed, or this one; waits for processes that are about to end."""
    if not home.exists():
        return
    _wait_for_its_end(home)
    EmbeddedServer(home / "postgres").erase()
    shutil.rmtree(home)


def _wait_for_its_end(home: Path) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while True:
        try:
            HomeLock.take(home, command="farley demo", port=0).release()
        except HomeInUse:
            if time.monotonic() > deadline:
                raise
            time.sleep(POLL_SECONDS)
        else:
            return


def _end_of(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
