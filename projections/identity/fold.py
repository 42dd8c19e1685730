"""Folds links into persons. The fold walks over clusters of linked profiles, for which SQL is the wrong tool.

For each cluster that a batch touched, the fold recomputes all rows, only from the links that hold and the profiles
that have facts of their own.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from psycopg import Connection, Cursor
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

import domain.registry  # noqa: F401 - STORED_NAMES lists every fact about a customer
from domain.customers.events import (
    CustomerRegistered,
    IdentifierHolderAdded,
    IdentifierHolderRemoved,
    ProfileLinked,
    ProfileUnlinked,
)
from domain.facts import FACTS, CustomerFact

LINKS = {ProfileLinked.stored_name, ProfileUnlinked.stored_name}
ABOUT_IDENTITY = LINKS | {
    IdentifierHolderAdded.stored_name,
    IdentifierHolderRemoved.stored_name,
}
"""Facts about the identity of a profile. A profile with only such facts has no facts of its own."""
OWN = {name for name, fact in FACTS.items() if issubclass(fact, CustomerFact)} - ABOUT_IDENTITY
STORED_NAMES = OWN | LINKS

Tuples = Cursor[tuple[Any, ...]]
ProfileId = str
"""A profile id as text: creating UUID objects and arrays of them took a third of the fold's time."""


class ProfileRank(NamedTuple):
    """The sort key of a profile in its cluster. The profile with the lowest key is the canonical profile.

    `position`: the position of the registration, else of the profile's first own fact.
    """

    unregistered: bool
    position: int


class PersonRows(NamedTuple):
    """The rows of some clusters. Both dicts map a profile id to the person id of its person.

    `profiles`: those with facts of their own. `aliases`: those without.
    """

    profiles: dict[ProfileId, ProfileId]
    aliases: dict[ProfileId, ProfileId]


def fold(connection: Connection[Any], stored_names: Collection[str]) -> None:
    """Folds the batch of this connection into the tables of this projection.

    `stored_names`: of the facts in the batch.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        touched = _note_own_facts(cursor)
        has_links = not LINKS.isdisjoint(stored_names)
        if has_links:
            touched |= _end_links(cursor) | _keep_links(cursor)
        if not touched:
            return
        neighbours = _clusters_around(cursor, touched)
        if not neighbours and not has_links:
            return  # profiles that nothing links have no rows to replace
        standings = _standings(cursor, neighbours)
        persons = _persons(_components(neighbours), standings)
        affected = touched | neighbours.keys()
        _replace(cursor, "person_profile", affected, persons.profiles)
        _replace(cursor, "alias", affected, persons.aliases)


# Storing what the batch says


def _note_own_facts(cursor: Tuples) -> set[ProfileId]:
    """Stores where each profile's own facts begin. Returns the profiles whose row this changed."""
    cursor.execute(
        """
        insert into profile
        select customer_id, registered_position, first_position
        from (
            select customer_id, min(position) filter (where stored_name = %s) as registered_position,
                   min(position) as first_position
            from event where customer_id is not null and stored_name <> all(%s)
            group by customer_id
        ) fact
        left join lateral (
            select profile_id, registered_position as registered_before from profile
            where profile_id = fact.customer_id
            limit 1
        ) known on true
        where profile_id is null or registered_before is null and registered_position is not null
        on conflict (profile_id) do update set registered_position = excluded.registered_position
        returning profile_id::text
        """,
        [CustomerRegistered.stored_name, sorted(ABOUT_IDENTITY)],
    )
    return {row[0] for row in cursor}


def _end_links(cursor: Tuples) -> set[ProfileId]:
    """Deletes every link that the batch ended at least once. Returns both profiles of each deleted link."""
    cursor.execute(
        """
        delete from link where (profile_id, other_profile_id) in (
            select customer_id, other_profile_id from profile_unlinked)
        returning profile_id::text, other_profile_id::text
        """
    )
    return {end for row in cursor for end in row}


def _keep_links(cursor: Tuples) -> set[ProfileId]:
    """Stores the links that hold according to the batch's newest fact about each pair. Returns both profiles."""
    cursor.execute(
        """
        insert into link
        select customer_id, other_profile_id, max(position), (array_agg(basis order by position desc))[1]
        from (
            select customer_id, other_profile_id, position, basis, true as holds from profile_linked
            union all
            select customer_id, other_profile_id, position, basis, false from profile_unlinked
        ) link_change
        group by customer_id, other_profile_id
        having max(position) filter (where holds) = max(position)
        on conflict (profile_id, other_profile_id) do update
        set position = excluded.position, basis = excluded.basis
        returning profile_id::text, other_profile_id::text
        """
    )
    return {end for row in cursor for end in row}


