"""What a campaign did before with the people who are asked about: its handovers, its draws, its end."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.deciding.facts import Assignment, EarlierHandover, Person


@dataclass(kw_only=True)
class Earlier:
    """Earlier handovers by who got them and by where: positions, and the address at each.

    `in_this_run`: those to members of the run that asks. They stop the same person under another id, as when
    two members were linked meanwhile; addresses within a run are another rule's.
    """

    to_profile: dict[UUID, set[int]] = field(default_factory=lambda: defaultdict(set))
    at_address: dict[UUID, set[int]] = field(default_factory=lambda: defaultdict(set))
    address: dict[int, UUID | None] = field(default_factory=dict)
    in_this_run: dict[int, UUID] = field(default_factory=dict)

    def note(self, row: Mapping[str, Any], run_id: UUID | None) -> None:
        position, address = row["position"], row["address_id"]
        self.address[position] = address
        if row["run_id"] == run_id:
            self.in_this_run[position] = row["customer_id"]
            address = None
        for profile in (row["customer_id"], row["profile_id"]):
            self.to_profile[profile].add(position)
        if address is not None:
            self.at_address[address].add(position)

    def concerning(
        self, asked: UUID, person: Person, addresses: Collection[UUID]
    ) -> tuple[EarlierHandover, ...]:
        """Those to the person or at one of these addresses, in the log's order; not the asked member's own."""
        got = {at for profile in person.profiles for at in self.to_profile.get(profile, ())}
        to_person = {at for at in got if self.in_this_run.get(at) != asked}
        there = {at for address in addresses for at in self.at_address.get(address, ())}
        return tuple(
            EarlierHandover(address_id=self.address[at], to_person=at in to_person, position=at)
            for at in sorted(to_person | there)
        )


def assignments(
    connection: Connection[Any], profiles: list[UUID], campaign_id: UUID | None
) -> list[tuple[UUID, Assignment]]:
    """What these profiles, as members of the campaign's audiences, drew for its hold-out."""
    if campaign_id is None:
        return []
    found = connection.execute(
        "select d.customer_id, d.unit, d.verdict = 'held_out' as held_out, d.position"
        " from run_decision d join run r using (run_id)"
        " where d.customer_id = any(%s) and r.campaign_id = %s and d.unit is not null order by d.position",
        [profiles, campaign_id],
    )
    return [
        (row["customer_id"], Assignment(unit=row["unit"], held_out=row["held_out"], position=row["position"]))
        for row in found
    ]


def cancellation_of(connection: Connection[Any], campaign_id: UUID | None) -> int | None:
    """The position of the campaign's cancellation."""
    if campaign_id is None:
        return None
    found = connection.execute(
        "select position from campaign_cancellation where campaign_id = %s", [campaign_id]
    ).fetchone()
    return found["position"] if found is not None else None


def earlier_handovers(
    connection: Connection[Any],
    campaign_id: UUID | None,
    run_id: UUID | None,
    profiles: list[UUID],
    addresses: set[UUID],
) -> Earlier:
    earlier = Earlier()
    if campaign_id is None:
        return earlier
    found = connection.execute(
        "select run_id, customer_id, profile_id, address_id, position from message"
        " where campaign_id = %(campaign)s"
        " and status in ('handed_over', 'sent', 'unknown')"
        " and (customer_id = any(%(profiles)s) or profile_id = any(%(profiles)s)"
        "      or address_id = any(%(addresses)s))",
        {"campaign": campaign_id, "profiles": profiles, "addresses": list(addresses)},
    )
    for row in found:
        earlier.note(row, run_id)
    return earlier
