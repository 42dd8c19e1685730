"""What people have or had: contact points, and the addresses and numbers that they are not linked to, because others
have them too or because they gave them up."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.customers.mailability import Mailability
from domain.deciding.facts import ContactPoint

_POSSESSIONS = """
select contact_point_id, customer_id, channel, address_id, label, domain_ids, mailability,
       added_position as position, removed_position as until
from contact_point where customer_id = any(%(profiles)s)
union all
select null, customer_id, null, profile_id, null, null, null, position, null
from external_id where customer_id = any(%(profiles)s)
order by customer_id, contact_point_id, address_id
"""
_COPIED = ("contact_point_id", "customer_id", "channel", "address_id", "label", "position")


@dataclass(frozen=True, kw_only=True)
class Held:
    """What stands for an identifier, held from `position` on, `until` it was given up; None: still held."""

    profile_id: UUID
    position: int
    until: int | None

    def binds(self, position: int) -> bool:
        """Whether what was said of it at this position was said before it was given up."""
        return self.until is None or position < self.until

    def as_long_as(self, other: "Held") -> "Held":
        """As long as either is held."""
        until = None if None in (self.until, other.until) else max(self.until or 0, other.until or 0)
        return Held(profile_id=self.profile_id, position=min(self.position, other.position), until=until)


@dataclass(frozen=True)
class Possessions:
    """Every contact point and number that some profiles ever had: the rows of `_POSSESSIONS`.

    A number has no contact point; what stands for it is its `address_id`.
    """

    rows: list[dict[str, Any]]

    @cached_property
    def live_points(self) -> Mapping[UUID, Sequence[ContactPoint]]:
        """By profile, the contact points that were not removed."""
        live: dict[UUID, list[ContactPoint]] = defaultdict(list)
        for row in self.rows:
            if row["until"] is None and row["contact_point_id"] is not None:
                live[row["customer_id"]].append(contact_point(row))
        return live

    @property
    def domains(self) -> set[UUID]:
        """What stands for the domains of the live addresses, and for the parents of these."""
        return {
            domain for points in self.live_points.values() for point in points for domain in point.domain_ids
        }

    @cached_property
    def addresses(self) -> Mapping[tuple[UUID, UUID], UUID]:
        """What stands for the address, by profile and contact point."""
        return {
            (row["customer_id"], row["contact_point_id"]): row["address_id"]
            for row in self.rows
            if row["contact_point_id"] is not None
        }

    def unlinked(self, members: Mapping[UUID, Collection[UUID]]) -> dict[UUID, tuple[Held, ...]]:
        """By person, given all profiles of each: what they hold that is not one of these."""
        person_of = {profile: person for person, profiles in members.items() for profile in profiles}
        found: dict[UUID, dict[UUID, Held]] = {person: {} for person in members}
        for row in self.rows:
            person = person_of[row["customer_id"]]
            held = Held(profile_id=row["address_id"], position=row["position"], until=row["until"])
            if held.profile_id not in members[person]:
                earlier = found[person].get(held.profile_id, held)
                found[person][held.profile_id] = held.as_long_as(earlier)
        return {person: tuple(held.values()) for person, held in found.items()}


def contact_point(row: Mapping[str, Any]) -> ContactPoint:
    return ContactPoint(
        **{name: row[name] for name in _COPIED},
        domain_ids=tuple(map(UUID, row["domain_ids"])),
        mailability=Mailability(row["mailability"]) if row["mailability"] is not None else None,
    )


def possessions(connection: Connection[Any], profiles: list[UUID]) -> Possessions:
    return Possessions(connection.execute(_POSSESSIONS, {"profiles": profiles}).fetchall())
