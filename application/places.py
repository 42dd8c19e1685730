"""Places for heavy questions, so that they never take all threads of a process from light ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from domain.errors import Unavailable

MOST_AT_ONCE = 2
"""The most heavy questions that a process answers at the same time."""
WAITS_AT_MOST = 0.25
"""Seconds that a question waits for a place. It keeps a thread for so long."""


class TooManyQuestions(Unavailable):
    """Other questions about many people are being answered. Ask again in a moment."""


class Places:
    """Counts the heavy questions of this process."""

    def __init__(self, most: int = MOST_AT_ONCE) -> None:
        self._free = BoundedSemaphore(most)

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Holds a place within the block. Raises TooManyQuestions if none becomes free at once."""
        if not self._free.acquire(timeout=WAITS_AT_MOST):
            raise TooManyQuestions()
        try:
            yield
        finally:
            self._free.release()
