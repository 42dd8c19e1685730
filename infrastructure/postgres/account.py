"""The operating-system account that the embedded server runs under: PostgreSQL refuses to run as root."""

import os
import pwd
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import structlog

from domain.errors import Unavailable
from infrastructure.postgres.postmaster import locked

log = structlog.get_logger("postgres")

# Nothing of the caller's environment: PGPORT, PGTZ, LC_ALL and their like change what a server does.
SERVER_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C"}
OWN_ACCOUNT = "farley"
MAKING_LOCK = Path("/run/farley-account.lock")
"""Held by the one process of this machine that makes the account; only root can open it."""
NAME_IN_USE = 9
BEING_EDITED = (1, 10)
"""Exit codes of useradd where it cannot lock or write the files of accounts or of groups."""
EDITED_SECONDS, POLL_SECONDS = 10.0, 0.2


class ServerNotStarted(Unavailable):
    """The embedded PostgreSQL could not be started."""


class _Circumstances(TypedDict):
    cwd: str
    env: dict[str, str]
    user: int | None
    group: int | None
    extra_groups: list[int] | None
    umask: int
    stdin: int


@dataclass(frozen=True, kw_only=True)
class Account:
    """An operating-system account: its name, user id and group id."""

    name: str
    uid: int
    gid: int

    @property
    def is_another(self) -> bool:
        """True when this process (root) has to change to it."""
        return self.uid != os.geteuid()

    def give(self, path: Path) -> None:
        """Make the account the owner of `path`, which this process has just created."""
        if self.is_another:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command to its end as the account, from the root folder; its answer is not checked."""
        return subprocess.run(
            command,
            **self._circumstances(),
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )

    def start(self, *command: str | Path, log: int, keep: int) -> None:
        """Start a command that outlives this process, in a session of its own.

        Its output goes to the descriptor `log`, and it keeps the descriptor `keep` open. A shell starts it and ends,
        so that no process of Farley is its parent and has to collect it when it ends.
        """
        subprocess.run(
            ["/bin/sh", "-c", '"$@" >&2 &', "sh", *command],
            **self._circumstances(),
            stdout=subprocess.DEVNULL,
            stderr=log,
            pass_fds=(keep,),
            start_new_session=True,
            check=True,
        )

    def _circumstances(self) -> "_Circumstances":
        return {
            "cwd": "/",
            "env": SERVER_ENVIRONMENT,
            "user": self.uid if self.is_another else None,
            "group": self.gid if self.is_another else None,
            "extra_groups": [] if self.is_another else None,
            "umask": 0o077,
            "stdin": subprocess.DEVNULL,
        }

    def reaches(self, folder: Path) -> bool:
        """Can the account enter `folder`, through all the folders above it?"""
        return self.run("/bin/sh", "-c", 'cd -- "$1"', "sh", folder).returncode == 0

    def executes(self, program: Path) -> bool:
        """Can the account run `program` (asked for its version)?"""
        try:
            return self.run(program, "--version").returncode == 0
        except OSError:
            return False


def account_of(uid: int) -> Account:
    """The account of a user id. Raises ServerNotStarted if it has no name: PostgreSQL needs one."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise ServerNotStarted(f"the user id {uid} has no account name here; PostgreSQL needs one") from None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def own_account() -> Account:
    """The account of this process."""
    return account_of(os.geteuid())


def unprivileged_account() -> Account:
    """Returns the account for a new server: our own or, as root, `farley`, which is made if possible, else `nobody`."""
    if os.geteuid() != 0:
        return own_account()
    account = _named(OWN_ACCOUNT) or _made() or _named("nobody")
    if account is None:
        raise ServerNotStarted("PostgreSQL refuses to run as root, and there is no account farley nor nobody")
    return account


def _named(name: str) -> Account | None:
    try:
        return account_of(pwd.getpwnam(name).pw_uid)
    except KeyError:
        return None


def _made() -> Account | None:
    """Returns the account `farley` from the passwd database, after one process has made it.

    Two calls of useradd at once can both succeed with different user ids, of which only one stays: hence the lock.
    """
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    with locked(MAKING_LOCK):
        return _named(OWN_ACCOUNT) or _added(useradd)


def _added(useradd: str) -> Account | None:
    """Adds the account, again while another program edits accounts. If useradd refuses, logs that and returns None."""
    settings = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    deadline = time.monotonic() + EDITED_SECONDS
    while True:
        ended = own_account().run(useradd, *settings, "--shell", "/bin/false", OWN_ACCOUNT)
        if ended.returncode not in BEING_EDITED or time.monotonic() > deadline:
            break
        time.sleep(POLL_SECONDS)
    if ended.returncode not in (0, NAME_IN_USE):
        log.warning(
            "useradd refused", account=OWN_ACCOUNT, status=ended.returncode, error=ended.stderr.strip()
        )
    return _named(OWN_ACCOUNT)
