"""The people whose facts a decision needs: the requested people and all owners of their addresses."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.deciding.facts import Link

Row = dict[str, Any]

# Every step looks rows up by an array of ids. For tables without statistics, as in a shadow, PostgreSQL would plan a
# join as a nested loop over all rows.
_CIRCLE = """
with requested as materialized (
    select i.id as requested_id, coalesce(
        (select m.person_id from person_profile m where m.profile_id = i.id),
        (select a.person_id from alias a where a.profile_id = i.id),
        i.id) as person_id
    from unnest(%(ids)s::uuid[]) as i(id)
), profile_requested as materialized (
    select profile_id from person_profile where person_id = any(array(select person_id from requested))
    union
    select profile_id from alias where person_id = any(array(select person_id from requested))
    union
    select person_id from requested
), address as materialized (
    select distinct address_id from contact_point
    where customer_id = any(array(select profile_id from profile_requested)) and removed_position is null
), owner as materialized (
    select o.address_id, coalesce(
        (select m.person_id from person_profile m where m.profile_id = o.profile_id),
        (select a.person_id from alias a where a.profile_id = o.profile_id),
        o.profile_id) as person_id
    from (
        select address_id, customer_id as profile_id from contact_point
        where address_id = any(array(select address_id from address)) and removed_position is null
        union
        select address_id, address_id from address
    ) o
), person as materialized (
    select person_id from requested union select person_id from owner
), circle_profile as materialized (
    select person_id, profile_id from person_profile
    where person_id = any(array(select person_id from person))
    union
    select person_id, profile_id from alias where person_id = any(array(select person_id from person))
    union
    select person_id, person_id from person
)
select 'requested' as what, requested_id as id, person_id as other_id, null::bigint as position,
       null::text as time_zone
from requested
union all
select 'owner', address_id, person_id, null, null from owner
union all
select 'profile', c.profile_id, c.person_id,
       (select least(p.first_position, p.registered_position) from profile p where p.profile_id = c.profile_id),
       (select r.time_zone from customer r where r.customer_id = c.profile_id)
from circle_profile c
union all
select 'link', profile_id, other_profile_id, position, null
from link where profile_id = any(array(select profile_id from circle_profile))
order by 1, 4, 2, 3
"""


@dataclass(frozen=True, kw_only=True)
class Circle:
    """The requested people and all owners of their addresses. A person's key is the person id.

    `person_of`: the person of each requested id. `owners`: the people who have each address and the person it stands
    for. `profiles`: all profiles of each person, ascending. `links`: the links between these profiles, in the log's
    order. `zones`: each profile's time zone, if known. `known_from`: the position of each profile's first fact.
    """

    person_of: Mapping[UUID, UUID]
    owners: Mapping[UUID, frozenset[UUID]]
    profiles: Mapping[UUID, tuple[UUID, ...]]
    links: Mapping[UUID, Sequence[Link]]
    zones: Mapping[UUID, str]
    known_from: Mapping[UUID, int]

    @property
    def everyone(self) -> list[UUID]:
        """All profiles of all people in the circle."""
        return [profile for profiles in self.profiles.values() for profile in profiles]

    def time_zone(self, person_id: UUID) -> str | None:
        """Returns the time zone of the canonical profile, else of the first profile by id that has one."""
        profiles = (person_id, *self.profiles[person_id])
        return next((self.zones[profile] for profile in profiles if profile in self.zones), None)

    def oldest_profile(self, person_id: UUID) -> UUID | None:
        known = (profile for profile in self.profiles[person_id] if profile in self.known_from)
        return min(known, key=self.known_from.__getitem__, default=None)


def circle(connection: Connection[Any], ids: Collection[UUID]) -> Circle:
    """Returns the circle around these people. Each may be given by the id of any of their profiles."""
    rows: dict[str, list[Row]] = defaultdict(list)
    for row in connection.execute(_CIRCLE, {"ids": list(ids)}):
        rows[row["what"]].append(row)
    owners, profiles = _grouped(rows["owner"], "id", "other_id"), _grouped(rows["profile"], "other_id", "id")
    return Circle(
        person_of={row["id"]: row["other_id"] for row in rows["requested"]},
        owners={address: frozenset(people) for address, people in owners.items()},
        profiles={person: tuple(sorted(ids)) for person, ids in profiles.items()},
        links=_links_by_person(rows["link"], {row["id"]: row["other_id"] for row in rows["profile"]}),
        zones={row["id"]: row["time_zone"] for row in rows["profile"] if row["time_zone"] is not None},
        known_from={row["id"]: row["position"] for row in rows["profile"] if row["position"] is not None},
    )


def _links_by_person(rows: Collection[Row], person_of: Mapping[UUID, UUID]) -> dict[UUID, list[Link]]:
    links: dict[UUID, list[Link]] = defaultdict(list)
    for row in rows:
        link = Link(profile_id=row["id"], other_id=row["other_id"], position=row["position"])
        links[person_of[link.profile_id]].append(link)
    return links


def _grouped(rows: Collection[Row], key: str, value: str) -> dict[UUID, list[UUID]]:
    grouped: dict[UUID, list[UUID]] = defaultdict(list)
    for row in rows:
        grouped[row[key]].append(row[value])
    return grouped
