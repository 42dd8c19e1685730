"""`farley explain` says, rule by rule, whether a person may get a message now or at another instant."""

from uuid import UUID

import click

from application.eligibility.service import AskEligibility, Explained
from application.services import Services
from domain.campaigns.events import MessageClass
from domain.customers.details import Channel
from domain.customers.errors import CustomerNotFound
from domain.deciding.decide import Decision, Ruling
from interfaces.cli import wiring
from interfaces.cli.history import count_facts
from interfaces.cli.instants import instant
from interfaces.cli.paused import naming_paused, paused_now, warning
from interfaces.cli.people import known_of_nobody, profile_meant
from interfaces.paused_projections import paused_among
from projections.customers.reading import profiles
from projections.decision_facts.reading import OF_CUSTOMERS, explained_from
from projections.history.naming import FactNamed, facts_at
from projections.identity.reading import person_of

CLASSES = click.Choice([str(message_class) for message_class in MessageClass])
CHANNELS = click.Choice([str(channel) for channel in Channel])


@click.command
@click.argument("whom", metavar="CUSTOMER")
@click.option(
    "--channel", type=CHANNELS, help="The channel of the message; by default the campaign's, or email."
)
@click.option(
    "--purpose", metavar="NAME", help="The purpose of the message; by default the campaign's, or marketing."
)
@click.option(
    "--message-class",
    type=CLASSES,
    help="The class of the message; by default the campaign's, or promotional.",
)
@click.option(
    "--campaign",
    type=click.UUID,
    metavar="ID",
    help="Decide about a message of this campaign, with its hold-out and its earlier runs.",
)
@click.option(
    "--at", metavar="INSTANT", help="Decide for this instant instead of now, such as 2026-01-31T09:30:00Z."
)
@click.option(
    "--known-to",
    metavar="POSITION",
    type=click.IntRange(0),
    help="With --at: use only the facts up to this position of the log.",
)
def explain(
    whom: str,
    channel: str | None,
    purpose: str | None,
    message_class: str | None,
    campaign: UUID | None,
    at: str | None,
    known_to: int | None,
) -> None:
    """Say whether CUSTOMER may get a message, and why.

    Each rule that stops the message is shown with the facts that it rests on. CUSTOMER is an id, an e-mail address, a
    phone number, or source:number.
    """
    if known_to is not None and at is None:
        raise click.UsageError("--known-to needs the instant of the decision: give it with --at.")
    with wiring.opened() as opened:
        services = opened.services
        if campaign is None:
            channel, purpose, message_class = (
                channel or Channel.EMAIL,
                purpose or "marketing",
                message_class or MessageClass.PROMOTIONAL,
            )
        names = explained_from(of_campaign=campaign is not None)
        paused = paused_now(services, names)
        with naming_paused(services):
            person = _registered(services, whom)
        explained = services.eligibility.explain(
            AskEligibility(
                customer_id=person,
                channel=channel,
                purpose=purpose,
                message_class=message_class,
                campaign_id=campaign,
                at=instant(at, "at") if at else None,
                known_to=known_to,
            )
        )
        decision = explained.decision
        with services.reading.snapshot() as connection:
            named = facts_at(connection, {p for rule in decision.rules for p in rule.facts})
        paused = paused_among(paused, OF_CUSTOMERS if explained.of_past else names)
    warnings = [warning(paused)] if paused else []
    click.echo("\n".join([*_heading(person, explained), *warnings, *_rules(decision, named)]))


def _registered(services: Services, whom: str) -> UUID:
    """Returns the id of the person that the text names.

    Raises CustomerNotFound if no profile of the person is registered; the message counts the stored facts.
    """
    profile_id = profile_meant(services, whom)
    with services.reading.snapshot() as connection:
        person, profile_ids = person_of(connection, profile_id)
        registered = profiles(connection, services.reading.cipher, profile_ids)
    if not registered:
        raise CustomerNotFound(known_of_nobody(whom, count_facts(services, profile_id)))
    return person


def _heading(person: UUID, explained: Explained) -> list[str]:
    decision = explained.decision
    verdict = f"{decision.verdict}: {', '.join(r.code for r in decision.reasons) or 'no rule stops it'}"
    point = decision.contact_point
    reached = f"{point.channel} contact point {point.contact_point_id}" if point else "no contact point"
    versions = f"rules {decision.rules_version}, policy {decision.policy_version}"
    then = f"at {explained.at:%Y-%m-%d %H:%M:%S %Z}, by the log up to position {explained.known_to_position}"
    lines = [f"Customer {person}", then, verdict, f"{reached}; {versions}"]
    if explained.eligible_from is not None:
        lines.append(f"eligible from {explained.eligible_from:%Y-%m-%d %H:%M:%S %Z}")
    return lines


def _rules(decision: Decision, named: dict[int, FactNamed]) -> list[str]:
    width = max(len(rule.code) for rule in decision.rules)
    return [f"  {rule.code:<{width}}  {_ruling(rule, named)}" for rule in decision.rules]


def _ruling(rule: Ruling, named: dict[int, FactNamed]) -> str:
    if rule.passed:
        return "passed"
    until = [f"until {rule.until:%Y-%m-%d %H:%M %Z}"] if rule.until else []
    facts = [_fact(position, named.get(position)) for position in rule.facts]
    return f"stops  {'; '.join(facts + until)}".rstrip()


def _fact(position: int, fact: FactNamed | None) -> str:
    return f"{position} {fact.type} {fact.occurred_at:%Y-%m-%d}" if fact else str(position)
