"""The ids of the addresses and domains at which profiles can be reached."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection


@dataclass(frozen=True, kw_only=True)
class Places:
    """The ids of the live contact points' addresses, and of the domains and parent domains of these addresses."""

    addresses: frozenset[UUID]
    domains: frozenset[UUID]


def places_of(connection: Connection[Any], profile_ids: Collection[UUID]) -> Places:
    """Returns the addresses and domains at which these profiles can be reached now."""
    rows = connection.execute(
        "select distinct address_id, domain_ids from contact_point"
        " where customer_id = any(%s) and removed_position is null",
        [list(profile_ids)],
    ).fetchall()
    return Places(
        addresses=frozenset(row["address_id"] for row in rows),
        domains=frozenset(UUID(domain) for row in rows for domain in row["domain_ids"]),
    )
