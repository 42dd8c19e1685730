"""Segments: their names and their criteria."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.segments.events import SegmentDefined
from domain.segments.segment import Segment

_DEFINED = "select data -> 'criteria' as criteria from log.facts where stream_id = %s and stored_name = %s"


@dataclass(frozen=True, kw_only=True)
class NamedSegment:
    """A segment: a name and its criteria as they were written. `defined_position` orders lists of segments."""

    segment_id: UUID
    name: str
    criteria: dict[str, Any]
    defined_at: datetime
    defined_position: int
    version: int
    position: int


def segment(connection: Connection[Any], segment_id: UUID) -> NamedSegment | None:
    """Returns the segment with this id, or None."""
    row = connection.execute("select * from segment where segment_id = %s", [segment_id]).fetchone()
    return NamedSegment(**row) if row is not None else None


def segments(
    connection: Connection[Any], *, before: int | None = None, limit: int = 50
) -> list[NamedSegment]:
    """Returns segments, the last defined first.

    `before`: the `defined_position` of the last segment on the previous page.
    """
    rows = connection.execute(
        "select * from segment where %(before)s::bigint is null or defined_position < %(before)s"
        " order by defined_position desc limit %(limit)s",
        {"before": before, "limit": limit},
    ).fetchall()
    return [NamedSegment(**row) for row in rows]


def criteria_of(connection: Connection[Any]) -> Callable[[UUID], dict[str, Any] | None]:
    """Returns a function for `domain.criteria.parse` that looks up a segment's criteria in the log."""

    def look_up(segment_id: UUID) -> dict[str, Any] | None:
        row = connection.execute(
            _DEFINED, [Segment.stream_of(segment_id), SegmentDefined.stored_name]
        ).fetchone()
        return row["criteria"] if row is not None else None

    return look_up
