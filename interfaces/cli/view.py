"""`farley view` prints the 360 of a customer, as it is now or as it was at a past moment."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import click

from application import codec
from application.moments import Moment
from application.services import Services
from domain.customers.errors import CustomerNotFound
from interfaces.cli import wiring
from interfaces.cli.history import count_facts
from interfaces.cli.moments import moment_meant, of_moment
from interfaces.cli.paused import facts_counted, lacking, naming_paused
from interfaces.cli.people import known_of_nobody, profile_meant
from interfaces.paused_projections import Positions, listed
from interfaces.plurals import how_many
from interfaces.viewing import viewed
from projections.customer_360.reading import READS
from projections.decision_facts.reading import OF_CUSTOMERS

DETAILS = ("kind", "language", "country", "time_zone", "birth_date")


@click.command
@click.argument("whom", metavar="CUSTOMER")
@of_moment
@click.option(
    "--json",
    "as_json",
    is_flag=True,
    help="Print one JSON object instead of text: the answer of GET /api/customers/{id}.",
)
def view(whom: str, known_at: str | None, as_of: str | None, as_json: bool) -> None:
    """Show the 360 of CUSTOMER.

    CUSTOMER is an id, or what they hold now: an e-mail address, a phone number, or source:number. With both instants,
    only facts that meet both conditions count.
    """
    with wiring.opened() as opened:
        when = moment_meant(opened.services, known_at, as_of)
        with naming_paused(opened.services, () if when.is_past else OF_CUSTOMERS):
            known = _viewed(opened.services, when, whom)
    paused = lacking(known["reached"], READS)
    click.echo(_json(known, paused) if as_json else "\n".join(_lines(known, when, paused)))


def _viewed(services: Services, when: Moment, whom: str) -> dict[str, Any]:
    profile_id = profile_meant(services, whom)
    try:
        return viewed(services, when, profile_id)
    except CustomerNotFound:
        if when.is_past:
            raise
        raise CustomerNotFound(known_of_nobody(whom, count_facts(services, profile_id))) from None


def _json(known: dict[str, Any], paused: Positions) -> str:
    # Importing the schemas takes as long as the rest of the verb.
    from interfaces.http.contexts.customers.customer_reading_schemas import CustomerOut

    named = {"paused_projections": listed(paused)} if paused else {}
    return codec.encode(CustomerOut().dump({**known, **named})).decode()


def _lines(known: dict[str, Any], when: Moment, paused: Positions) -> Iterator[str]:
    yield f"Customer {known['customer_id']}  {known['name'] or '(no name)'}"
    reached = known["reached"]
    yield f"{facts_counted(when, paused, reached.head - reached.folded)}, the newest at position {known['position']}"
    yield ", ".join(f"{name} {known[name]}" for name in DETAILS if known[name] is not None)
    yield f"registered {_day(known['registered_at'])}, {how_many(len(known['profiles']), 'profile')}"
    yield from _section("contact points", map(_contact_point, known["contact_points"]))
    yield from _section("consents", map(_consent, known["consents"]))
    yield from _section("counts", _counts(known))
    yield from _section("eligibility", map(_verdict, known["eligibility"]))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield f"{title}:"
    yield from (f"  {line}" for line in lines)


def _contact_point(point: dict[str, Any]) -> str:
    return f"{point['channel']}  {point['value'] or '(forgotten)'}"


def _consent(statement: Any) -> str:
    scope = (statement.channel, statement.purpose, statement.topic, statement.brand)
    said = "granted" if statement.granted else "withdrawn"
    return f"{said} {_day(statement.occurred_at)}  {' '.join(filter(None, scope)) or 'everything'}"


def _counts(known: dict[str, Any]) -> Iterator[str]:
    orders, complaints, touchpoints = known["orders"], known["complaints"], known["touchpoints"]
    value = "".join(f", {value.amount} {value.currency}" for value in orders.value)
    yield f"{how_many(orders.count, 'order')}{value}"
    yield f"{how_many(complaints.total, 'complaint')}, {complaints.open} open"
    yield f"{how_many(touchpoints['total'], 'touchpoint')}"
    yield f"{how_many(known['campaigns'].contacts, 'message')} of campaigns"


def _verdict(verdict: dict[str, Any]) -> str:
    message = f"{verdict['channel']} {verdict['purpose']} ({verdict['message_class']})"
    return f"{message}: {verdict['verdict']} {', '.join(verdict['reasons'])}".rstrip()


def _day(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d}"
