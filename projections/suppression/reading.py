"""The facts that decisions rest on, for many people at a time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from psycopg import Connection

from domain.deciding.facts import (
    Assignment,
    ContactPoint,
    DecisionFacts,
    EarlierHandover,
    Link,
    Person,
    SaidConsent,
    StoppingComplaint,
    Suppression,
)
from projections.engine.runner import standings
from projections.identity.reading import canonical_ids, links_within, members_of

DECIDES_ON = ("identity", "customers", "consent", "suppression", "policies", "campaigns")
"""The projections that these facts come from."""


@dataclass(kw_only=True)
class _Rows:
    """What was read, by profile."""

    contact_points: dict[UUID, list[ContactPoint]] = field(default_factory=lambda: defaultdict(list))
    consents: dict[UUID, list[SaidConsent]] = field(default_factory=lambda: defaultdict(list))
    complaints: dict[UUID, list[StoppingComplaint]] = field(default_factory=lambda: defaultdict(list))
    suppressions: dict[UUID, list[Suppression]] = field(default_factory=lambda: defaultdict(list))
    assigned: dict[UUID, list[Assignment]] = field(default_factory=lambda: defaultdict(list))
    zones: dict[UUID, str] = field(default_factory=dict)
    known_from: dict[UUID, int] = field(default_factory=dict)


@dataclass(kw_only=True)
class _Earlier:
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


def read_position(connection: Connection[Any]) -> int:
    """Up to which position all facts of a decision are known; inside one snapshot with reading them."""
    found = standings(connection)
    return min(found[name].position for name in DECIDES_ON)


def decision_facts(
    connection: Connection[Any],
    person_ids: Collection[UUID],
    *,
    channel: str,
    campaign_id: UUID | None = None,
    run_id: UUID | None = None,
) -> dict[UUID, DecisionFacts]:
    """The facts about each of these people (by canonical or member id) for a message on `channel`.

    With a campaign, its earlier handovers, but for the asked member's own in the run that asks.
    """
    canonical = canonical_ids(connection, person_ids)
    members = members_of(connection, set(canonical.values()))
    own_points = _contact_points_of(connection, _flat(members.values()), channel)
    owners = _owners_of(connection, {point.address_id for point in own_points})
    owner_person = canonical_ids(connection, _flat(owners.values()))
    everyone = set(canonical.values()) | set(owner_person.values())
    members = members_of(connection, everyone)
    rows = _rows_of(connection, _flat(members.values()), channel, campaign_id)
    links = links_within(connection, everyone)
    people = {person: _person(person, members[person], links.get(person, []), rows) for person in everyone}
    earlier = _earlier_handovers(connection, campaign_id, run_id, _flat(members.values()), set(owners))
    cancelled = _cancelled(connection, campaign_id)
    domains = _domain_suppressions(connection, people.values())
    found = {
        asked: _facts_of(asked, people[person], people, owners, owner_person, earlier)
        for asked, person in canonical.items()
    }
    return {
        asked: replace(one, cancelled=cancelled, domains=_at_domains_of(one.person, domains))
        for asked, one in found.items()
    }


def _facts_of(
    asked: UUID,
    person: Person,
    people: Mapping[UUID, Person],
    owners: Mapping[UUID, tuple[UUID, ...]],
    owner_person: Mapping[UUID, UUID],
    earlier: _Earlier,
) -> DecisionFacts:
    addresses = {point.address_id for point in person.contact_points}
    co_owners = {
        address: tuple(
            people[other]
            for other in sorted({owner_person[owner] for owner in owners[address]} - {person.person_id})
        )
        for address in sorted(addresses)
    }
    return DecisionFacts(
        person=person, co_owners=co_owners, earlier=earlier.concerning(asked, person, addresses)
    )


def _person(
    person_id: UUID,
    profiles: tuple[UUID, ...],
    links: Iterable[tuple[UUID, UUID, int]],
    rows: _Rows,
) -> Person:
    return Person(
        person_id=person_id,
        profiles=profiles,
        links=tuple(Link(profile_id=one, other_id=other, position=at) for one, other, at in links),
        time_zone=next((rows.zones[p] for p in (person_id, *profiles) if p in rows.zones), None),
        contact_points=tuple(point for p in profiles for point in rows.contact_points.get(p, ())),
        consents=tuple(said for p in profiles for said in rows.consents.get(p, ())),
        complaints=tuple(complaint for p in profiles for complaint in rows.complaints.get(p, ())),
        suppressions=tuple(one for p in profiles for one in rows.suppressions.get(p, ())),
        oldest_profile=min(
            (p for p in profiles if p in rows.known_from), key=rows.known_from.__getitem__, default=None
        ),
        assigned=tuple(one for p in profiles for one in rows.assigned.get(p, ())),
    )


def _rows_of(
    connection: Connection[Any], profiles: list[UUID], channel: str, campaign_id: UUID | None
) -> _Rows:
    rows = _Rows(zones=_zones_of(connection, profiles), known_from=_known_from(connection, profiles))
    for profile, one in _assignments(connection, profiles, campaign_id):
        rows.assigned[profile].append(one)
    for imposed in _suppressions_of(connection, profiles):
        rows.suppressions[imposed.customer_id].append(imposed)
    for point in _contact_points_of(connection, profiles, channel):
        rows.contact_points[point.customer_id].append(point)
    for said in _consents_of(connection, profiles):
        rows.consents[said.customer_id].append(said)
    for complaint in _complaints_of(connection, profiles):
        rows.complaints[complaint.customer_id].append(complaint)
    return rows


def _contact_points_of(connection: Connection[Any], profiles: list[UUID], channel: str) -> list[ContactPoint]:
    found = connection.execute(
        "select contact_point_id, customer_id, channel, address_id, label, domain_id, added_position as position"
        " from contact_point where customer_id = any(%s) and channel = %s and removed_position is null"
        " order by customer_id, contact_point_id",
        [profiles, channel],
    )
    return [ContactPoint(**row) for row in found]


def _zones_of(connection: Connection[Any], profiles: list[UUID]) -> dict[UUID, str]:
    """The time zones that were told."""
    found = connection.execute(
        "select customer_id, time_zone from customer where customer_id = any(%s) and time_zone is not null",
        [profiles],
    )
    return {row["customer_id"]: row["time_zone"] for row in found}


def _owners_of(connection: Connection[Any], addresses: set[UUID]) -> dict[UUID, tuple[UUID, ...]]:
    """Who owns each address: those who have it as a contact point, and the profile it stands for."""
    owners: dict[UUID, set[UUID]] = {address: {address} for address in addresses}
    found = connection.execute(
        "select address_id, customer_id from contact_point"
        " where address_id = any(%s) and removed_position is null",
        [list(addresses)],
    )
    for row in found:
        owners[row["address_id"]].add(row["customer_id"])
    return {address: tuple(sorted(ids)) for address, ids in owners.items()}


def _consents_of(connection: Connection[Any], profiles: list[UUID]) -> list[SaidConsent]:
    found = connection.execute(
        "select customer_id, nullif(channel, '') as channel,"
        " nullif(contact_point_id, '00000000-0000-0000-0000-000000000000') as contact_point_id,"
        " nullif(purpose, '') as purpose, nullif(topic, '') as topic, nullif(brand, '') as brand,"
        " granted, occurred_at, expires_at, position"
        " from consent_said where customer_id = any(%s) order by position",
        [profiles],
    )
    return [SaidConsent(**row) for row in found]


def _complaints_of(connection: Connection[Any], profiles: list[UUID]) -> list[StoppingComplaint]:
    found = connection.execute(
        "select complaint_id, customer_id, severity, state, outcome, closed_at, position"
        " from complaint_stop where customer_id = any(%s) order by position",
        [profiles],
    )
    return [StoppingComplaint(**row) for row in found]


def _suppressions_of(connection: Connection[Any], profiles: Collection[UUID]) -> list[Suppression]:
    """Those that nobody lifted."""
    found = connection.execute(
        "select customer_id, reason, scope, only_channel as channel, only_purpose as purpose,"
        " only_brand as brand, imposed_at, until, position"
        " from imposed_suppression where customer_id = any(%s) and lifted_position is null order by position",
        [list(profiles)],
    )
    return [Suppression(**row) for row in found]


def _domain_suppressions(
    connection: Connection[Any], people: Iterable[Person]
) -> dict[UUID, tuple[Suppression, ...]]:
    """Those of the domains of these people's addresses."""
    domains = {point.domain_id for one in people for point in one.contact_points if point.domain_id}
    found: dict[UUID, tuple[Suppression, ...]] = {}
    for one in _suppressions_of(connection, domains) if domains else ():
        found[one.customer_id] = (*found.get(one.customer_id, ()), one)
    return found


