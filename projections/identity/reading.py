"""Who is who: questions about profiles, persons and the links between them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from psycopg import Connection


def canonical_ids(connection: Connection[Any], ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The canonical id of each profile's person; a profile without links is its own."""
    rows = connection.execute(
        """
        select i.id, coalesce(m.canonical_id, a.customer_id, i.id) as canonical_id
        from unnest(%s::uuid[]) as i(id)
        left join canonical_map m on m.profile_id = i.id
        left join alias a on a.profile_id = i.id
        """,
        [list(ids)],
    )
    return {row["id"]: row["canonical_id"] for row in rows}


def members_of(connection: Connection[Any], canonical_ids: Collection[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """All profiles of each person, ascending: linked ones, those without facts of their own, and itself."""
    rows = connection.execute(
        """
        select canonical_id, profile_id from canonical_map where canonical_id = any(%(persons)s)
        union
        select customer_id, profile_id from alias where customer_id = any(%(persons)s)
        union
        select id, id from unnest(%(persons)s::uuid[]) as id
        order by 1, 2
        """,
        {"persons": list(canonical_ids)},
    )
    members: dict[UUID, list[UUID]] = {}
    for row in rows:
        members.setdefault(row["canonical_id"], []).append(row["profile_id"])
    return {person: tuple(profiles) for person, profiles in members.items()}


def links_within(
    connection: Connection[Any], canonical_ids: Collection[UUID]
) -> dict[UUID, list[tuple[UUID, UUID, int]]]:
    """The links that hold within each person, in the log's order: profile, other profile, position."""
    members = members_of(connection, canonical_ids)
    pairs = [(person, profile) for person, profiles in members.items() for profile in profiles]
    rows = connection.execute(
        """
        select m.person_id, l.profile_id, l.other_customer_id, l.position
        from unnest(%s::uuid[], %s::uuid[]) as m(person_id, profile_id)
        join link l on l.profile_id = m.profile_id
        order by l.position
        """,
        [[person for person, _ in pairs], [profile for _, profile in pairs]],
    )
    found: dict[UUID, list[tuple[UUID, UUID, int]]] = {person: [] for person in canonical_ids}
    for row in rows:
        link = (row["profile_id"], row["other_customer_id"], row["position"])
        found[row["person_id"]].append(link)
    return found


def linked_position(connection: Connection[Any], canonical_ids: Collection[UUID]) -> dict[UUID, int]:
    """The position of the newest link that holds within each person, 0 where there is none."""
    links = links_within(connection, canonical_ids)
    return {person: max((at for _, _, at in held), default=0) for person, held in links.items()}
