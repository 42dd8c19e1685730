"""A full disk stops what must be written and nothing else; all comes back by itself when space is freed."""

import json
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

from tests.processes.small_disk import MIB, NoSmallDisk, disk_of, fill, free, on_own_disk
from tests.processes.up import PATIENCE, Up, eventually, free_port, running, signalled

DISK, RESERVE = 400, 32
"""MiB."""
READ = "/api/customers?email=nobody@example.org"


@pytest.fixture
def up(home: Path) -> Iterator[Up]:
    try:
        through = on_own_disk(DISK)
    except NoSmallDisk as reason:
        pytest.skip(str(reason))
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


def test_a_full_disk_stops_no_process_and_all_comes_back_when_space_is_freed(up: Up) -> None:
    client, disk = Client(up), disk_of(up)
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

    free(disk)
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
