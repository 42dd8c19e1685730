"""Chooses the folders of the embedded server's data and programs, so that its account can reach both.

Permissions of existing folders are never changed. Files that the account cannot reach are put, or copied, elsewhere.
"""

import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infrastructure.postgres.account import Account, ServerNotStarted, account_of, unprivileged_account
from infrastructure.postgres.server_files import write

ELSEWHERE = Path("/var/lib/farley")
# Linux ends the path of a socket at 107 bytes, macOS at 103.
SOCKET_PATH_BYTES = 103
LONGEST_SOCKET = "/farley-xxxxxxxx/.s.PGSQL.65535"


@dataclass(frozen=True, kw_only=True)
class ServerPlace:
    """`base` belongs to the account that starts the server, and `data` below it to `account`, under which it runs."""

    home: Path
    base: Path
    account: Account

    @property
    def data(self) -> Path:
        """PostgreSQL's data folder; it is there only when complete."""
        return self.base / "data"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.home / "postgres.log"

    @property
    def running_lock(self) -> Path:
        """Held by every process of a running server."""
        return self.base / "running.lock"


def settle(home: Path) -> ServerPlace:
    """Find the data of `home`, or choose where they will be. ServerNotStarted if they cannot be used."""
    elsewhere = ELSEWHERE / hashlib.sha256(os.fsencode(home)).hexdigest()[:16]
    for base in (home / "postgres", elsewhere):
        if (base / "data").exists():
            return ServerPlace(home=home, base=base, account=_owner(base / "data"))
    _refuse_moved(home, elsewhere)
    account = unprivileged_account()
    base = home / "postgres" if account.reaches(home) else _prepared(home, elsewhere)
    if not base.exists():
        base.mkdir()
        base.chmod(0o711 if account.is_another else 0o700)
    return ServerPlace(home=home, base=base, account=account)


def _owner(data: Path) -> Account:
    owner = account_of(data.stat().st_uid)
    if os.geteuid() not in (0, owner.uid):
        raise ServerNotStarted(
            f"{data} belongs to the account {owner.name}; start as that account or as root"
        )
    if not owner.reaches(data):
        raise ServerNotStarted(
            f"the account {owner.name} owns {data} but cannot reach it: a folder above is closed to it"
        )
    return owner


def _prepared(home: Path, elsewhere: Path) -> Path:
    """Returns the folder for a home that the account cannot enter. The home records it, in case it is moved."""
    prepare_elsewhere()
    write(home / "postgres.place", f"{elsewhere}\n")
    return elsewhere


def prepare_elsewhere() -> None:
    """Make the folder that every account can pass through and only root can write."""
    if not ELSEWHERE.exists():
        ELSEWHERE.mkdir()
        ELSEWHERE.chmod(0o711)


def _refuse_moved(home: Path, elsewhere: Path) -> None:
    """Refuses a moved or copied home, which must not start empty, nor write into the data of the original home."""
    remembered = home / "postgres.place"
    if not remembered.exists():
        return
    data = Path(remembered.read_text().strip())
    if data != elsewhere and data.exists():
        raise ServerNotStarted(
            f"the data of {home} are in {data}, made when it stood elsewhere. If it was moved, rename {data} "
            f"to {elsewhere}; if it was copied, delete {remembered} to begin anew"
        )


def socket_folder(place: ServerPlace) -> Path:
    """A private folder with a short path for the socket: the last one if it is still ours, else a new one."""
    last = _last_socket_folder(place)
    if last is not None:
        for left_by_a_kill in last.glob(".s.PGSQL.*"):
            left_by_a_kill.unlink()
        return last
    folder = Path(tempfile.mkdtemp(dir=_short_parent(place), prefix="farley-"))
    place.account.give(folder)
    write(place.base / "socket.place", f"{folder}\n")
    return folder


def drop_socket_folder(place: ServerPlace) -> None:
    """Remove the socket's folder, after the server."""
    folder = _last_socket_folder(place)
    if folder is not None:
        shutil.rmtree(folder)


def _last_socket_folder(place: ServerPlace) -> Path | None:
    """Returns the recorded folder, not one that the server names: root would clear any folder that it named."""
    remembered = place.base / "socket.place"
    if not remembered.exists():
        return None
    folder = Path(remembered.read_text(errors="surrogateescape").rstrip("\n"))
    return folder if _is_private(folder, place.account) else None


def _short_parent(place: ServerPlace) -> Path:
    # Not XDG_RUNTIME_DIR: it is emptied when its user logs out, and the server stays.
    run = [Path("/run")] if os.geteuid() == 0 else []
    for parent in (place.base, *run, Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - a private folder is made in it
        short = len(os.fsencode(parent)) + len(LONGEST_SOCKET) <= SOCKET_PATH_BYTES
        if short and os.access(parent, os.W_OK) and place.account.reaches(parent):
            return parent
    raise ServerNotStarted("no folder with a path short enough for the server's socket; set TMPDIR to one")


def _is_private(folder: Path, account: Account) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return status.st_uid == account.uid and status.st_mode & 0o170777 == 0o040700
