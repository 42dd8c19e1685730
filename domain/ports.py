"""What the outside world gives to rules and use cases: time, ids, chance, waiting."""

from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, in UTC with its offset."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""
        ...


class Ids(Protocol):
    def new(self) -> UUID: ...


class Randomness(Protocol):
    def token(self, size: int) -> bytes: ...


class Sleep(Protocol):
    def __call__(self, seconds: float) -> None: ...
