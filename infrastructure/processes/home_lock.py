"""The lock of a home: only one `farley up` uses it at a time. The lock names its holder."""

import fcntl
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from domain.errors import Unavailable
from infrastructure.processes.liveness import lives

LOCK = "farley.lock"
UP = "farley up"
LEFT_SECONDS = 15.0
"""How long a start waits for processes that a killed `farley up` left behind."""
POLL_SECONDS = 0.05


class HomeInUse(Unavailable):
    """Another Farley uses this home."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """The holder of the lock: its command, process id, port, and since when (UTC, to the second)."""

    command: str
    pid: int
    port: int
    since: str


class HomeLock:
    """A held lock. Children inherit `descriptor`, so that the home is in use while any of them lives."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    @classmethod
    def take(cls, home: Path, *, command: str, port: int, wait: float = LEFT_SECONDS) -> "HomeLock":
        """Takes the lock. Raises HomeInUse, naming the holder: at once if it lives, or else after `wait` seconds."""
        path = home / LOCK
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        deadline = time.monotonic() + wait
        while not _locked(descriptor):
            holder = _holder(path)
            if time.monotonic() > deadline or (holder is not None and lives(holder.pid)):
                os.close(descriptor)
                raise HomeInUse(_explained(home, holder))
            time.sleep(POLL_SECONDS)
        _write(descriptor, Holder(command=command, pid=os.getpid(), port=port, since=_now()))
        return cls(descriptor)

    def release(self) -> None:
        """Processes that inherited it keep it."""
        os.ftruncate(self.descriptor, 0)
        os.close(self.descriptor)


def port_of_up(home: Path) -> int | None:
    """Returns the port of the `farley up` that uses this home, or None if none does."""
    holder = _holder(home / LOCK)
    return holder.port if holder is not None and holder.command == UP and lives(holder.pid) else None


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(path: Path) -> Holder | None:
    try:
        return Holder(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None


def _write(descriptor: int, holder: Holder) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(asdict(holder)).encode() + b"\n", 0)


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime())


def _explained(home: Path, holder: Holder | None) -> str:
    if holder is None:
        return f"{home} is in use by processes that are about to end; try again."
    if not lives(holder.pid):
        return (
            f"Processes of a killed start (process {holder.pid}, since {holder.since}) still use {home};"
            " end them, then start again."
        )
    return (
        f"{home} is in use by `{holder.command}`: process {holder.pid}, since {holder.since},"
        f" on port {holder.port}. Stop that one, or set FARLEY_HOME to another folder."
    )
