"""`farley up` as a real process, with everything it starts."""

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from infrastructure.processes.liveness import lives

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds: other tests run at the same time."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(home: Path, **more: str) -> dict[str, str]:
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith(("FARLEY_", "DATABASE_"))
    }
    return {**ours, "PYTHONPATH": str(ROOT), "PYTHONFAULTHANDLER": "1", "FARLEY_HOME": str(home), **more}


def places(database: Any) -> dict[str, str]:
    """The variables of an installation on these databases."""
    return {
        "DATABASE_URL": database.url,
        "FARLEY_KEYS_URL": database.keys_url,
        "FARLEY_ID_KEY": base64.b64encode(b"i" * 32).decode(),
        "FARLEY_WRAPPING_KEY": base64.b64encode(b"w" * 32).decode(),
    }


def farley(home: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Another verb on the same home, to its end."""
    return subprocess.run(
        [sys.executable, "-m", "interfaces.cli.main", *arguments],
        env=environment(home, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


class Up:
    """A start that has said where it listens. `banner`: its lines by their names. `through`: a command that
    becomes what it is given."""

    def __init__(self, home: Path, port: int, *, through: Sequence[str] = (), **more: str) -> None:
        self.home, self.port = home, port
        self.log = (home.parent / f"{home.name}.log").open("a+")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*through, sys.executable, "-m", "interfaces.cli.main", "up"],
            env=environment(home, **{"FARLEY_PORT": str(port), "FARLEY_WORKERS": "1", **more}),
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        self.banner = dict(self._read_banner())
        self.seconds = time.monotonic() - began

    def _read_banner(self) -> Iterator[tuple[str, str]]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            name, _, said = line.strip().partition("   ")
            yield name, said.strip()
            if name == "stop":
                return
        self.process.wait(PATIENCE)
        self._close()
        raise AssertionError(f"it ended while starting:\n{Path(self.log.name).read_text()}")

    @property
    def reporting_url(self) -> str:
        return self.banner["reporting"].removeprefix("psql '").removesuffix("'")

    def answer(self, path: str, body: Any = None, key: str = "", **headers: str) -> tuple[int, Any]:
        """Status and body of a GET, or of a POST with `body`; `headers` by their names with underscores."""
        request = Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {key}",
                "Content-Type": "application/json",
                **{name.replace("_", "-"): value for name, value in headers.items()},
            },
        )
        with urlopen(request, timeout=PATIENCE) as response:
            return response.status, json.load(response)

    def server_pid(self) -> int:
        """The embedded server's process."""
        return int((self._data() / "postmaster.pid").read_text().split("\n")[0])

    def server_children(self) -> list[int]:
        """The processes of the embedded server's own."""
        return descendants(self.server_pid())

    def _data(self) -> Path:
        place = self.home / "postgres" / "postgres.place"
        base = Path(place.read_text().strip()) if place.exists() else self.home / "postgres" / "postgres"
        return base / "data"

    def children(self) -> list[int]:
        """The processes that the supervisor started, and theirs."""
        return descendants(self.process.pid)

    def web_processes(self) -> list[int]:
        """The web process that listens, and its workers."""
        return [pid for pid in self.children() if "\0web\0" in _read(Path(f"/proc/{pid}/cmdline"))]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> float:
        """Seconds until the supervisor has ended. If it does not end, the error shows what it was doing."""
        began = time.monotonic()
        self.process.send_signal(how)
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end:\n{self._what_it_does()}") from None
        finally:
            self._close()
        return time.monotonic() - began

    def _what_it_does(self) -> str:
        """Its children, and its log with the stack of each thread, which Python writes as it is aborted."""
        children = [f"{pid} {_read(Path(f'/proc/{pid}/cmdline'))!r}" for pid in self.children()]
        self.process.send_signal(signal.SIGABRT)
        self.process.wait(PATIENCE)
        return "\n".join([*children, Path(self.log.name).read_text()[-10_000:]])

    def _close(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()

    def lines(self) -> list[dict[str, Any]]:
        """The log's lines so far, each a JSON object."""
        return [json.loads(line) for line in Path(self.log.name).read_text().splitlines()]

    def events(self) -> list[str]:
        """What the log says so far, in whole lines."""
        whole, _, _ = Path(self.log.name).read_text().rpartition("\n")
        return [_event(line) for line in whole.splitlines()]


def _event(line: str) -> str:
    """A process that cannot even start says why as the command line does."""
    if line.startswith("farley: "):
        return line
    try:
        return str(json.loads(line)["event"])
    except ValueError:
        raise AssertionError(f"not a line of JSON: {line[:500]!r}") from None


@contextmanager
def running(home: Path, port: int, *, through: Sequence[str] = (), **more: str) -> Iterator[Up]:
    up = Up(home, port, through=through, **more)
    try:
        yield up
    finally:
        if up.process.poll() is None:
            up.stop()


def gone(pids: list[int]) -> bool:
    """Have all these processes ended, within our patience?"""
    return eventually(lambda: not any(map(lives, pids)))


def eventually(question: Any) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not question():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def signalled(pids: Iterable[int], how: signal.Signals) -> None:
    """Sends this to those of the processes that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, how)


def descendants(pid: int) -> list[int]:
    """The processes that this one started, and theirs."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in _read(task).split()]
    return children + [grandchild for child in children for grandchild in descendants(child)]


def _read(path: Path) -> str:
    """What stands in a file of /proc, nothing where its process has ended meanwhile."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
