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
    Holding,
    Link,
    Person,
    SaidConsent,
    StoppingComplaint,
    Suppression,
)
from projections.decision_facts.holdings import Held, Possessions, possessions
from projections.decision_facts.of_campaigns import Earlier, assignments, cancellation_of, earlier_handovers
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
    opened: dict[UUID, int] = field(default_factory=dict)
    suppressions: dict[UUID, list[Suppression]] = field(default_factory=lambda: defaultdict(list))
    assigned: dict[UUID, list[Assignment]] = field(default_factory=lambda: defaultdict(list))
    zones: dict[UUID, str] = field(default_factory=dict)
    known_from: dict[UUID, int] = field(default_factory=dict)


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
    owners = _owners_of(connection, _addresses_of(connection, _flat(members.values()), channel))
    owner_person = canonical_ids(connection, _flat(owners.values()))
    everyone = set(canonical.values()) | set(owner_person.values())
    members = members_of(connection, everyone)
    had = possessions(connection, _flat(members.values()))
    held = had.unlinked(members)
    profiles = {*_flat(members.values()), *(one.profile_id for several in held.values() for one in several)}
    rows = _rows_of(connection, sorted(profiles), had, channel, campaign_id)
    links = links_within(connection, everyone)
    people = {
        person: _person(person, members[person], links.get(person, []), held[person], rows)
        for person in everyone
    }
    earlier = earlier_handovers(connection, campaign_id, run_id, _flat(members.values()), set(owners))
    cancelled = cancellation_of(connection, campaign_id)
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
    earlier: Earlier,
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
    held: Iterable[Held],
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
        holdings=tuple(_holding(one, rows) for one in held),
    )


def _holding(held: Held, rows: _Rows) -> Holding:
    """With what was said of it until it was given up."""
    complaints = rows.complaints.get(held.profile_id, ())
    return Holding(
        profile_id=held.profile_id,
        position=held.position,
        consents=tuple(s for s in rows.consents.get(held.profile_id, ()) if held.binds(s.position)),
        complaints=tuple(c for c in complaints if held.binds(rows.opened[c.complaint_id])),
        suppressions=tuple(s for s in rows.suppressions.get(held.profile_id, ()) if held.binds(s.position)),
    )


def _rows_of(
    connection: Connection[Any],
    profiles: list[UUID],
    had: Possessions,
    channel: str,
    campaign_id: UUID | None,
) -> _Rows:
    rows = _Rows(zones=_zones_of(connection, profiles), known_from=_known_from(connection, profiles))
    for profile, one in assignments(connection, profiles, campaign_id):
        rows.assigned[profile].append(one)
    for imposed in _suppressions_of(connection, profiles):
        rows.suppressions[imposed.customer_id].append(imposed)
    for point in had.reached_on(channel):
        rows.contact_points[point.customer_id].append(point)
    for said in _consents_of(connection, profiles, had):
        rows.consents[said.customer_id].append(said)
    for complaint, opened_position in _complaints_of(connection, profiles):
        rows.complaints[complaint.customer_id].append(complaint)
        rows.opened[complaint.complaint_id] = opened_position
    return rows


def _addresses_of(connection: Connection[Any], profiles: list[UUID], channel: str) -> set[UUID]:
    """Where these profiles can be reached on this channel."""
    found = connection.execute(
        "select distinct address_id from contact_point"
        " where customer_id = any(%s) and channel = %s and removed_position is null",
        [profiles, channel],
    )
    return {row["address_id"] for row in found}


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


def _consents_of(connection: Connection[Any], profiles: list[UUID], had: Possessions) -> list[SaidConsent]:
    found = connection.execute(
        "select customer_id, nullif(channel, '') as channel,"
        " nullif(contact_point_id, '00000000-0000-0000-0000-000000000000') as contact_point_id,"
        " nullif(purpose, '') as purpose, nullif(topic, '') as topic, nullif(brand, '') as brand,"
        " granted, occurred_at, expires_at, position"
        " from consent_said where customer_id = any(%s) order by position",
        [profiles],
    )
    return [
        SaidConsent(**row, address_id=had.addresses.get((row["customer_id"], row["contact_point_id"])))
        for row in found
    ]


def _complaints_of(connection: Connection[Any], profiles: list[UUID]) -> list[tuple[StoppingComplaint, int]]:
    """Each with the position of its opening."""
    found = connection.execute(
        "select complaint_id, customer_id, severity, state, outcome, closed_at, position,"
        " opened_position"
        " from complaint_stop where customer_id = any(%s) order by position",
        [profiles],
    )
    opened = [(row.pop("opened_position"), row) for row in found]
    return [(StoppingComplaint(**row), position) for position, row in opened]


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
    """Those of the domains of these people's addresses, and of the parents of these domains."""
    domains = {domain for one in people for domain in _domains_of(one)}
    found: dict[UUID, tuple[Suppression, ...]] = {}
    for one in _suppressions_of(connection, domains) if domains else ():
        found[one.customer_id] = (*found.get(one.customer_id, ()), one)
    return found


def _at_domains_of(
    person: Person, suppressions: Mapping[UUID, tuple[Suppression, ...]]
) -> dict[UUID, tuple[Suppression, ...]]:
    """Of all that were read those that concern this person, whoever else was asked about."""
    return {domain: suppressions[domain] for domain in sorted(_domains_of(person) & suppressions.keys())}


def _domains_of(person: Person) -> set[UUID]:
    return {domain for point in person.contact_points for domain in point.domain_ids}


def _known_from(connection: Connection[Any], profiles: list[UUID]) -> dict[UUID, int]:
    """Where the first fact of each profile stands."""
    found = connection.execute(
        "select profile_id, least(first_position, registered_position) as position from profile"
        " where profile_id = any(%s)",
        [profiles],
    )
    return {row["profile_id"]: row["position"] for row in found}


def _flat(groups: Iterable[Iterable[UUID]]) -> list[UUID]:
    return sorted({one for group in groups for one in group})
