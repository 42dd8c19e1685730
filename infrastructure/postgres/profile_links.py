"""The ProfileLinks port, read from the log: by a profile's own stream, and by the index of the second profile."""

from collections.abc import Collection
from uuid import UUID

from psycopg_pool import ConnectionPool

from application.customers.profile_links import ProfileLink
from domain.customers.events import IdentifierHolderAdded, LinkBasis, ProfileLinked, ProfileUnlinked
from infrastructure.postgres.connections import borrowed

NEAR = """lateral (
    select other_profile_id as id from log.events
    where customer_id = reached.id and other_profile_id is not null and stored_name = %(linked)s
      and notification_id <= coalesce(%(upto)s::bigint, notification_id)
    union all
    select customer_id from log.events
    where other_profile_id = reached.id and stored_name = %(linked)s
      and notification_id <= coalesce(%(upto)s::bigint, notification_id)
) near"""
"""A part of a recursive statement: the profiles that links ever joined to the profiles that are `reached`."""

_BEGINNING = """
with recursive joined(id) as (
    select unnest(%(profiles)s::uuid[])
    union
    select near.id from joined reached, """
JOINED = "".join((_BEGINNING, NEAR, "\n)\n"))
"""The beginning of a statement. `joined` has these profiles and all profiles that links ever joined to them."""

_NEWEST = """
, newest as (
    select distinct on (customer_id, other_profile_id) position, stored_name, customer_id, other_profile_id, data
    from log.facts
    where customer_id = any(array(select id from joined)) and other_profile_id is not null
      and stored_name = any(%(stored_names)s)
    order by customer_id, other_profile_id, position desc
)
select customer_id, other_profile_id, data ->> 'basis', position
from newest
where stored_name = %(linked)s
order by position
"""
LINKS_AROUND = "".join((JOINED, _NEWEST))

PROFILES_NAMING = """
select distinct customer_id
from log.events
where other_profile_id = any(%s) and stored_name = any(%s)
"""

HAS_FACTS = """
select exists (select 1 from log.events where customer_id = %(profile)s)
    or exists (select 1 from log.events where other_profile_id = %(profile)s)
"""

LINKED = ProfileLinked.stored_name
CHANGING = [LINKED, ProfileUnlinked.stored_name]
NAMING = [LINKED, IdentifierHolderAdded.stored_name]


class ProfileLinksInLog:
    """Reads links with the role of the API. Every answer comes from one statement, and so from one state of the log."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def around(self, profile_ids: Collection[UUID]) -> Collection[ProfileLink]:
        parameters = {"profiles": list(profile_ids), "stored_names": CHANGING, "linked": LINKED, "upto": None}
        with borrowed(self._pool) as connection:
            rows = connection.execute(LINKS_AROUND, parameters).fetchall()
        return [
            ProfileLink(profile_id=row[0], other_id=row[1], basis=LinkBasis(row[2]), position=row[3])
            for row in rows
        ]

    def profiles_naming(self, customer_ids: Collection[UUID]) -> set[UUID]:
        with borrowed(self._pool) as connection:
            rows = connection.execute(PROFILES_NAMING, [list(customer_ids), NAMING]).fetchall()
        return {row[0] for row in rows}

    def has_facts(self, profile_id: UUID) -> bool:
        with borrowed(self._pool) as connection:
            row = connection.execute(HAS_FACTS, {"profile": profile_id}).fetchone()
        return row is not None and bool(row[0])
