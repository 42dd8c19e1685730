"""Finds a running PostgreSQL by its `postmaster.pid`, and checks whether that file is valid."""

import fcntl
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Postmaster:
    """The lines of `postmaster.pid`. `status` is starting, ready, stopping or standby."""

    pid: int
    port: int
    socket_dir: Path
    on_tcp: bool
    status: str

    @property
    def socket(self) -> Path:
        """The socket that clients connect to."""
        return self.socket_dir / f".s.PGSQL.{self.port}"


def live_postmaster(data: Path) -> Postmaster | None:
    """Returns the server that runs on the folder `data`, or None if its pid file is missing, stale or incomplete."""
    try:
        lines = (data / "postmaster.pid").read_text(errors="surrogateescape").split("\n")
        pid, port = int(lines[0]), int(lines[3])
    except (OSError, ValueError, IndexError):
        return None
    if not _serves(pid, data):
        return None
    lines += [""] * 8
    return Postmaster(
        pid=pid,
        port=port,
        socket_dir=Path(lines[4]),
        on_tcp=bool(lines[5].strip()),
        status=lines[7].strip() or "starting",
    )


def drop_recycled_pid(data: Path) -> None:
    """Remove a pid file whose number belongs to another process by now, which PostgreSQL would take for a server.

    Other stale files stay: PostgreSQL checks the shared memory that they name, and replaces them. Call this only if
    `live_postmaster` finds no server.
    """
    pid_file = data / "postmaster.pid"
    try:
        os.kill(int(pid_file.read_text(errors="surrogateescape").split("\n")[0]), 0)
    except (FileNotFoundError, ValueError, ProcessLookupError):
        return
    except PermissionError:
        pass
    pid_file.unlink()


def _serves(pid: int, data: Path) -> bool:
    """Is `pid` a PostgreSQL of this very folder and of its owner, not a later process of the same number?"""
    uid, command = _process(pid)
    name, _, arguments = command.partition(" -D ")
    return name.endswith("/postgres") and f"{arguments} ".startswith(f"{data} ") and uid == data.stat().st_uid


def _process(pid: int) -> tuple[int, str]:
    """The user id and command line of a process; (-1, "") when there is none.

    /proc/<pid>/exe and cwd would say more, but in a container even root may not read them.
    """
    folder = Path(f"/proc/{pid}")
    if not Path("/proc/self").exists():
        return _process_by_ps(pid)
    try:
        status = (folder / "status").read_text()
        command = (folder / "cmdline").read_bytes()
    except OSError:
        return -1, ""
    uid = next(line.split()[1] for line in status.splitlines() if line.startswith("Uid:"))
    return int(uid), os.fsdecode(command).replace("\0", " ")


def _process_by_ps(pid: int) -> tuple[int, str]:
    answer = subprocess.run(
        ["ps", "-ww", "-o", "uid=,command=", "-p", str(pid)],  # noqa: S607 - where it is differs
        capture_output=True,
        text=True,
        check=False,
    )
    uid, _, command = answer.stdout.strip().partition(" ")
    return (int(uid), command.strip()) if uid else (-1, "")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Wait for the file's lock and hold it, so that no other start or stop comes in between."""
    descriptor = open_own(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def claim(path: Path) -> int | None:
    """Returns a descriptor that holds the file's lock, for a server to inherit, or None if a server holds it.

    PostgreSQL's own lock is `postmaster.pid`, which a reused process id defeats. This lock is held as long as any
    process of the server lives, even the last orphan of a killed server.
    """
    descriptor = open_own(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_held(path: Path) -> bool:
    """Does any process of a server hold the file's lock?"""
    descriptor = claim(path)
    if descriptor is not None:
        os.close(descriptor)
    return descriptor is None


def open_own(path: Path) -> int:
    """Open a file for appending, with mode 0600 and the owner of its folder, and never through a symbolic link."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
    return descriptor
