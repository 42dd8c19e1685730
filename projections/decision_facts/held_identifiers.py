"""The contact points and external ids that people have or had.

Some of these identifiers are not linked to the person: other people have them too, or the person gave them up.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.customers.mailability import Mailability
from domain.deciding.facts import ContactPoint

_HELD_IDENTIFIERS = """
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
class HeldIdentifier:
    """An identifier that somebody holds or held. `profile_id`: the id of its profile.

    `position`: the fact that added it. `until`: the fact that removed it, None while it is held.
    """

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
            profile_id=self.profile_id, position=min(self.position, other.position), until=until
        )


@dataclass(frozen=True)
class HeldIdentifiers:
    """Every contact point and external id that some profiles ever had: the rows of `_HELD_IDENTIFIERS`.

    The row of an external id has no contact point; its `address_id` is the id of the external id's profile.
    """

    rows: list[dict[str, Any]]

    @cached_property
    def live_points(self) -> Mapping[UUID, Sequence[ContactPoint]]:
        """The contact points of each profile that were not removed, by profile id."""
        live: dict[UUID, list[ContactPoint]] = defaultdict(list)
        for row in self.rows:
            if row["until"] is None and row["contact_point_id"] is not None:
                live[row["customer_id"]].append(contact_point(row))
        return live

    @property
    def domains(self) -> set[UUID]:
        """The profile ids that stand for the live addresses' domains and parent domains."""
        return {
            domain for points in self.live_points.values() for point in points for domain in point.domain_ids
        }

    @cached_property
    def addresses(self) -> Mapping[tuple[UUID, UUID], UUID]:
        """The address id of each contact point, by (profile id, contact point id)."""
        return {
            (row["customer_id"], row["contact_point_id"]): row["address_id"]
            for row in self.rows
            if row["contact_point_id"] is not None
        }

    def unlinked(
        self, profiles_of: Mapping[UUID, Collection[UUID]]
    ) -> dict[UUID, tuple[HeldIdentifier, ...]]:
        """Returns the identifiers that each person holds or held but that are not linked to the person.

        `profiles_of`: all profiles of each person. An identifier is linked if its profile is one of these.
        """
        person_of = {profile: person for person, profiles in profiles_of.items() for profile in profiles}
        by_person: dict[UUID, dict[UUID, HeldIdentifier]] = {person: {} for person in profiles_of}
        for row in self.rows:
            person = person_of[row["customer_id"]]
            held = HeldIdentifier(profile_id=row["address_id"], position=row["position"], until=row["until"])
            if held.profile_id not in profiles_of[person]:
                earlier = by_person[person].get(held.profile_id, held)
                by_person[person][held.profile_id] = held.merged_with(earlier)
        return {person: tuple(held.values()) for person, held in by_person.items()}


def contact_point(row: Mapping[str, Any]) -> ContactPoint:
    return ContactPoint(
        **{name: row[name] for name in _COPIED},
        domain_ids=tuple(map(UUID, row["domain_ids"])),
        mailability=Mailability(row["mailability"]) if row["mailability"] is not None else None,
    )


def held_identifiers(connection: Connection[Any], profiles: list[UUID]) -> HeldIdentifiers:
    return HeldIdentifiers(connection.execute(_HELD_IDENTIFIERS, {"profiles": profiles}).fetchall())
