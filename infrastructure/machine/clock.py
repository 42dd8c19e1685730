"""Time, ids, chance and waiting as the machine gives them."""

import os
import secrets
import select
import time
import uuid
from collections.abc import Iterable
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


def await_readable(descriptors: Iterable[int], seconds: float) -> None:
    """Waits until one of the descriptors is readable, at most these seconds.

    `select.select` would refuse descriptors above 1,023.
    """
    polled = select.poll()
    for descriptor in descriptors:
        polled.register(descriptor, select.POLLIN)
    polled.poll(max(seconds, 0.0) * 1000)


class Interruptible:
    """A sleep that `stop` ends at once. `fileno` is readable from then on, for callers that wait for several.

    A signal's handler may call `stop`. It runs in the thread that sleeps, between any two of its steps, so nothing
    here takes a lock: `threading.Event` takes one, and waits for itself when the handler comes while it is held.
    """

    def __init__(self) -> None:
        self.stopped = False
        self._descriptors: tuple[int, ...] = ()
        self._descriptors = os.pipe()

    def __call__(self, seconds: float) -> None:
        if not self.stopped:
            await_readable([self.fileno()], seconds)

    def __del__(self) -> None:
        self.close()

    def fileno(self) -> int:
        """Returns the descriptor to wait for, or -1 once it is closed."""
        return self._descriptors[0] if self._descriptors else -1

    def stop(self) -> None:
        if not self.stopped:
            self.stopped = True
            os.write(self._descriptors[1], b".")

    def close(self) -> None:
        """Stops the sleep and gives its descriptors back. Call `stop` before it if a thread may still sleep."""
        self.stopped = True
        descriptors, self._descriptors = self._descriptors, ()
        for descriptor in descriptors:
            os.close(descriptor)
