"""Waits for the read models. However many threads wait, only one of them polls."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from domain.errors import ProjectionBehind, TooManyWaiting
from domain.ports import Clock, Sleep

POLL_SECONDS = 0.01


class SharedWait:
    """The threads of one process that wait for positions. `look` returns the position that is reached now.

    `places` is how many threads may wait at a time, so that other threads are free to answer.
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
        """Returns as soon as the position is reached. Raises ProjectionBehind after `seconds`.

        A thread without a place waits at most the seconds `without_place`, and then raises TooManyWaiting.
        """
        with self._place() as has_place:
            deadline = self._clock.monotonic() + (seconds if has_place else without_place)
            if not self._reached(position, deadline):
                raise ProjectionBehind(position=str(position)) if has_place else TooManyWaiting()

    def _reached(self, position: int, deadline: float) -> bool:
        """Whether the position is reached by then. The position is looked up at least once."""
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
        """Yields whether a place was free. The first thread that waits forgets the old position."""
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
        """Polls the position until this thread need not wait any more. Another waiting thread then takes over."""
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
        """Keeps the position, also a lower one: a projection that was paused may have been resumed."""
        with self._changed:
            if seen != self._seen:
                self._seen = seen
                self._changed.notify_all()
        return seen
