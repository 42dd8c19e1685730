"""The contact points and external ids that people have or had.

Some of these identifiers are not linked to the person: other people have them too, or the person gave them up.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.deciding.facts import ContactPoint
from projections.together import Rows


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldIdentifier:
    """An identifier that a customer holds or held. `profile_id`: the id of the identifier's own profile.

    `position`: the fact that added it. `until`: the fact that removed it, None while it is held.
    """

    customer_id: UUID
    profile_id: UUID
    position: int
    until: int | None

    def binds(self, position: int) -> bool:
        """Whether a fact about the identifier at this position still counts: it was stated before the removal."""
        return self.until is None or position < self.until

    def merged_with(self, other: "HeldIdentifier") -> "HeldIdentifier":
        """Returns a period of holding that lasts from the earlier beginning to the later end of both."""
        until = None if None in (self.until, other.until) else max(self.until or 0, other.until or 0)
        return HeldIdentifier(
            customer_id=self.customer_id,
            profile_id=self.profile_id,
            position=min(self.position, other.position),
            until=until,
        )


LISTS = {
    "points": Rows(
        select="""
        select contact_point_id, customer_id, channel, address_id, label, added_position as position, domain_ids,
               mailability
        from contact_point
        where customer_id = any(array(select profile_id from circle_profile)) and removed_position is null
        order by customer_id, contact_point_id
        """,
        row=ContactPoint,
    ),
    "held": Rows(select="select * from held order by customer_id, profile_id, position", row=HeldIdentifier),
}
"""The live contact points of everybody in a circle, and every identifier that they hold or held."""


def unlinked(
    held: Iterable[HeldIdentifier], profiles_of: Mapping[UUID, Collection[UUID]]
) -> dict[UUID, tuple[HeldIdentifier, ...]]:
    """Returns the identifiers that each person holds or held but that are not linked to the person.

    `profiles_of`: all profiles of each person. An identifier is linked if its profile is one of these.
    """
    person_of = {profile: person for person, profiles in profiles_of.items() for profile in profiles}
    by_person: dict[UUID, dict[UUID, HeldIdentifier]] = {}
    for identifier in held:
        person = person_of[identifier.customer_id]
        if person_of.get(identifier.profile_id) != person:
            of_person = by_person.setdefault(person, {})
            earlier = of_person.get(identifier.profile_id, identifier)
            of_person[identifier.profile_id] = identifier.merged_with(earlier)
    return {person: tuple(of_person.values()) for person, of_person in by_person.items()}
