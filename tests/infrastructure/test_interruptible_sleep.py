"""A signal's handler can end a sleep before any line that the sleeping thread executes."""

import errno
import fcntl
import os
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from infrastructure.machine.clock import Interruptible
from infrastructure.wiring.use_cases import UseCases
from tests.databases import TestDatabase
from tests.world import located_on

LINES = 30
"""More than any thread executes in one sleep, those of the standard library included."""
SECONDS = 0.02
PATIENCE = 10.0


class StoppedAt:
    """Stops a sleep before the nth line that its thread executes, as a signal's handler does."""

    def __init__(self, line: int) -> None:
        self.sleep = Interruptible()
        self._left = line

    def run(self) -> None:
        sys.settrace(self._trace)
        self.sleep(SECONDS)

    def _trace(self, _: FrameType, event: str, __: Any) -> Any:
        if event == "line":
            self._left -= 1
            if self._left == 0:
                self.sleep.stop()
        return self._trace


@pytest.mark.parametrize("line", range(1, LINES))
def test_a_handler_may_stop_it_before_any_line(line: int) -> None:
    stopped = StoppedAt(line)
    sleeper = threading.Thread(target=stopped.run, daemon=True)
    sleeper.start()
    sleeper.join(PATIENCE)
    assert not sleeper.is_alive()
    assert stopped.sleep.stopped or line > 1


def test_once_it_is_stopped_it_sleeps_no_more() -> None:
    sleep = Interruptible()
    for _ in range(3):
        sleep.stop()
    began = time.monotonic()
    sleep(PATIENCE)
    assert sleep.stopped
    assert time.monotonic() - began < PATIENCE / 2


def test_a_sleep_that_is_closed_gives_its_descriptors_back_and_is_over() -> None:
    before = open_descriptors()
    sleep = Interruptible()
    sleep.stop()
    for _ in range(2):
        sleep.close()
    assert open_descriptors() == before
    began = time.monotonic()
    sleep(PATIENCE)
    sleep.stop()
    assert time.monotonic() - began < PATIENCE / 2


def test_a_sleep_that_nobody_closes_gives_its_descriptors_back_with_its_end() -> None:
    before = open_descriptors()
    sleep = Interruptible()
    assert len(open_descriptors()) > len(before)
    del sleep
    assert open_descriptors() == before


def test_without_free_descriptors_there_is_one_error_and_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> tuple[int, int]:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(os, "pipe", refuse)
    with pytest.raises(
        OSError, match="Too many open files"
    ):  # an error of `__del__` is a warning, which fails
        Interruptible()


def test_it_sleeps_and_stops_in_a_process_with_very_many_descriptors(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = os.pipe()
    high = tuple(fcntl.fcntl(descriptor, fcntl.F_DUPFD, 1_024) for descriptor in plain)
    monkeypatch.setattr(os, "pipe", lambda: high)
    sleep = Interruptible()
    sleep(SECONDS)
    stopping = threading.Timer(SECONDS, sleep.stop)
    stopping.start()
    sleep(PATIENCE)
    assert sleep.stopped
    stopping.join()
    sleep.close()
    for descriptor in plain:
        os.close(descriptor)


def open_descriptors() -> set[Path]:
    return set(Path("/dev/fd").iterdir())


def test_an_installation_closes_its_sleep(database: TestDatabase, tmp_path: Path) -> None:
    installation = UseCases(located_on(database, tmp_path))
    sleep = installation.sleep
    assert sleep.fileno() >= 0
    installation.close()
    assert (sleep.stopped, sleep.fileno()) == (True, -1)