# Finding the clusters


def _clusters_around(cursor: Tuples, profiles: Collection[ProfileId]) -> dict[ProfileId, set[ProfileId]]:
    """Returns every linked profile that links connect with these profiles, and its neighbours.

    Each statement finds the links one step away from the last ones. What is left after STEPS, as in a long chain, is
    found by one recursive statement. That one looks up each profile by itself, and until PostgreSQL has counted the
    links it makes room for a million profiles.
    """
    neighbours: dict[ProfileId, set[ProfileId]] = {}
    reached = latest = set(profiles)
    for statement in (*[_LINKS_OF] * STEPS, _LINKS_AROUND):
        for first, second in cursor.execute(statement, {"profiles": _array(latest)}):
            neighbours.setdefault(first, set()).add(second)
            neighbours.setdefault(second, set()).add(first)
        latest = neighbours.keys() - reached
        if not latest:
            break
        reached = reached | latest
    return neighbours


STEPS = 3
"""How many statements follow links before one statement follows the rest.

From an identifier the first finds its holder, the second the holder's other identifiers, and the third no more.
"""
_LINKS_OF = """
select profile_id::text, other_profile_id::text from link where profile_id = any(%(profiles)s::uuid[])
union all
select profile_id::text, other_profile_id::text from link where other_profile_id = any(%(profiles)s::uuid[])
"""
_LINKS_AROUND = """
with recursive reached(id) as (
    select unnest(%(profiles)s::uuid[])
    union
    select near.id from reached, lateral (
        select other_profile_id as id from link where profile_id = reached.id
        union all
        select profile_id from link where other_profile_id = reached.id
    ) near
)
select profile_id::text, other_profile_id::text from link where profile_id = any(array(select id from reached))
"""


def _standings(cursor: Tuples, profiles: Collection[ProfileId]) -> dict[ProfileId, ProfileRank]:
    """Returns the standing of each of these profiles that has facts of its own."""
    cursor.execute(
        "select profile_id::text, registered_position, first_position from profile"
        " where profile_id = any(%s::uuid[])",
        [_array(profiles)],
    )
    return {
        profile: ProfileRank(registered is None, first if registered is None else registered)
        for profile, registered, first in cursor
    }


def _components(neighbours: dict[ProfileId, set[ProfileId]]) -> Iterator[set[ProfileId]]:
    """Yields the clusters: sets of profiles that links connect."""
    left = set(neighbours)
    while left:
        component: set[ProfileId] = set()
        frontier = {left.pop()}
        while frontier:
            component |= frontier
            frontier = {near for profile in frontier for near in neighbours[profile]} - component
        left -= component
        yield component


def _persons(clusters: Iterable[set[ProfileId]], standings: dict[ProfileId, ProfileRank]) -> PersonRows:
    persons = PersonRows({}, {})
    for cluster in clusters:
        own = cluster & standings.keys()
        if not own:
            continue
        canonical = min(own, key=standings.__getitem__)
        persons.aliases.update(dict.fromkeys(cluster - own, canonical))
        if len(own) > 1:
            persons.profiles.update(dict.fromkeys(own, canonical))
    return persons


# Writing the rows


def _replace(
    cursor: Tuples, table: str, affected: Collection[ProfileId], rows: dict[ProfileId, ProfileId]
) -> None:
    """Makes `rows` (profile id -> person id) the only rows of the affected profiles in the table."""
    gone = [profile for profile in affected if profile not in rows]
    cursor.execute(
        SQL("delete from {} where profile_id = any(%s::uuid[])").format(Identifier(table)), [_array(gone)]
    )
    if rows:
        cursor.execute(
            SQL(
                "insert into {} as t select * from unnest(%s::uuid[], %s::uuid[])"
                " on conflict (profile_id) do update set person_id = excluded.person_id"
                " where t.person_id <> excluded.person_id"
            ).format(Identifier(table)),
            [_array(rows), _array(rows.values())],
        )


def _array(ids: Iterable[ProfileId]) -> str:
    return "{" + ",".join(ids) + "}"
