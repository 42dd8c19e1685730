"""Questions about which profiles are one person."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from psycopg import Connection

ASKED = "asked as (select unnest(ids) as id from given)"
"""The step `asked` of a WITH clause, from the ids %(ids)s of `given`."""
PERSONS = """requested as materialized (
    select i.id as requested_id, coalesce(
        (select m.person_id from person_profile m where m.profile_id = i.id),
        (select a.person_id from alias a where a.profile_id = i.id),
        i.id) as person_id
    from asked i
), profile_requested as materialized (
    select person_id, profile_id from person_profile
    where person_id = any(array(select person_id from requested))
    union
    select person_id, profile_id from alias where person_id = any(array(select person_id from requested))
    union
    select person_id, person_id from requested
)"""
"""Steps of a WITH clause: `requested`, the person of each id of `asked`, and `profile_requested`, their profiles."""


def person_ids_of(connection: Connection[Any], ids: Collection[UUID]) -> dict[UUID, UUID]:
    """Returns the person id of each profile's person. A profile without links is its own canonical profile."""
    rows = connection.execute(
        """
        select i.id, coalesce(p.person_id, a.person_id, i.id) as person_id
        from unnest(%s::uuid[]) as i(id)
        left join person_profile p on p.profile_id = i.id
        left join alias a on a.profile_id = i.id
        """,
        [list(ids)],
    )
    return {row["id"]: row["person_id"] for row in rows}


def profiles_of(connection: Connection[Any], person_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Returns all profiles of each person, ascending, the canonical profile included, by person id."""
    rows = connection.execute(
        """
        select person_id, profile_id from person_profile where person_id = any(%(persons)s)
        union
        select person_id, profile_id from alias where person_id = any(%(persons)s)
        union
        select id, id from unnest(%(persons)s::uuid[]) as id
        order by 1, 2
        """,
        {"persons": list(person_ids)},
    )
    by_person: dict[UUID, list[UUID]] = {}
    for row in rows:
        by_person.setdefault(row["person_id"], []).append(row["profile_id"])
    return {person: tuple(profiles) for person, profiles in by_person.items()}


def person_of(connection: Connection[Any], profile_id: UUID) -> tuple[UUID, tuple[UUID, ...]]:
    """Returns the person id of the profile's person, and all profiles of that person."""
    person_id = person_ids_of(connection, [profile_id])[profile_id]
    return person_id, profiles_of(connection, [person_id])[person_id]
