"""What people have or had: contact points, and the addresses and numbers that they are not linked to, because others
have them too or because they gave them up."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.customers.mailability import Mailability
from domain.deciding.facts import ContactPoint

_POINTS = """
select contact_point_id, customer_id, channel, address_id, label, domain_ids, mailability,
       added_position as position, removed_position as until
from contact_point where customer_id = any(%s) order by customer_id, contact_point_id
"""
_NUMBERS = "select customer_id, profile_id, position from external_id where customer_id = any(%s)"
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
    """Every contact point and number that some profiles ever had."""

    points: list[dict[str, Any]]
    numbers: list[dict[str, Any]]

    def reached_on(self, channel: str) -> Iterator[ContactPoint]:
        """The live contact points of this channel."""
        for row in self.points:
            if row["until"] is None and row["channel"] == channel:
                yield contact_point(row)

    @cached_property
    def addresses(self) -> Mapping[tuple[UUID, UUID], UUID]:
        """What stands for the address, by profile and contact point."""
        return {(row["customer_id"], row["contact_point_id"]): row["address_id"] for row in self.points}

    def unlinked(self, members: Mapping[UUID, Collection[UUID]]) -> dict[UUID, tuple[Held, ...]]:
        """By person, given all profiles of each: what they hold that is not one of these."""
        person_of = {profile: person for person, profiles in members.items() for profile in profiles}
        found: dict[UUID, dict[UUID, Held]] = {person: {} for person in members}
        for profile, held in self._held():
            person = person_of[profile]
            if held.profile_id not in members[person]:
                earlier = found[person].get(held.profile_id, held)
                found[person][held.profile_id] = held.as_long_as(earlier)
        return {person: tuple(held.values()) for person, held in found.items()}

    def _held(self) -> Iterator[tuple[UUID, Held]]:
        for row in self.points:
            yield (
                row["customer_id"],
                Held(profile_id=row["address_id"], position=row["position"], until=row["until"]),
            )
        for row in self.numbers:
            yield row["customer_id"], Held(profile_id=row["profile_id"], position=row["position"], until=None)


def contact_point(row: Mapping[str, Any]) -> ContactPoint:
    return ContactPoint(
        **{name: row[name] for name in _COPIED},
        domain_ids=tuple(map(UUID, row["domain_ids"])),
        mailability=Mailability(row["mailability"]) if row["mailability"] is not None else None,
    )


def possessions(connection: Connection[Any], profiles: list[UUID]) -> Possessions:
    return Possessions(
        connection.execute(_POINTS, [profiles]).fetchall(),
        connection.execute(_NUMBERS, [profiles]).fetchall(),
    )
