"""The timeline of a person, and the counts of a person's touchpoints by channel."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from domain.touchpoints.events import Direction, TouchpointKind
from projections.sealed import open_texts
from projections.tallies import Tallied, of
from projections.together import Rows, dict_like

Place = tuple[datetime, int]
"""The place of an entry in the timeline: (occurred_at, position)."""

_ENTRIES = """
select e.*, o.outcome, o.reason_code as outcome_reason, coalesce(e.occurred_at < c.opened_at, false) as late
from (
    select * from timeline_entry
    where customer_id = any(%(profiles)s || %(places)s)
      and (customer_id = any(%(profiles)s) or about = 'suppression')
      and (%(about)s::text is null or about = %(about)s)
      and (%(channel)s::text is null or channel = %(channel)s)
      and (%(kind)s::text is null or kind = %(kind)s)
      and (%(since)s::timestamptz is null or occurred_at >= %(since)s)
      and (%(until)s::timestamptz is null or occurred_at < %(until)s)
      and (%(before_at)s::timestamptz is null
           or (occurred_at, "position") < (%(before_at)s, %(before_position)s::bigint))
    order by occurred_at desc, "position" desc
    limit %(limit)s
) e
left join timeline_outcome o
    on o.customer_id = e.customer_id and o.message_id = e.subject_id
    and o.attempt = (e.detail ->> 'attempt')::bigint
left join timeline_opening c on c.customer_id = e.customer_id and c.complaint_id = e.subject_id
order by e.occurred_at desc, e."position" desc
"""
TALLY = """
select 'touchpoint' as what, channel as name, sum(total)::bigint as n, null::numeric as value,
       max(last_at) as last_at
from touchpoint_count where customer_id = any(array(select profile_id from profile_requested)) group by channel
"""

CONVERSATIONS = (TouchpointKind.CALL, TouchpointKind.MESSAGE, TouchpointKind.REPLIED, TouchpointKind.MEETING)
"""The kinds of touchpoints in which somebody speaks to somebody."""


class About(StrEnum):
    """What an entry of a timeline is about."""

    TOUCHPOINT = "touchpoint"
    ORDER = "order"
    COMPLAINT = "complaint"
    CONSENT = "consent"
    MESSAGE = "message"
    DECISION = "decision"
    SUPPRESSION = "suppression"


class EntryKind(StrEnum):
    """The kind of an entry that is no touchpoint."""

    ORDER = "order"
    ORDER_CANCELLED = "order_cancelled"
    REFUND = "refund"
    COMPLAINT = "complaint"
    COMPLAINT_RESPONDED = "complaint_responded"
    COMPLAINT_ESCALATED = "complaint_escalated"
    COMPLAINT_RESOLVED = "complaint_resolved"
    COMPLAINT_CLOSED = "complaint_closed"
    COMPLAINT_REOPENED = "complaint_reopened"
    CONSENT = "consent"
    WITHDRAWAL = "withdrawal"
    MESSAGE = "message"
    MESSAGE_WITHHELD = "message_withheld"
    MESSAGE_FAILED = "message_failed"
    NOT_WRITTEN = "not_written"
    HELD_OUT = "held_out"
    SUPPRESSION = "suppression"
    SUPPRESSION_LIFTED = "suppression_lifted"


KINDS = tuple(dict.fromkeys(map(str, (*TouchpointKind, *EntryKind))))
"""The kinds of entries. A message is a touchpoint that a customer made, or one that Farley handed over."""


@dataclass(frozen=True, kw_only=True)
class TimelineEntry:
    """One fact on a timeline.

    `late`: the entry is dated before the opening of its complaint. `outcome`: the outcome of a handed-over message:
    a MessageOutcome, or None while no outcome is known. A forgotten text in `details` is None.
    """

    customer_id: UUID
    position: int
    occurred_at: datetime
    recorded_at: datetime
    about: str
    kind: str
    channel: str | None
    subject_id: UUID
    brand: str | None
    division: str | None
    late: bool
    outcome: str | None
    details: dict[str, Any]

    @property
    def place(self) -> Place:
        """The cursor with which the next page begins after this entry."""
        return self.occurred_at, self.position


@dataclass(frozen=True, kw_only=True)
class TouchpointCounts:
    """The number of a person's touchpoints, in total and by channel, and when the newest one occurred."""

    total: int
    by_channel: dict[str, int]
    last_at: datetime | None


