"""Waiting for the read models: however many threads wait, one of them looks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from domain.errors import ProjectionBehind, TooManyWaiting
from domain.ports import Clock, Sleep

POLL_SECONDS = 0.01


class SharedWait:
    """Threads of one process that wait for positions. `look`: the position that is reached now.

    `places`: how many threads may wait at a time, so that others are left to answer.
    """

    def __init__(self, look: Callable[[], int], clock: Clock, sleep: Sleep, places: int) -> None:
        self._look = look
        self._clock = clock
        self._sleep = sleep
        self._places = places
        self._changed = Condition()
        self._waiting = 0
        self._looking = False
        self._seen = 0

    def until(self, position: int, seconds: float, *, without_place: float = 0.0) -> None:
        """Returns once the position is reached; ProjectionBehind after so many seconds.

        A thread for which no place is free waits so many seconds `without_place`, at most; then TooManyWaiting.
        """
        with self._place() as has_place:
            deadline = self._clock.monotonic() + (seconds if has_place else without_place)
            if not self._reached(position, deadline):
                raise ProjectionBehind(position=str(position)) if has_place else TooManyWaiting()

    def _reached(self, position: int, deadline: float) -> bool:
        """Whether it is reached by then; somebody looks at least once."""
        with self._changed:
            while self._seen < position:
                if self._looking:
                    self._changed.wait(deadline - self._clock.monotonic())
                else:
                    self._look_for_all(position, deadline)
                if self._seen < position and self._clock.monotonic() >= deadline:
                    return False
        return True

    @contextmanager
    def _place(self) -> Iterator[bool]:
        """Whether a place was free. What was seen before anybody waited is out of date."""
        with self._changed:
            self._seen = self._seen if self._waiting else 0
            self._waiting += 1
            has_place = self._waiting <= self._places
        try:
            yield has_place
        finally:
            with self._changed:
                self._waiting -= 1

    def _look_for_all(self, position: int, deadline: float) -> None:
        """Looks again and again until this thread may go; then another takes over."""
        self._looking = True
        self._changed.release()
        try:
            while self._note(self._look()) < position and self._clock.monotonic() < deadline:
                self._sleep(POLL_SECONDS)
        finally:
            self._changed.acquire()
            self._looking = False
            self._changed.notify_all()

    def _note(self, seen: int) -> int:
        with self._changed:
            if seen > self._seen:
                self._seen = seen
                self._changed.notify_all()
        return seen
