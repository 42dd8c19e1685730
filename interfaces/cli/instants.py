"""Instants that an operator types."""

from datetime import datetime

from domain.errors import InvalidInput
from domain.instants import iso_instant


def instant(text: str, path: str) -> datetime:
    """Parses an instant. Raises InvalidInput unless the text is an instant with an offset."""
    parsed = iso_instant(text)
    if parsed is None:
        raise InvalidInput(f"{text} is no instant with its offset, such as 2026-01-31T09:30:00Z.", path=path)
    return parsed
