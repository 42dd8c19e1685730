"""Consents of customers: the newest statement for each scope."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from psycopg import Connection


def newest_statements(connection: Connection[Any], profile_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """Returns the newest consent or withdrawal for each scope, in the log's order; None in a scope means all.

    Columns: customer_id, channel, contact_point_id, purpose, topic and brand, the folded forms of these three,
    granted, occurred_at, said_at, expires_at, position.
    """
    return connection.execute(
        """
        select customer_id, nullif(channel, '') as channel,
               nullif(contact_point_id, '00000000-0000-0000-0000-000000000000') as contact_point_id,
               purpose, topic, brand, nullif(purpose_folded, '') as purpose_folded,
               nullif(topic_folded, '') as topic_folded, nullif(brand_folded, '') as brand_folded,
               granted, occurred_at, said_at, expires_at, position
        from consent_statement where customer_id = any(%s) order by position, customer_id
        """,
        [list(profile_ids)],
    ).fetchall()
