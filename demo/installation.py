"""The demo's own installation: `farley up` as a child process in a temporary home, with a next hop."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from demo.api import ApiClient
from demo.errors import NotEnded, NotStarted
from demo.mail_server import MailServer

START_SECONDS, STOP_SECONDS = 90.0, 40.0
POLL_SECONDS = 0.1
ROOT = Path(__file__).parent.parent
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ENDS_WITH = "FARLEY_SUPERVISOR"
"""The variable with the id of the demo's process; `farley up` ends when that process ends."""
OTHERS = ("FARLEY_", "DATABASE_")
"""The prefixes of the settings of the user's own installation; the demo's installation must not get them."""
SETTINGS = {
    "FARLEY_CURRENCY": "USD",
    "FARLEY_REGION": "US",
    "FARLEY_MAIL_FROM": "CD shop <shop@shop.example>",
    "FARLEY_WORKERS": "2",
}


@dataclass(frozen=True, kw_only=True)
class Installation:
    """The running installation: its URL `address` and its folder `home`.

    `api` has the administrator's key, and `mail_server` gets the installation's mail.
    """

    api: ApiClient
    mail_server: MailServer
    address: str
    home: Path


@contextmanager
def installation() -> Iterator[Installation]:
    """Runs an installation until the block ends, also with an error, and then erases it.

    Raises NotStarted, with the end of the installation's log, if the installation does not start.
    """
    with _interruptible(), ExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="farley-demo-"))
        home.chmod(0o711)  # if root runs the demo, PostgreSQL runs under another account
        stack.callback(shutil.rmtree, home)
        mail_server = stack.enter_context(MailServer())
        port, key = _free_port(), os.urandom(24).hex()
        address = f"http://127.0.0.1:{port}"
        process = _start(
            {
                "FARLEY_HOME": str(home),
                "FARLEY_PORT": str(port),
                "FARLEY_PUBLIC_URL": address,
                "FARLEY_ADMIN_KEY": key,
                "FARLEY_SMTP_URL": mail_server.url,
                **SETTINGS,
            },
            home / "farley.log",
        )
        stack.callback(_stop, process, home)
        api = ApiClient("127.0.0.1", port, key)
        stack.callback(api.close)
        _wait_until_ready(api, process, home / "farley.log")
        yield Installation(api=api, mail_server=mail_server, address=address, home=home)


@contextmanager
def _interruptible() -> Iterator[None]:
    """Makes SIGTERM and SIGHUP raise KeyboardInterrupt within the block; further signals are ignored."""

    def interrupt(*_: object) -> None:
        for signum in ENDING:
            signal.signal(signum, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {signum: signal.signal(signum, interrupt) for signum in ENDING}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(environment: Mapping[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Starts `farley up` in a session of its own: Ctrl-C reaches only the demo, which then stops `farley up`."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OTHERS)}
    with log.open("wb") as output:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "interfaces.cli.main", "up"],
            env={**inherited, "PYTHONPATH": str(ROOT), ENDS_WITH: str(os.getpid()), **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _wait_until_ready(api: ApiClient, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not api.is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            lines = log.read_text(errors="replace").splitlines()[-15:]
            raise NotStarted("\n".join(("The demo's Farley does not start. Its log ends:", *lines)))
        time.sleep(POLL_SECONDS)


def _stop(process: "subprocess.Popen[bytes]", home: Path) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(STOP_SECONDS)
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    raise NotEnded(
        f"The demo's Farley did not end in {STOP_SECONDS:.0f} seconds; it was killed. It ran in {home}."
    )
