"""A full disk stops what must be written and nothing else; all comes back by itself when space is freed."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.processes.up import PATIENCE, Up, eventually, free_port, running, signalled

MIB = 1024 * 1024
DISK, RESERVE = 400, 32
"""MiB."""
OWN_DISK = f'mount -t tmpfs -o size={DISK}m,mode=0711 tmpfs "$FARLEY_HOME" && exec {{again}} "$@"'
READ = "/api/customers?email=nobody@example.org"


def on_own_disk() -> list[str]:
    """A command that runs another with a small disk at FARLEY_HOME, which no other process sees."""
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("there is no unshare, to mount a small disk with")
    user = os.geteuid()
    command = [unshare, "--mount", *([] if user == 0 else ["--user", "--map-root-user"])]
    tried = subprocess.run(
        [*command, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True, check=False
    )
    if tried.returncode:
        pytest.skip(f"no small disk can be mounted here: {tried.stderr.decode().strip()}")
    # An ordinary user may mount a disk as the root of a namespace; Farley itself runs as the user again.
    again = "" if user == 0 else f"{unshare} --user --map-user={user} --map-group={os.getegid()}"
    return [*command, "sh", "-c", OWN_DISK.format(again=again), "sh"]


@pytest.fixture
def up(home: Path) -> Iterator[Up]:
    through = on_own_disk()
    home.mkdir()
    with running(home, free_port(), through=through, FARLEY_DISK_RESERVE=str(RESERVE)) as started:
        yield started


class Client:
    """Asks on a connection of its own each time; a connection that is dropped fails the test."""

    def __init__(self, up: Up) -> None:
        self.port, self.key = up.port, up.banner["administrator"].split()[0]

    def ask(self, path: str, body: Any = None) -> tuple[int, Any]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        method, data = ("GET", None) if body is None else ("POST", json.dumps(body))
        connection.request(method, path, data, headers)
        answer = connection.getresponse()
        said = json.load(answer)
        connection.close()
        if answer.status >= 400 and path != "/health/ready":
            assert answer.headers["Content-Type"] == "application/problem+json"
        return answer.status, said

    def register(self) -> int:
        """The status: a customer that needs some space."""
        attributes = {f"a{number}": "x" * 900 for number in range(40)}
        return self.ask("/api/customers", {"kind": "person", "attributes": attributes})[0]

    def health(self) -> dict[str, Any]:
        began = time.monotonic()
        report: dict[str, Any] = self.ask("/health/ready")[1]
        assert time.monotonic() - began < 5
        return report


def fill(folder: Path, leave: int = 0) -> None:
    """Writes until no more than `leave` MiB are free."""
    with suppress(OSError), (folder / f"filler {time.monotonic_ns()}").open("wb", buffering=0) as file:
        while not leave or shutil.disk_usage(folder).free > leave * MIB:
            file.write(b"\0" * MIB)


def test_a_full_disk_stops_no_process_and_all_comes_back_when_space_is_freed(up: Up) -> None:
    client, disk = Client(up), Path(f"/proc/{up.process.pid}/root{up.home}")
    reserve, web = disk / "run" / "reserve", set(up.web_processes())
    assert eventually(reserve.exists)
    assert reserve.stat().st_size == RESERVE * MIB
    assert client.register() == 201
    assert eventually(lambda: client.health()["ready"])

    fill(disk, leave=10)
    assert eventually(lambda: not reserve.exists())
    assert eventually(lambda: "the disk is full: the reserve is released" in up.events())
    assert client.register() == 201
    fill(disk)
    statuses = {client.register() for _ in range(40)}
    assert 503 in statuses
    assert statuses <= {201, 503}
    report = client.health()
    assert (report["ready"], report["disk"]["ok"]) == (False, False)
    assert "disk is full" in report["disk"]["error"]

    with suppress(OSError):
        os.kill(int((disk / "postgres/postgres/data/postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    for _ in range(5):
        assert client.ask(READ)[0] in (200, 503)
        assert client.health()["disk"]["ok"] is False
        assert client.ask("/health/live")[0] == 200
    assert set(up.web_processes()) == web

    for filler in disk.glob("filler *"):
        filler.unlink()
    assert eventually(lambda: client.health()["ready"])
    assert client.register() == 201
    assert eventually(reserve.exists)
    assert set(up.web_processes()) == web


def test_while_postgresql_hangs_or_is_away_health_says_so_in_time_and_no_connection_is_dropped(
    home: Path,
) -> None:
    with running(home, free_port()) as up:
        client, server = Client(up), up.server_pid()
        processes = [server, *up.server_children()]
        signalled(processes, signal.SIGSTOP)
        report = client.health()
        assert (report["ready"], report["database"]["ok"]) == (False, False)
        assert client.ask("/health/live")[0] == 200
        os.kill(up.process.pid, signal.SIGSTOP)
        signalled(processes, signal.SIGKILL)
        report = client.health()
        assert (report["ready"], report["database"]["ok"]) == (False, False)
        status, problem = client.ask(READ)
        assert (status, problem["type"]) == (503, "/problems/store-unavailable")
        os.kill(up.process.pid, signal.SIGCONT)
        # the processes start again where the server comes back on another port
        assert eventually(lambda: client.ask("/health/ready")[0] == 200)
        assert client.ask(READ)[0] == 200
