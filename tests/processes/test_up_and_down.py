"""Starting, stopping, being killed, and coming back."""

import os
import signal
from pathlib import Path

import pytest

from infrastructure.processes.liveness import lives
from tests.processes.up import eventually, farley, free_port, gone, running


def test_it_stops_cleanly_and_starts_again_with_the_same_keys(home: Path) -> None:
    port = free_port()
    with running(home, port) as first:
        processes = [*first.children(), first.server_pid()]
        key = first.banner["administrator"].split()[0]
        assert len(processes) >= 5
        assert first.stop(signal.SIGTERM) < 15
    assert first.process.returncode == 0
    assert not any(map(lives, processes))
    assert {line["level"] for line in first.lines()} == {"info"}
    with running(home, port) as second:
        assert second.answer("/api/customers?email=nobody@example.org", key=key) == (200, {"items": []})
        assert key not in second.banner["administrator"]
        assert second.banner["reporting"] == first.banner["reporting"]
        assert second.stop(signal.SIGINT) < 15
    # On a quiet machine it takes two to three seconds; the promise is five.
    assert second.seconds < 12
    assert farley(home, "project", "status").returncode == 0
    checked = farley(home, "check", FARLEY_PORT=str(port))
    assert checked.returncode == 0
    assert checked.stdout.endswith("Nothing is wrong. To be looked at: 4.\n"), "nothing runs"


def test_what_a_killed_supervisor_leaves_ends_or_is_adopted(home: Path) -> None:
    port = free_port()
    with running(home, port) as first:
        children, server = first.children(), first.server_pid()
        first.stop(signal.SIGKILL)
    assert gone(children)
    assert lives(server)
    with running(home, port) as second:
        assert second.server_pid() == server
        assert second.answer("/health/ready")[1]["ready"] is True
        processes = [*second.children(), server]
        second.stop()
    assert not any(map(lives, processes))


def test_what_dies_is_started_again(home: Path) -> None:
    with running(home, free_port()) as up:
        before, server = up.children(), up.server_pid()
        for pid in before:
            os.kill(pid, signal.SIGKILL)
        assert eventually(lambda: up.events().count("started") >= 10)
        assert not set(before) & set(up.children())
        os.kill(server, signal.SIGKILL)
        assert eventually(lambda: "the embedded server has ended" in up.events())
        assert eventually(lambda: _ready(up))
        up.stop()


def _ready(up: object) -> bool:
    try:
        return up.answer("/health/ready")[1]["ready"] is True  # type: ignore[attr-defined]
    except OSError:
        return False


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"FARLEY_PORT": "eighty"}, "FARLEY_PORT"),
        ({"FARLEY_ADMIN_KEY": "short"}, "FARLEY_ADMIN_KEY"),
        ({"FARLEY_ID_KEY": "bm90IDMyIGJ5dGVz"}, "FARLEY_ID_KEY"),
        ({"FARLEY_SMTP_URL": "http://example.org"}, "FARLEY_SMTP_URL"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/farley"}, "FARLEY_KEYS_URL"),
    ],
)
def test_a_wrong_setting_is_named_and_nothing_starts(
    tmp_path: Path, variables: dict[str, str], named: str
) -> None:
    refused = farley(tmp_path / "home", "up", **{"FARLEY_PORT": str(free_port()), **variables})
    assert refused.returncode == 1
    assert named in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not (tmp_path / "home" / "postgres").exists()
