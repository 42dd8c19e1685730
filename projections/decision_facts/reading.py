"""Reads the facts that decisions rest on, for many people in a bounded number of statements.

Table names are unqualified, so the same statements read the live tables or the tables of a shadow.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from psycopg import Connection

from domain.deciding.facts import ContactPoint, DecisionFacts, Holding, Person, StoppingSuppression
from projections.decision_facts.circle import Circle, circle
from projections.decision_facts.holdings import Held, Possessions, possessions
from projections.decision_facts.of_campaigns import NO_CAMPAIGN, OfCampaign, of_campaign
from projections.decision_facts.said import Said, said_of
from projections.engine.runner import standings

T = TypeVar("T")

DECIDES_ON = ("identity", "customers", "consent", "suppression", "policies", "campaigns")
"""The projections from which `decision_facts` reads."""


def read_position(connection: Connection[Any]) -> int:
    """Returns the position up to which all facts of a decision are known.

    Call this function in the same database snapshot as `decision_facts`.
    """
    found = standings(connection)
    return min(found[name].position for name in DECIDES_ON)


def decision_facts(
    connection: Connection[Any],
    person_ids: Collection[UUID],
    *,
    campaign_id: UUID | None = None,
    run_id: UUID | None = None,
) -> dict[UUID, DecisionFacts]:
    """Returns the decision facts of each person, by the requested canonical or member id.

    With `campaign_id`, the facts include the campaign's earlier handovers, except those to the same member in the run
    `run_id`.
    """
    around = circle(connection, person_ids)
    had = possessions(connection, around.everyone)
    held = had.unlinked(around.profiles)
    held_profiles = {one.profile_id for several in held.values() for one in several}
    said = said_of(connection, {*around.everyone, *held_profiles}, had.domains, had.addresses)
    campaign = (
        of_campaign(connection, campaign_id, run_id, around.everyone, list(around.owners))
        if campaign_id is not None
        else NO_CAMPAIGN
    )
    people = _people(around, had, held, said, campaign)
    return {
        requested: _facts_of(requested, people[person], people, around, said, campaign)
        for requested, person in around.person_of.items()
    }


def _people(
    around: Circle, had: Possessions, held: Mapping[UUID, Iterable[Held]], said: Said, campaign: OfCampaign
) -> dict[UUID, Person]:
    points = had.live_points
    return {
        person: _person(person, around, points, held[person], said, campaign) for person in around.profiles
    }


def _person(
    person_id: UUID,
    around: Circle,
    points: Mapping[UUID, Iterable[ContactPoint]],
    held: Iterable[Held],
    said: Said,
    campaign: OfCampaign,
) -> Person:
    profiles = around.profiles[person_id]
    return Person(
        person_id=person_id,
        profiles=profiles,
        links=tuple(around.links.get(person_id, ())),
        time_zone=around.time_zone(person_id),
        contact_points=_all_of(profiles, points),
        consents=_all_of(profiles, said.consents),
        complaints=_all_of(profiles, said.complaints),
        suppressions=_all_of(profiles, said.suppressions),
        oldest_profile=around.oldest_profile(person_id),
        assigned=_all_of(profiles, campaign.assigned),
        holdings=tuple(_holding(one, said) for one in held),
    )


def _all_of(profiles: Iterable[UUID], by_profile: Mapping[UUID, Iterable[T]]) -> tuple[T, ...]:
    return tuple(one for profile in profiles for one in by_profile.get(profile, ()))


def _holding(held: Held, said: Said) -> Holding:
    """Adds the consents, complaints and suppressions that were stated before the person gave the identifier up."""
    profile = held.profile_id
    complaints = said.complaints.get(profile, ())
    return Holding(
        profile_id=profile,
        position=held.position,
        consents=tuple(one for one in said.consents.get(profile, ()) if held.binds(one.position)),
        complaints=tuple(one for one in complaints if held.binds(said.opened[one.complaint_id])),
        suppressions=tuple(one for one in said.suppressions.get(profile, ()) if held.binds(one.position)),
    )


def _facts_of(
    requested: UUID,
    person: Person,
    people: Mapping[UUID, Person],
    around: Circle,
    said: Said,
    campaign: OfCampaign,
) -> DecisionFacts:
    addresses = {point.address_id for point in person.contact_points}
    return DecisionFacts(
        person=person,
        co_owners={
            address: tuple(people[other] for other in sorted(around.owners[address] - {person.person_id}))
            for address in sorted(addresses)
        },
        earlier=campaign.concerning(requested, person, addresses),
        domains=_suppressed_domains(person, said),
        cancelled=campaign.cancelled,
    )


def _suppressed_domains(person: Person, said: Said) -> dict[UUID, tuple[StoppingSuppression, ...]]:
    """Returns the suppressions of the domains and parent domains of the person's addresses, by domain id."""
    domains = {domain for point in person.contact_points for domain in point.domain_ids}
    return {domain: tuple(said.suppressions[domain]) for domain in sorted(domains & said.suppressions.keys())}
