"""`farley history` prints every stored fact about a person in the log's order."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from uuid import UUID

import click

from application import codec
from application.services import Services
from interfaces.cli import wiring
from interfaces.cli.paused import paused_now, warning
from interfaces.cli.people import NothingKnown, known_of_nobody, profile_meant
from projections.customers.places import places_of
from projections.history.reading import StoredFact
from projections.history.reading import history as facts_of
from projections.identity.reading import person_of

AT_A_TIME = 1000


@click.command
@click.argument("whom", metavar="CUSTOMER")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def history(whom: str, as_json: bool) -> None:
    """Print every stored fact about CUSTOMER.

    CUSTOMER is an id, an e-mail address, a phone number, or source:number.
    """
    with wiring.opened() as opened:
        paused = paused_now(opened.services, ("identity", "customers", "campaigns"))
        known = False
        for fact in all_facts(opened.services, profile_meant(opened.services, whom)):
            click.echo(codec.encode(asdict(fact)).decode() if as_json else in_lines(fact))
            known = True
    if paused:
        click.echo(f"This may lack the newest facts; {warning(paused)}.", err=True)
    if not known:
        raise NothingKnown(known_of_nobody(whom, 0))


def all_facts(services: Services, profile_id: UUID) -> Iterator[StoredFact]:
    """Yields the facts of all profiles of the profile's person in the log's order, AT_A_TIME from each query."""
    after = 0
    while True:
        with services.reading.snapshot() as connection:
            profiles = person_of(connection, profile_id)[1]
            facts = facts_of(
                connection,
                services.reading.cipher,
                profiles,
                places=places_of(connection, profiles),
                after=after,
                limit=AT_A_TIME,
            )
        yield from facts
        if len(facts) < AT_A_TIME:
            return
        after = facts[-1].position


def count_facts(services: Services, profile_id: UUID) -> int:
    """Returns how many facts are stored about the profile's person."""
    return sum(1 for _ in all_facts(services, profile_id))


def in_lines(fact: StoredFact) -> str:
    """Formats the fact for people: its type, both its instants, its actor, its data and its forgotten fields."""
    head = f"{fact.position:>10}  {fact.type}  {fact.occurred_at:%Y-%m-%d %H:%M:%S}  by {fact.actor}"
    learned = f"{'':12}recorded {fact.recorded_at:%Y-%m-%d %H:%M:%S}"
    known = [f"{'':12}{name}: {_text(value)}" for name, value in fact.data.items() if value is not None]
    gone = [f"{'':12}{name}: (forgotten)" for name in fact.forgotten]
    return "\n".join([head, learned, *known, *gone])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else codec.encode(value).decode()
