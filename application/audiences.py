"""Audiences: criteria checked when written, counted when asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


class Audiences(Protocol):
    def check(self, criteria: Mapping[str, Any]) -> None:
        """InvalidCriteria, with the path, for criteria that cannot be read."""
        ...

    def size(self, criteria: Mapping[str, Any]) -> tuple[int, int]:
        """How many people match exactly, and the position they were counted at."""
        ...

    def members(self, criteria: Mapping[str, Any], at: datetime) -> tuple[list[UUID], int]:
        """Who matches at this instant, by canonical id in order, and the position they were read at."""
        ...
