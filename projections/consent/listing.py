"""Lists of what a person allowed and forbade, with the evidence."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.personal import PersonalCipher
from projections.sealed import open_columns

_STATED = """
select customer_id, channel, contact_point_id, purpose, topic, brand, granted, occurred_at, recorded_at, expires_at,
       actor, evidence, reason, position
from consent_statement
where customer_id = any(%(profiles)s) and (%(before)s::bigint is null or position < %(before)s)
order by position desc limit %(limit)s
"""
PERSONAL = {"evidence": "evidence", "reason": "reason"}
"""The columns with personal data, and the field of the fact that each column holds."""


@dataclass(frozen=True, kw_only=True)
class ShownStatement:
    """A consent or a withdrawal. A None in the scope means all.

    `evidence` of a consent, {"source", "text"?}, and `reason` of a withdrawal are None if nothing was stated or if it
    is forgotten.
    """

    customer_id: UUID
    channel: str | None
    contact_point_id: UUID | None
    purpose: str | None
    topic: str | None
    brand: str | None
    granted: bool
    occurred_at: datetime
    recorded_at: datetime
    expires_at: datetime | None
    actor: str
    evidence: dict[str, Any] | None
    reason: str | None
    position: int


def stated(
    connection: Connection[Any],
    cipher: PersonalCipher,
    profile_ids: Collection[UUID],
    *,
    before: int | None = None,
    limit: int = 50,
) -> list[ShownStatement]:
    """Returns the consents and withdrawals of these profiles, the one recorded last first.

    `before`: the position of the last statement on the previous page.
    """
    parameters = {"profiles": list(profile_ids), "before": before, "limit": limit}
    rows = connection.execute(_STATED, parameters).fetchall()
    open_columns(cipher, rows, PERSONAL)
    return [ShownStatement(**row) for row in rows]
