"""Finds the profiles whose facts a decision about one person can rest on, by the indexes of the log."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.customers.events import ContactPointAdded, ExternalIdAdded, ProfileLinked
from infrastructure.postgres.profile_links import NEAR

# Every step looks facts up by an array of ids, so that PostgreSQL uses the indexes however long the log is. The index
# events_between_profiles has only the facts that name a second profile.
_PERSON = """
with recursive person(id) as (
    select %(profile)s::uuid
    union
    select near.id from person reached, """
_EVERYONE = """
), address(id) as (
    select other_profile_id from log.events
    where stored_name = %(added)s and notification_id <= %(upto)s and other_profile_id is not null
      and customer_id = any(array(select id from person))
), everyone(id) as (
    (
        select id from person
        union
        select id from address
        union
        select customer_id from log.events
        where stored_name = %(added)s and notification_id <= %(upto)s
          and other_profile_id = any(array(select id from address))
    )
    union
    select near.id from everyone reached, """
_STANDING_FOR_WHAT_THEY_HAD = """
)
select id from everyone
union
select other_profile_id from log.events
where stored_name = %(added)s and notification_id <= %(upto)s and other_profile_id is not null
  and customer_id = any(array(select id from everyone))
union
select (data ->> 'profile_id')::uuid from log.facts
where stored_name = %(numbered)s and position <= %(upto)s
  and customer_id = any(array(select id from everyone))
union
select domain::uuid from log.facts, jsonb_array_elements_text(data -> 'domain_ids') as domain
where stored_name = %(added)s and position <= %(upto)s and other_profile_id is not null
  and customer_id = any(array(select id from everyone))
"""
_CONCERNED = "".join((_PERSON, NEAR, _EVERYONE, NEAR, _STANDING_FOR_WHAT_THEY_HAD))


def concerned(connection: Connection[Any], profile_id: UUID, upto: int) -> set[UUID]:
    """Returns the profiles that a decision about this profile's person can rest on.

    These are all profiles ever linked to it, every address they ever had, everyone who ever had one of them, all
    profiles ever linked to those, and the profiles that stand for their addresses and the domains of these, with
    parent domains. Links that ended count, because they may have held at an earlier position."""
    parameters = {
        "profile": profile_id,
        "upto": upto,
        "linked": ProfileLinked.stored_name,
        "added": ContactPointAdded.stored_name,
        "numbered": ExternalIdAdded.stored_name,
    }
    return {row[0] for row in connection.execute(_CONCERNED.encode(), parameters)}
