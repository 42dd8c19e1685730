"""Reads the facts that decisions rest on, for one person or many, with one statement.

Table names are unqualified, so the same statement reads the live tables or the tables of a shadow.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar
from uuid import UUID

from psycopg import Connection

from domain.deciding.facts import ContactPoint, DecisionFacts, Person, StoppingSuppression, UnlinkedIdentifier
from projections.decision_facts import circle, held_identifiers, of_campaigns, statements
from projections.decision_facts.circle import Circle, circle_of
from projections.decision_facts.held_identifiers import HeldIdentifier, unlinked
from projections.decision_facts.of_campaigns import NO_CAMPAIGN, OfCampaign, of_campaign
from projections.decision_facts.statements import Statements, by_profile, statements_of
from projections.together import Lists, Together

T = TypeVar("T")

DECIDES_ON = ("identity", "customers", "consent", "suppression", "policies", "campaigns")
"""The projections from which `decision_facts` reads."""
OF_CUSTOMERS = ("identity", "customers")
"""The projections that know whether there is a customer."""
MEMBERSHIP = ("identity", "audience", "segments")
"""The projections that criteria read."""
SCOPE = circle.SCOPE
LISTS = {**circle.LISTS, **held_identifiers.LISTS, **statements.LISTS}
"""The lists from which `facts_from` makes decision facts, in the scope SCOPE."""
_FACTS = Together(SCOPE, LISTS)
_FACTS_OF_CAMPAIGN = Together(SCOPE, {**LISTS, **of_campaigns.LISTS})


def rests_on(membership: bool) -> tuple[str, ...]:
    """Returns the projections on which a run's decisions rest, with `membership` also those that criteria read."""
    return (*DECIDES_ON, *MEMBERSHIP) if membership else DECIDES_ON


def explained_from(*, of_campaign: bool) -> tuple[str, ...]:
    """Returns the projections that a verdict about one person reads, also about a message of a campaign."""
    return (*DECIDES_ON, "audience") if of_campaign else DECIDES_ON


def previewed_from(*, decides: bool, explains: bool) -> tuple[str, ...]:
    """Returns the projections that a preview of an audience reads.

    `decides`: the preview decides about a message. `explains`: it explains one person.
    """
    return ("audience", *(DECIDES_ON if decides else OF_CUSTOMERS if explains else ()))


def decision_facts(
    connection: Connection[Any],
    person_ids: Collection[UUID],
    *,
    campaign_id: UUID | None = None,
    run_id: UUID | None = None,
) -> dict[UUID, DecisionFacts]:
    """Returns the decision facts of each person, by the requested id.

    With `campaign_id`, the facts include the campaign's earlier handovers, except those to the same member in the run
    `run_id`.
    """
    together = _FACTS if campaign_id is None else _FACTS_OF_CAMPAIGN
    lists = together.read(connection, {"ids": list(person_ids), "campaign": campaign_id})
    return facts_from(lists, NO_CAMPAIGN if campaign_id is None else of_campaign(lists, run_id))


def facts_from(lists: Lists, campaign: OfCampaign = NO_CAMPAIGN) -> dict[UUID, DecisionFacts]:
    """Returns the decision facts of each requested person from these rows of LISTS."""
    around, stated = circle_of(lists), statements_of(lists)
    people = _people(around, lists, stated, campaign)
    return {
        requested: _facts_of(requested, people[person], people, around, stated, campaign)
        for requested, person in around.person_of.items()
    }


def _people(around: Circle, lists: Lists, stated: Statements, campaign: OfCampaign) -> dict[UUID, Person]:
    points, identifiers = by_profile(lists["points"]), unlinked(lists["held"], around.profiles)
    return {
        person: _person(person, around, points, identifiers.get(person, ()), stated, campaign)
        for person in around.profiles
    }


def _person(
    person_id: UUID,
    around: Circle,
    points: Mapping[UUID, Iterable[ContactPoint]],
    identifiers: Iterable[HeldIdentifier],
    statements: Statements,
    campaign: OfCampaign,
) -> Person:
    profiles = around.profiles[person_id]
    return Person(
        person_id=person_id,
        profiles=profiles,
        links=tuple(around.links.get(person_id, ())),
        time_zone=around.time_zone(person_id),
        contact_points=_all_of(profiles, points),
        consents=_all_of(profiles, statements.consents),
        complaints=_all_of(profiles, statements.complaints),
        suppressions=_all_of(profiles, statements.suppressions),
        oldest_profile=around.oldest_profile(person_id),
        earlier_draws=_all_of(profiles, campaign.earlier_draws),
        unlinked_identifiers=tuple(
            _unlinked_identifier(identifier, statements) for identifier in identifiers
        ),
    )


def _all_of(profiles: Iterable[UUID], by_profile: Mapping[UUID, Iterable[T]]) -> tuple[T, ...]:
    if not by_profile:
        return ()
    return tuple(item for profile in profiles for item in by_profile.get(profile, ()))


def _unlinked_identifier(identifier: HeldIdentifier, statements: Statements) -> UnlinkedIdentifier:
    """Adds the consents, complaints and suppressions that were stated before the person gave the identifier up."""
    profile = identifier.profile_id
    complaints = statements.complaints.get(profile, ())
    return UnlinkedIdentifier(
        profile_id=profile,
        position=identifier.position,
        consents=tuple(
            consent for consent in statements.consents.get(profile, ()) if identifier.binds(consent.position)
        ),
        complaints=tuple(
            complaint
            for complaint in complaints
            if identifier.binds(statements.opened[complaint.complaint_id])
        ),
        suppressions=tuple(
            suppression
            for suppression in statements.suppressions.get(profile, ())
            if identifier.binds(suppression.position)
        ),
    )


def _facts_of(
    requested: UUID,
    person: Person,
    people: Mapping[UUID, Person],
    around: Circle,
    statements: Statements,
    campaign: OfCampaign,
) -> DecisionFacts:
    addresses = {point.address_id for point in person.contact_points}
    return DecisionFacts(
        person=person,
        co_owners={
            address: _others(around.owners.get(address, ()), person, people) for address in sorted(addresses)
        },
        earlier=campaign.concerning(requested, person, addresses),
        domains=_suppressed_domains(person, statements),
        cancelled=campaign.cancelled,
    )


def _others(owners: Collection[UUID], person: Person, people: Mapping[UUID, Person]) -> tuple[Person, ...]:
    return tuple(people[owner] for owner in sorted(owners) if owner != person.person_id)


def _suppressed_domains(
    person: Person, statements: Statements
) -> dict[UUID, tuple[StoppingSuppression, ...]]:
    """Returns the suppressions of the domains and parent domains of the person's addresses, by domain id."""
    if not statements.suppressions:
        return {}
    domains = {domain for point in person.contact_points for domain in point.domain_ids}
    return {
        domain: tuple(statements.suppressions[domain])
        for domain in sorted(domains & statements.suppressions.keys())
    }
