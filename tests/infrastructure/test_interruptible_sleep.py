"""A signal's handler can end a sleep before any line that the sleeping thread executes."""

import sys
import threading
import time
from types import FrameType
from typing import Any

import pytest

from infrastructure.machine.clock import Interruptible

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