def entries(
    connection: Connection[Any],
    cipher: PersonalCipher,
    profile_ids: Collection[UUID],
    *,
    places: Collection[UUID] = (),
    about: About | None = None,
    channel: str | None = None,
    kind: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before_cursor: Place | None = None,
    limit: int = 50,
) -> list[TimelineEntry]:
    """Returns the entries of these profiles, the newest first. `since` is included, `until` is not.

    `places`: the ids of the addresses and domains of the profiles; suppressions of these places are included.
    """
    before_at, before_position = before_cursor or (None, None)
    parameters = {
        "profiles": list(profile_ids),
        "places": list(places),
        "about": about,
        "channel": channel,
        "kind": kind,
        "since": since,
        "until": until,
        "before_at": before_at,
        "before_position": before_position,
        "limit": limit,
    }
    return unsealed(cipher, connection.execute(_ENTRIES, parameters).fetchall())


RECENT = 10
RECENT_TOUCHPOINTS = Rows(
    select=f"""
    select *, null as outcome, null as outcome_reason, false as late from timeline_entry
    where customer_id = any(array(select profile_id from profile_requested)) and about = '{About.TOUCHPOINT}'
    order by occurred_at desc, position desc limit {RECENT}
    """,
    row=dict_like(TimelineEntry, detail=dict[str, Any], sealed=dict[str, Any], outcome_reason=str | None),
)
"""The newest touchpoints of some profiles."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewestContact:
    """The newest fact of one sort. `what`: inbound or outbound for a conversation, or the kind of an order's entry."""

    what: str
    position: int
    occurred_at: datetime


NEWEST_CONTACTS = Rows(
    select=f"""
    select distinct on (what) what, position, occurred_at
    from (
        select case when about = '{About.ORDER}' then kind
                    when kind = '{TouchpointKind.MEETING}' then '{Direction.OUTBOUND}'
                    else detail ->> 'direction' end as what, position, occurred_at
        from timeline_entry
        where customer_id = any(array(select profile_id from profile_requested)) and occurred_at >= %(since)s
          and (about = '{About.ORDER}'
               or about = '{About.TOUCHPOINT}' and kind in ({", ".join(f"'{kind}'" for kind in CONVERSATIONS)})
                  and not coalesce((detail ->> 'machine')::boolean, false))
    ) entry
    order by what, occurred_at desc, position desc
    """,
    row=NewestContact,
)
"""The newest conversation in each direction, and the newest order, cancellation and refund, at or after %(since)s.

The company speaks at a meeting, whoever asked for it: a meeting counts as outbound.
"""


def unsealed(cipher: PersonalCipher, rows: list[dict[str, Any]]) -> list[TimelineEntry]:
    """Returns the entries of these rows."""
    open_texts(cipher, rows)
    return list(map(_entry, rows))


def counts_of(rows: Collection[Tallied]) -> TouchpointCounts:
    """Returns the counts from the tally `TALLY`; `rows` may include rows of other tallies."""
    rows = of("touchpoint", rows)
    return TouchpointCounts(
        total=sum(row.n for row in rows),
        by_channel={row.name: row.n for row in rows},
        last_at=max((row.last_at for row in rows if row.last_at is not None), default=None),
    )


def _entry(row: dict[str, Any]) -> TimelineEntry:
    details = {**row["detail"], **row["sealed"]}
    if "personal_properties" in details:
        personal = details.pop("personal_properties")
        details["properties"] = {**details["properties"], **(personal or {})}
    if row["outcome_reason"] is not None:
        details["reason_code"] = row["outcome_reason"]
    plain = {name: row[name] for name in TimelineEntry.__dataclass_fields__ if name != "details"}
    return TimelineEntry(**plain, details=details)
