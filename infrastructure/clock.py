"""Time, ids, chance and waiting as the machine gives them."""

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
    """A sleep that `stop` ends at once."""

    def __init__(self) -> None:
        self._stopped = threading.Event()

    def __call__(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    def stop(self) -> None:
        self._stopped.set()

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()
