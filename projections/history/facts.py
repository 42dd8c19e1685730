"""Reads one fact from the log by its position, and the facts that followed it in its stream."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from projections.history.reading import StoredFact, readable

FOLLOWING = 20
"""The most facts that are listed after a fact."""

_FACT = """
select position, recorded_at, stored_name, customer_id, stream_id, originator_id, originator_version, occurred_at, data
from log.facts where position = %s
"""
_FOLLOWING = """
select position, stored_name as type, recorded_at, occurred_at, data ->> 'actor' as actor
from log.facts
where stream_id = %(stream)s and originator_version > %(version)s
order by originator_version limit %(limit)s
"""


@dataclass(frozen=True, kw_only=True)
class FollowingFact:
    """A later fact of the same stream: its position, stored name (`type`), both instants, and its actor."""

    position: int
    type: str
    recorded_at: datetime
    occurred_at: datetime
    actor: str


@dataclass(frozen=True, kw_only=True)
class FoundFact:
    """A fact, the profile that it is about, if any, and the next facts of its stream, FOLLOWING at most.

    `more`: the stream has further facts.
    """

    fact: StoredFact
    customer_id: UUID | None
    following: tuple[FollowingFact, ...]
    more: bool


def fact_at(connection: Connection[Any], cipher: PersonalCipher, position: int) -> FoundFact | None:
    """Returns the fact at this position, or None if the log has none there."""
    row = connection.execute(_FACT, [position]).fetchone()
    if row is None:
        return None
    stream = {"stream": row["stream_id"], "version": row["originator_version"], "limit": FOLLOWING + 1}
    later = [FollowingFact(**one) for one in connection.execute(_FOLLOWING, stream)]
    (fact,) = readable(cipher, [row])
    return FoundFact(
        fact=fact,
        customer_id=row["customer_id"],
        following=tuple(later[:FOLLOWING]),
        more=len(later) > FOLLOWING,
    )
