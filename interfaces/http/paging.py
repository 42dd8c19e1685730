"""Pages of lists. The cursor, opaque to the client, encodes the place at which a page ended."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

import msgspec

from domain.errors import InvalidInput

Item = TypeVar("Item")

Position = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]


class InvalidCursor(InvalidInput):
    """A cursor is the `next_cursor` of the part before."""


def place_of(cursor: str | None, kind: Any) -> Any:
    """Returns the place that a cursor encodes, of type `kind`; None without a cursor. Raises InvalidCursor."""
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=kind)
    except (ValueError, binascii.Error, msgspec.DecodeError) as error:
        raise InvalidCursor(path="cursor", code="invalid_cursor") from error


def page(rows: Sequence[Item], limit: int, place: Callable[[Item], Any]) -> dict[str, Any]:
    """Returns a page with at most `limit` items. `rows` has one item more if another page follows."""
    items = list(rows[:limit])
    more = len(rows) > limit
    return {"items": items, "next_cursor": cursor_at(place(items[-1])) if more else None}


def cursor_at(place: int | UUID | str | tuple[int | datetime | UUID, ...]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).rstrip(b"=").decode()
