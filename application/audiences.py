"""Audiences: criteria checked when written, counted when asked."""

from collections.abc import Mapping
from typing import Any, Protocol


class Audiences(Protocol):
    def check(self, criteria: Mapping[str, Any]) -> None:
        """InvalidCriteria, with the path, for criteria that cannot be read or may not be written."""
        ...

    def size(self, criteria: Mapping[str, Any]) -> tuple[int, int]:
        """How many people match exactly, and the position they were counted at."""
        ...
