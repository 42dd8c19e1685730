"""The people whose facts a decision needs: the requested people and all owners of their addresses."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.deciding.links import Link
from projections.identity.reading import PERSONS
from projections.together import GIVEN, Lists, Rows

# Every step looks rows up by an array of ids. For tables without statistics, as in a shadow, PostgreSQL would plan a
# join as a nested loop over all rows.
SCOPE = f"""{GIVEN}, asked as (select unnest(ids) as id from given), {PERSONS}, address as materialized (
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
), held as materialized (
    select customer_id, address_id as profile_id, added_position as position, removed_position as until
    from contact_point where customer_id = any(array(select profile_id from circle_profile))
    union all
    select customer_id, profile_id, position, null
    from external_id where customer_id = any(array(select profile_id from circle_profile))
), concerned as materialized (
    select profile_id from circle_profile union select profile_id from held
)
"""
"""Named rows about the people with the profile ids %(ids)s.

`requested`: the person of each id. `profile_requested`: all profiles of these people. `address`: their live addresses.
`owner`: who has these addresses. `person`: everybody. `circle_profile`: all profiles of everybody. `held`: the
identifiers that these hold or held. `concerned`: all these profiles, and those of the identifiers.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class IdAndPerson:
    """An id, and a person to whom it belongs."""

    id: UUID
    person_id: UUID


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownProfile:
    """A profile with facts of its own. `known_from`: the position of the first of them."""

    profile_id: UUID
    known_from: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ZonedProfile:
    """A profile whose time zone is known."""

    profile_id: UUID
    time_zone: str


LISTS = {
    "requested": Rows(select="select requested_id as id, person_id from requested", row=IdAndPerson),
    "co_owners": Rows(
        select="""
        select address_id as id, person_id from owner
        where address_id = any(array(
            select address_id from owner group by address_id having count(distinct person_id) > 1))
        """,
        row=IdAndPerson,
    ),
    "profiles": Rows(
        select="select profile_id as id, person_id from circle_profile order by 1", row=IdAndPerson
    ),
    "known": Rows(
        select="""
        select profile_id, least(first_position, registered_position) as known_from
        from profile where profile_id = any(array(select profile_id from circle_profile))
        """,
        row=KnownProfile,
    ),
    "zoned": Rows(
        select="""
        select customer_id as profile_id, time_zone from customer
        where customer_id = any(array(select profile_id from circle_profile)) and time_zone is not null
        """,
        row=ZonedProfile,
    ),
    "links": Rows(
        select="""
        select profile_id, other_profile_id as other_id, position from link
        where profile_id = any(array(select profile_id from circle_profile)) order by position, 1, 2
        """,
        row=Link,
    ),
}
"""The lists from which a circle is made."""


@dataclass(frozen=True, kw_only=True)
class Circle:
    """The requested people and all owners of their addresses. A person's key is the person id.

    `person_of`: the person of each requested id. `owners`: the people who have each address that several people have,
    the person for whom it stands included. `profiles`: all profiles of each person, ascending. `links`: the links of
    these profiles, in the log's order. `zones`: each profile's time zone, if known. `known_from`: the position of each
    profile's first fact.
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


def circle_of(lists: Lists) -> Circle:
    """Returns the circle of these rows of LISTS."""
    person_of = {row.id: row.person_id for row in lists["profiles"]}
    profiles = _grouped((person, profile) for profile, person in person_of.items())
    owners = _grouped((row.id, row.person_id) for row in lists["co_owners"])
    links: dict[UUID, list[Link]] = defaultdict(list)
    for link in lists["links"]:
        links[person_of[link.profile_id]].append(link)
    return Circle(
        person_of={row.id: row.person_id for row in lists["requested"]},
        owners={address: frozenset(people) for address, people in owners.items()},
        profiles={person: tuple(ids) for person, ids in profiles.items()},
        links=links,
        zones={row.profile_id: row.time_zone for row in lists["zoned"]},
        known_from={row.profile_id: row.known_from for row in lists["known"]},
    )


def _grouped(pairs: Iterable[tuple[UUID, UUID]]) -> dict[UUID, list[UUID]]:
    grouped: dict[UUID, list[UUID]] = defaultdict(list)
    for key, value in pairs:
        grouped[key].append(value)
    return grouped
