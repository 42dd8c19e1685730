"""What customers allow: as they said it, and as it counts."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from psycopg import Connection


def said(connection: Connection[Any], profile_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """The newest saying about each scope, in the log's order; None in a scope means all.

    customer_id, channel, contact_point_id, purpose, topic, brand, granted, occurred_at, said_at, expires_at,
    position.
    """
    return connection.execute(
        """
        select customer_id, nullif(channel, '') as channel,
               nullif(contact_point_id, '00000000-0000-0000-0000-000000000000') as contact_point_id,
               nullif(purpose, '') as purpose, nullif(topic, '') as topic, nullif(brand, '') as brand,
               granted, occurred_at, said_at, expires_at, position
        from consent_said where customer_id = any(%s) order by position, customer_id
        """,
        [list(profile_ids)],
    ).fetchall()


def effective(connection: Connection[Any], profile_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """What holds for each channel and purpose of which anything was said; whether it expired is not asked.

    customer_id, channel, purpose, granted, occurred_at, expires_at, position.
    """
    return connection.execute(
        """
        select customer_id, channel, purpose, granted, occurred_at, expires_at, position
        from consent_effective where customer_id = any(%s) order by customer_id, channel, purpose
        """,
        [list(profile_ids)],
    ).fetchall()
