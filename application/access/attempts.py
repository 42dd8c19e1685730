"""Makes an address wait that has sent several keys which do not work."""

from collections import OrderedDict
from threading import Lock

from domain.errors import FarleyError
from domain.ports import Clock

FREE = 5
"""Wrong keys from one address that cost no waiting."""
LONGEST_SECONDS = 60
FORGOTTEN_SECONDS = 600.0
"""The seconds without a wrong key after which the wrong keys of an address are forgotten."""
MOST_ADDRESSES = 10_000


class TooManyAttempts(FarleyError):
    """Too many keys from this address did not work."""


class Attempts:
    """Counts wrong keys in this process. From the sixth on, an address waits for 1, 2, 4 ... 60 seconds."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._wrong: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def refuse_if_slowed(self, address: str) -> None:
        """Raises TooManyAttempts, with the seconds left, while this address has to wait."""
        with self._lock:
            wrong, last = self._wrong.get(address, (0, 0.0))
            left = last + _seconds(wrong) - self._clock.monotonic()
        if wrong > FREE and left > 0:
            seconds = int(left) + 1
            raise TooManyAttempts(
                f"Too many keys from this address did not work. Try again in {seconds} s.", seconds=seconds
            )

    def note_wrong(self, address: str) -> None:
        """Notes that a key from this address did not work."""
        now = self._clock.monotonic()
        with self._lock:
            wrong, last = self._wrong.pop(address, (0, now))
            self._wrong[address] = (1 if now - last > FORGOTTEN_SECONDS else wrong + 1, now)
            if len(self._wrong) > MOST_ADDRESSES:
                self._wrong.popitem(last=False)

    def note_right(self, address: str) -> None:
        """Forgets the wrong keys of this address."""
        with self._lock:
            self._wrong.pop(address, None)


def _seconds(wrong: int) -> int:
    return min(LONGEST_SECONDS, 2 ** min(wrong - FREE - 1, 10)) if wrong > FREE else 0
