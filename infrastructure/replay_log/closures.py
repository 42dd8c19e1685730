"""Finds the profiles whose facts a decision about one person can rest on, by the indexes of the log."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.customers.events import ContactPointAdded, ExternalIdAdded, ProfileLinked
from infrastructure.postgres.profile_links import JOINED

_JOINED = "".join((JOINED, "select id from joined"))
_ADDRESSES = """
select distinct other_profile_id from log.events
where stored_name = %(stored_name)s and notification_id <= %(upto)s and customer_id = any(%(ids)s)
"""
_HOLDERS = """
select distinct customer_id from log.events
where stored_name = %(stored_name)s and notification_id <= %(upto)s and other_profile_id = any(%(ids)s)
"""
_NUMBERS = """
select distinct (data ->> 'profile_id')::uuid from log.facts
where stored_name = %(stored_name)s and position <= %(upto)s and customer_id = any(%(ids)s)
"""
_DOMAINS = """
select distinct domain::uuid from log.facts, jsonb_array_elements_text(data -> 'domain_ids') as domain
where stored_name = %(stored_name)s and position <= %(upto)s and customer_id = any(%(ids)s)
"""


def concerned(connection: Connection[Any], profile_id: UUID, upto: int) -> set[UUID]:
    """Returns the profiles that a decision about this profile's person can rest on.

    These are all profiles ever linked to it, every address they ever had, everyone who ever had one of them, all
    profiles ever linked to those, and the profiles that stand for their addresses and the domains of these, with
    parent domains. Links that ended count, because they may have held at an earlier position."""
    person = _linked(connection, {profile_id}, upto)
    addresses = _selected_ids(connection, _ADDRESSES, ContactPointAdded.stored_name, person, upto)
    holders = _selected_ids(connection, _HOLDERS, ContactPointAdded.stored_name, addresses, upto)
    everyone = _linked(connection, person | addresses | holders, upto)
    had = _selected_ids(connection, _ADDRESSES, ContactPointAdded.stored_name, everyone, upto)
    had |= _selected_ids(connection, _NUMBERS, ExternalIdAdded.stored_name, everyone, upto)
    return everyone | had | _selected_ids(connection, _DOMAINS, ContactPointAdded.stored_name, everyone, upto)


def _linked(connection: Connection[Any], start: Collection[UUID], upto: int) -> set[UUID]:
    """These profiles and all that links ever joined to them."""
    parameters = {"linked": ProfileLinked.stored_name, "upto": upto, "profiles": list(start)}
    return {row[0] for row in connection.execute(_JOINED, parameters)}


def _selected_ids(
    connection: Connection[Any], statement: str, stored_name: str, ids: Collection[UUID], upto: int
) -> set[UUID]:
    rows = connection.execute(
        statement.encode(), {"stored_name": stored_name, "upto": upto, "ids": list(ids)}
    )
    return {row[0] for row in rows}
