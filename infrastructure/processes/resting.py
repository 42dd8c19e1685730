"""How a process that works in passes waits between two of them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg

from domain.ports import Sleep
from infrastructure.machine.clock import Interruptible
from infrastructure.postgres.connections import as_role, translated
from infrastructure.postgres.sleeping import Bed, Sleeper

SHORTEST_SECONDS, LONGEST_SECONDS = 0.005, 0.05
"""The waits after passes without work, before the process sleeps: the first and the longest."""
AWAY_SECONDS = (0.2, 1.0)
"""The waits while the database is unavailable: the first, and the longest, after which its return is noticed."""


class Backoff:
    """Waits longer each time, up to a limit, until something happened again."""

    def __init__(self, sleep: Sleep, seconds: tuple[float, float], *, factor: float = 1.5) -> None:
        self._sleep = sleep
        self._first, self._most = seconds
        self._factor = factor
        self._next = self._first

    @property
    def is_longest(self) -> bool:
        return self._next == self._most

    def wait(self) -> None:
        self._sleep(self._next)
        self._next = min(self._next * self._factor, self._most)

    def reset(self) -> None:
        self._next = self._first


class Rest:
    """Waits a little longer after each pass without work, then sleeps until it is woken."""

    def __init__(self, bed: Bed, stop: Interruptible) -> None:
        self._bed = bed
        self._backoff = Backoff(stop, (SHORTEST_SECONDS, LONGEST_SECONDS))
        self._asleep = False

    def wait(self, longest: Callable[[], float]) -> None:
        """Returns when there may be work, at the latest after these seconds, which are asked for before the sleep."""
        if not self._backoff.is_longest or longest() <= LONGEST_SECONDS:
            self._backoff.wait()
        elif not self._asleep:
            self._asleep = self._bed.fall_asleep()
            if not self._asleep:
                self._backoff.wait()
        elif self._bed.sleep(longest()):
            self.reset()

    def reset(self) -> None:
        """Starts again with the shortest wait, because more work is likely to follow."""
        self._backoff.reset()
        self._asleep = False


@contextmanager
def opened_bed(url: str, role: str, sleeper: Sleeper, stop: Interruptible) -> Iterator[Bed]:
    """A bed with a connection of its own."""
    with translated(), psycopg.connect(as_role(url, role), autocommit=True) as connection:
        yield Bed(connection, sleeper, stop)
