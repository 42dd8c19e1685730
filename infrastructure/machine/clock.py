"""Time, ids, chance and waiting as the machine gives them."""

import os
import secrets
import select
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
    """A sleep that `stop` ends at once. `fileno` is readable from then on, for callers that wait with `select`.

    A signal's handler may call `stop`. It runs in the thread that sleeps, between any two of its steps, so nothing
    here takes a lock: `threading.Event` takes one, and waits for itself when the handler comes while it is held.
    """

    def __init__(self) -> None:
        self._readable, self._writable = os.pipe()
        self.stopped = False

    def __call__(self, seconds: float) -> None:
        select.select([self], [], [], max(seconds, 0.0))

    def __del__(self) -> None:
        os.close(self._readable)
        os.close(self._writable)

    def fileno(self) -> int:
        return self._readable

    def stop(self) -> None:
        if not self.stopped:
            self.stopped = True
            os.write(self._writable, b".")
