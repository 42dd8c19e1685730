"""Time, ids, chance and waiting as the machine gives them."""

import os
import secrets
import threading
import time
import uuid
from datetime import UTC, datetime
from uuid import UUID


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


class RandomIds:
    def new(self) -> UUID:
        return uuid.uuid4()


class SystemRandomness:
    def token(self, size: int) -> bytes:
        return secrets.token_bytes(size)


class Interruptible:
    """A sleep that `stop` ends at once. `fileno` is readable from then on, for callers that wait with `select`."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._ends: tuple[int, int] | None = None

    def __call__(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def __del__(self) -> None:
        for end in self._ends or ():
            os.close(end)

    def fileno(self) -> int:
        if self._ends is None:
            self._ends = os.pipe()
            if self.stopped:
                self.stop()
        return self._ends[0]

    def stop(self) -> None:
        self._stopped.set()
        if self._ends is not None:
            os.write(self._ends[1], b".")

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()
