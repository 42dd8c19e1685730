"""Segments: their names, their criteria, and where they are used."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.segments.events import SegmentDefined, SegmentRevised
from domain.segments.segment import Segment

MOST_LISTED = 20
"""The most versions, and the most users, that the answer about one segment lists."""
_CONTENTS = [SegmentDefined.stored_name, SegmentRevised.stored_name]
# The definition of a segment is known at once: what names the segment was written after it.
_CRITERIA = """
select data -> 'criteria' as criteria from log.facts
where stream_id = %(stream)s and stored_name = any(%(contents)s)
  and (%(upto)s::bigint is null or position <= %(upto)s or originator_version = 1)
order by originator_version desc limit 1
"""
_VERSIONS = """
select originator_version as version, data ->> 'name' as name, data -> 'criteria' as criteria,
       (data ->> 'occurred_at')::timestamptz as stated_at, data ->> 'actor' as actor, position
from log.facts
where stream_id = %(stream)s and stored_name = any(%(contents)s) and position <= %(upto)s
order by originator_version desc limit %(limit)s
"""
_SHOWN = """
select s.*, (select count(*) from segment u where u.segments @> array[s.segment_id]) as in_segments,
       (select count(*) from segment_campaign u where u.segments @> array[s.segment_id]) as in_campaigns
from segment s
"""
# All that names the segment, also by way of others, and all segments that these name.
_AROUND = """
with recursive users as (
    select %(segment)s::uuid as segment_id
    union
    select s.segment_id from segment s join users u on s.segments @> array[u.segment_id]
),
around as (
    select 'segment' as kind, segment_id as id, name, criteria, segments, true as uses
    from segment where segment_id in (select segment_id from users) and segment_id <> %(segment)s
    union all
    select 'campaign', campaign_id, name, audience, segments, true
    from segment_campaign where segments && array(select segment_id from users)
),
within as (
    select unnest(segments) as segment_id from around
    union
    select named.segment_id from segment s join within w using (segment_id), unnest(s.segments) named(segment_id)
)
select id, name, criteria, uses from around
union all
select segment_id, name, criteria, false from segment where segment_id in (select segment_id from within)
"""


@dataclass(frozen=True, kw_only=True)
class NamedSegment:
    """A segment: a name and its criteria as they were written. `defined_position` orders lists of segments.

    `segments`: the ids of the segments that its criteria name. `in_segments`, `in_campaigns`: how many name it.
    """

    segment_id: UUID
    name: str
    criteria: dict[str, Any]
    segments: list[UUID]
    defined_at: datetime
    defined_position: int
    version: int
    position: int
    in_segments: int
    in_campaigns: int


@dataclass(frozen=True, kw_only=True)
class SegmentUser:
    """A segment or a campaign whose criteria name a segment. `uses` is false for one that they name."""

    id: UUID
    name: str
    criteria: dict[str, Any]
    uses: bool


def segment(connection: Connection[Any], segment_id: UUID) -> NamedSegment | None:
    """Returns the segment with this id, or None."""
    row = connection.execute(f"{_SHOWN} where segment_id = %s".encode(), [segment_id]).fetchone()
    return NamedSegment(**row) if row is not None else None


def segments(
    connection: Connection[Any], *, before: int | None = None, limit: int = 50
) -> list[NamedSegment]:
    """Returns segments, the last defined first.

    `before`: the `defined_position` of the last segment on the previous page.
    """
    rows = connection.execute(
        f"{_SHOWN} where %(before)s::bigint is null or defined_position < %(before)s"
        " order by defined_position desc limit %(limit)s".encode(),
        {"before": before, "limit": limit},
    ).fetchall()
    return [NamedSegment(**row) for row in rows]


def segments_named(connection: Connection[Any], name: str) -> list[UUID]:
    """Returns the ids of the segments with this name, compared without case, the newest first."""
    rows = connection.execute(
        "select segment_id from segment where lower(name) = lower(%s) order by defined_position desc limit %s",
        [name, MOST_LISTED],
    )
    return [row["segment_id"] for row in rows]


def versions(connection: Connection[Any], segment_id: UUID, upto: int) -> list[dict[str, Any]]:
    """Returns the contents that the segment has had up to a position, the newest first, up to MOST_LISTED."""
    stream = {"stream": Segment.stream_of(segment_id), "contents": _CONTENTS, "upto": upto}
    return connection.execute(_VERSIONS, {**stream, "limit": MOST_LISTED}).fetchall()


def users_of(connection: Connection[Any], segment_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Returns the segments and the campaigns whose criteria name this one, the newest first, up to MOST_LISTED each."""
    return {
        "segments": connection.execute(
            "select segment_id, name from segment where segments @> array[%s] order by defined_position desc limit %s",
            [segment_id, MOST_LISTED],
        ).fetchall(),
        "campaigns": connection.execute(
            "select campaign_id, name from segment_campaign where segments @> array[%s]"
            " order by position desc limit %s",
            [segment_id, MOST_LISTED],
        ).fetchall(),
    }


def around(connection: Connection[Any], segment_id: UUID) -> Iterator[SegmentUser]:
    """Yields all that names the segment, also by way of other segments, and all segments that these name."""
    for row in connection.execute(_AROUND, {"segment": segment_id}):
        yield SegmentUser(**row)


def criteria_of(
    connection: Connection[Any], upto: int | None = None
) -> Callable[[UUID], dict[str, Any] | None]:
    """Returns a function for `domain.criteria.parse` that looks up a segment's criteria in the log.

    `upto`: the position after which revisions do not count; None counts all.
    """

    def look_up(segment_id: UUID) -> dict[str, Any] | None:
        parameters = {"stream": Segment.stream_of(segment_id), "contents": _CONTENTS, "upto": upto}
        row = connection.execute(_CRITERIA, parameters).fetchone()
        return row["criteria"] if row is not None else None

    return look_up
