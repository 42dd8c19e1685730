"""`farley explain`: may this person get such a message, now or at another instant, rule by rule."""

from datetime import datetime
from uuid import UUID

import click

from application.eligibility.service import AskEligibility, Explained
from application.services import Services
from domain.campaigns.campaign import MessageClass
from domain.customers.details import Channel
from domain.deciding.decide import Decision, Ruling
from domain.errors import CustomerNotFound, InvalidInput, UndeclaredPurpose
from interfaces.cli import wiring
from interfaces.cli.people import person_of, profile_meant
from projections.customers.reading import profiles
from projections.history.naming import FactNamed, facts_at

CLASSES = click.Choice([str(one) for one in MessageClass])
CHANNELS = click.Choice([str(one) for one in Channel])


@click.command
@click.argument("whom", metavar="CUSTOMER")
@click.option("--channel", default="email", show_default=True, type=CHANNELS)
@click.option("--purpose", default="marketing", show_default=True)
@click.option("--message-class", default="promotional", show_default=True, type=CLASSES)
@click.option("--campaign", type=click.UUID, help="Also ask whether this campaign has reached them before.")
@click.option("--at", metavar="INSTANT", help="Then and not now, such as 2026-01-31T09:30:00Z.")
def explain(
    whom: str, channel: str, purpose: str, message_class: str, campaign: UUID | None, at: str | None
) -> None:
    """May CUSTOMER get such a message? An id, an e-mail address, a phone number, or source:number."""
    with wiring.opened() as opened:
        services = opened.services
        if purpose not in {one.name for one in services.catalogue.purposes()}:
            raise UndeclaredPurpose()
        person = _registered(services, profile_meant(services, whom))
        explained = services.eligibility.explain(
            AskEligibility(
                customer_id=person,
                channel=channel,
                purpose=purpose,
                message_class=message_class,
                campaign_id=campaign,
                at=_instant(at) if at else None,
            )
        )
        decision = explained.decision
        with services.reading.snapshot() as connection:
            named = facts_at(connection, {p for rule in decision.rules for p in rule.facts})
    click.echo("\n".join([*_heading(person, explained), *_rules(decision, named)]))


def _registered(services: Services, profile_id: UUID) -> UUID:
    with services.reading.snapshot() as connection:
        person, members = person_of(connection, profile_id)
        if not profiles(connection, services.reading.cipher, members):
            raise CustomerNotFound()
    return person


def _instant(text: str) -> datetime:
    """InvalidInput unless it is an instant with its offset."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise InvalidInput(f"{text} is no instant with its offset, such as 2026-01-31T09:30:00Z.", path="at")
    return instant


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
