"""Which messages of runs a complaint stopped."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

MOST_SHOWN = 20

_STOPPED = """
select s.run_id, r.campaign_id, s.member_id, s.reason_code, s.decided_for as decided_at, s.position,
       count(*) over () as total
from stopped_by_complaint s join run r on r.run_id = s.run_id
where s.fact_position = any(%(facts)s)
  and (%(known_at)s::timestamptz is null or s.recorded_at <= %(known_at)s)
  and (%(as_of)s::timestamptz is null or least(s.decided_for, s.recorded_at) <= %(as_of)s)
order by s.position desc, s.run_id, s.member_id limit %(limit)s
"""


@dataclass(frozen=True, kw_only=True)
class StoppedMessage:
    """A message that was not sent, to a member of a run. `position`: of the decision that was made for `decided_at`."""

    campaign_id: UUID
    run_id: UUID
    member_id: UUID
    reason_code: str
    decided_at: datetime
    position: int


@dataclass(frozen=True, kw_only=True)
class StoppedMessages:
    """How many messages a complaint stopped, and the twenty that were decided last, the newest first."""

    count: int
    newest: tuple[StoppedMessage, ...]


def stopped_by(
    connection: Connection[Any],
    facts: Collection[int],
    *,
    known_at: datetime | None = None,
    as_of: datetime | None = None,
) -> StoppedMessages:
    """Returns the messages whose decisions name one of these facts about a complaint, by their positions.

    `known_at`, `as_of`: only decisions recorded, or dated, by this instant.
    """
    parameters = {"facts": list(facts), "known_at": known_at, "as_of": as_of, "limit": MOST_SHOWN}
    rows = connection.execute(_STOPPED, parameters).fetchall()
    shown = StoppedMessage.__dataclass_fields__
    newest = tuple(StoppedMessage(**{name: row[name] for name in shown}) for row in rows)
    return StoppedMessages(count=rows[0]["total"] if rows else 0, newest=newest)
