"""The decisions of runs not to write to a person, as entries of the person's timeline."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.timeline.reading import About, EntryKind, Place, TimelineEntry

KIND_OF_VERDICT = {"suppressed": EntryKind.NOT_WRITTEN, "held_out": EntryKind.HELD_OUT}
"""The verdicts of first decisions that are entries. Other messages have facts, and so entries, of their own."""

_DECIDED = """
select distinct on (d.decided_for, d.position)
       d.member_id, d.position, d.decided_for, e.recorded_at, d.verdict, d.reasons, d.run_id, r.campaign_id,
       c.channel, c.brand
from run_decision d
join run r on r.run_id = d.run_id
join campaign c on c.campaign_id = r.campaign_id
join log.events e on e.notification_id = d.position
where d.member_id = any(%(profiles)s) and d.verdict = any(%(verdicts)s)
  and (%(channel)s::text is null or c.channel = %(channel)s)
  and (%(since)s::timestamptz is null or d.decided_for >= %(since)s)
  and (%(until)s::timestamptz is null or d.decided_for < %(until)s)
  and (%(before_at)s::timestamptz is null
       or (d.decided_for, d.position) < (%(before_at)s, %(before_position)s::bigint))
order by d.decided_for desc, d.position desc, d.member_id
limit %(limit)s
"""


def decision_entries(
    connection: Connection[Any],
    profile_ids: Collection[UUID],
    *,
    about: str | None = None,
    channel: str | None = None,
    kind: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before_cursor: Place | None = None,
    limit: int = 50,
) -> list[TimelineEntry]:
    """Returns the decisions not to write to these profiles, the newest first, with the filters of `entries`.

    If two of the profiles were members of one part of a run, one entry stands for both.
    """
    verdicts = [verdict for verdict, of_kind in KIND_OF_VERDICT.items() if kind in (None, of_kind)]
    if about not in (None, About.DECISION) or not verdicts:
        return []
    before_at, before_position = before_cursor or (None, None)
    parameters = {
        "profiles": list(profile_ids),
        "verdicts": verdicts,
        "channel": channel,
        "since": since,
        "until": until,
        "before_at": before_at,
        "before_position": before_position,
        "limit": limit,
    }
    return [_entry(row) for row in connection.execute(_DECIDED, parameters).fetchall()]


def _entry(row: dict[str, Any]) -> TimelineEntry:
    details = {
        "campaign_id": str(row["campaign_id"]),
        "run_id": str(row["run_id"]),
        "reasons": row["reasons"],
    }
    return TimelineEntry(
        customer_id=row["member_id"],
        position=row["position"],
        occurred_at=row["decided_for"],
        recorded_at=row["recorded_at"],
        about=About.DECISION,
        kind=KIND_OF_VERDICT[row["verdict"]],
        channel=row["channel"],
        subject_id=row["run_id"],
        brand=row["brand"],
        division=None,
        late=False,
        outcome=None,
        details=details,
    )
