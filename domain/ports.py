"""The ports by which rules and use cases get time, ids, random bytes and waiting from outside."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    def now(self) -> datetime:
        """Returns the present instant as an aware datetime in UTC."""

    def monotonic(self) -> float:
        """Returns seconds on a clock that never goes back. Only differences of two results mean anything."""


class Ids(Protocol):
    def new(self) -> UUID: ...


class Randomness(Protocol):
    def token(self, size: int) -> bytes: ...


Sleep = Callable[[float], None]
"""Waits for some seconds."""
