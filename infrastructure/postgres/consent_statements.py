"""Reads consents and withdrawals from the log itself, without the lag of a projection."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg_pool import ConnectionPool

from domain.customers.consents import Consents
from domain.customers.events import ConsentGranted, ConsentWithdrawn
from domain.deciding.facts import ConsentStatement
from infrastructure.postgres.connections import borrowed

STATEMENTS = """
select customer_id, stored_name, occurred_at, said_at, position, data
from log.facts
where stream_id = any(%(streams)s) and stored_name = any(%(stored_names)s)
order by position
"""
GRANTED = ConsentGranted.stored_name
STORED_NAMES = [GRANTED, ConsentWithdrawn.stored_name]


def consent_statements(pool: ConnectionPool, profile_ids: Collection[UUID]) -> tuple[ConsentStatement, ...]:
    """Returns all consents and withdrawals of these profiles, in the log's order."""
    parameters = {
        "streams": [Consents.stream_of(profile_id) for profile_id in profile_ids],
        "stored_names": STORED_NAMES,
    }
    with borrowed(pool) as connection:
        rows = connection.execute(STATEMENTS, parameters).fetchall()
    return tuple(_statement(*row) for row in rows)


def _statement(
    customer_id: UUID,
    stored_name: str,
    occurred_at: datetime,
    said_at: datetime,
    position: int,
    data: Mapping[str, Any],
) -> ConsentStatement:
    point, expires_at = data.get("contact_point_id"), data.get("expires_at")
    return ConsentStatement(
        customer_id=customer_id,
        channel=data.get("channel"),
        contact_point_id=UUID(point) if point else None,
        purpose=data.get("purpose"),
        topic=data.get("topic"),
        brand=data.get("brand"),
        purpose_folded=data.get("purpose_folded"),
        topic_folded=data.get("topic_folded"),
        brand_folded=data.get("brand_folded"),
        granted=stored_name == GRANTED,
        occurred_at=occurred_at,
        said_at=said_at,
        expires_at=datetime.fromisoformat(expires_at) if expires_at else None,
        position=position,
    )
