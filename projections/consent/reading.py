"""Consents of customers, as stated."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from psycopg import Connection


def statements(connection: Connection[Any], profile_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """Returns all consents and withdrawals of these profiles, in the log's order; None in a scope means all.

    Columns: customer_id, channel, contact_point_id, purpose, topic and brand, the folded forms of these three,
    granted, occurred_at, said_at, expires_at, position.
    """
    return connection.execute(
        """
        select customer_id, channel, contact_point_id, purpose, topic, brand, purpose_folded, topic_folded,
               brand_folded, granted, occurred_at, said_at, expires_at, position
        from consent_statement where customer_id = any(%s) order by position
        """,
        [list(profile_ids)],
    ).fetchall()
