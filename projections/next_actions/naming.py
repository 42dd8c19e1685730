"""Names the things that facts are about, for answers that point at facts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.customers.events import ContactPointAdded
from domain.facts import FACTS


class FactKind(StrEnum):
    """What a fact is about."""

    COMPLAINT = "complaint"
    TOUCHPOINT = "touchpoint"
    ORDER = "order"
    MESSAGE = "message"
    CONTACT_POINT = "contact_point"
    CONSENT = "consent"
    SUPPRESSION = "suppression"


KIND_OF_STREAM = {
    "complaints": FactKind.COMPLAINT,
    "touchpoints": FactKind.TOUCHPOINT,
    "orders": FactKind.ORDER,
    "messages": FactKind.MESSAGE,
    "customers": FactKind.CONTACT_POINT,
    "consents": FactKind.CONSENT,
    "suppressions": FactKind.SUPPRESSION,
}
"""The kind of the facts that actions rest on, by the kind of their stream. Of a customer's own they are addresses."""
_NAMED = """
select position, stored_name, occurred_at,
       case when stored_name = %(added)s then (data ->> 'contact_point_id')::uuid else originator_id end as id
from log.facts where position = any(%(positions)s)
"""


@dataclass(frozen=True, kw_only=True)
class NamedFact:
    """A fact's position, and the thing that it is about. `id`: the thing's id, or the profile's for a consent."""

    kind: FactKind
    id: UUID
    position: int
    occurred_at: datetime


def named_facts(connection: Connection[Any], positions: Collection[int]) -> dict[int, NamedFact]:
    """Returns the facts at these positions, by position."""
    named = {"added": ContactPointAdded.stored_name, "positions": list(positions)}
    rows = connection.execute(_NAMED, named).fetchall()
    return {row["position"]: _named(row) for row in rows}


def _named(row: dict[str, Any]) -> NamedFact:
    kind = KIND_OF_STREAM[FACTS[row["stored_name"]].stream_kind]
    return NamedFact(kind=kind, id=row["id"], position=row["position"], occurred_at=row["occurred_at"])