def _at_domains_of(
    person: Person, suppressions: Mapping[UUID, tuple[Suppression, ...]]
) -> dict[UUID, tuple[Suppression, ...]]:
    """Of all that were read those that concern this person, whoever else was asked about."""
    domains = {point.domain_id for point in person.contact_points if point.domain_id in suppressions}
    return {domain: suppressions[domain] for domain in sorted(filter(None, domains))}


def _known_from(connection: Connection[Any], profiles: list[UUID]) -> dict[UUID, int]:
    """Where the first fact of each profile stands."""
    found = connection.execute(
        "select profile_id, least(first_position, registered_position) as position from profile"
        " where profile_id = any(%s)",
        [profiles],
    )
    return {row["profile_id"]: row["position"] for row in found}


def _assignments(
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


def _cancelled(connection: Connection[Any], campaign_id: UUID | None) -> int | None:
    """The position of the campaign's cancellation."""
    if campaign_id is None:
        return None
    found = connection.execute(
        "select position from campaign_cancellation where campaign_id = %s", [campaign_id]
    ).fetchone()
    return found["position"] if found is not None else None


def _earlier_handovers(
    connection: Connection[Any],
    campaign_id: UUID | None,
    run_id: UUID | None,
    profiles: list[UUID],
    addresses: set[UUID],
) -> _Earlier:
    earlier = _Earlier()
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


def _flat(groups: Iterable[Iterable[UUID]]) -> list[UUID]:
    return sorted({one for group in groups for one in group})
