"""`farley history` prints every stored fact about a person in the log's order."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

import click

import domain.registry  # noqa: F401 - every kind of fact is known
from application import codec
from application.services import Services
from domain.facts import FACTS, FOLDED
from interfaces.cli import wiring
from interfaces.cli.paused import paused_now, warning
from interfaces.cli.people import NothingKnown, known_of_nobody, profile_meant
from projections.customers.places import places_of
from projections.history.reading import READS, StoredFact
from projections.history.reading import history as facts_of
from projections.identity.reading import person_of

AT_A_TIME = 1000
INSTANT = "%Y-%m-%d %H:%M:%S %Z"


@click.command
@click.argument("whom", metavar="CUSTOMER")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
def history(whom: str, as_json: bool) -> None:
    """Print every stored fact about CUSTOMER.

    CUSTOMER is an id, an e-mail address, a phone number, or source:number. The page docs/events.md explains the kinds
    of facts and their fields. Empty fields are left out; --json prints them, too.
    """
    with wiring.opened() as opened:
        paused = paused_now(opened.services, READS)
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
    """Formats the fact for people: what it says, both its instants, its actor, its data and its forgotten fields."""
    head = f"{fact.position:>10}  {fact.type}  {fact.occurred_at:{INSTANT}}  by {fact.actor}"
    said = [_meaning(fact.type), f"recorded {fact.recorded_at:{INSTANT}}"]
    known = [f"{name}: {text}" for name, text in _fields(fact.data)]
    gone = [f"{name}: (forgotten)" for name in fact.forgotten]
    return "\n".join([head, *(f"{'':12}{line}" for line in (*filter(None, said), *known, *gone))])


def _meaning(stored_name: str) -> str:
    """Returns what a fact of this kind says, in the words of docs/events.md; nothing for a kind of another version."""
    fact_class = FACTS.get(stored_name)
    return ((fact_class and fact_class.__doc__) or "").strip().partition("\n")[0]


def _fields(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields the path of each value, such as `lines.0.amount`, with its text. Empty values are left out.

    So are the spellings by which names are compared.
    """
    for name, value in data.items():
        if not name.endswith(FOLDED):
            yield from _values(name, value)


def _values(path: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield from _values(f"{path}.{name}", part)
    elif isinstance(value, list | tuple):
        for place, part in enumerate(value):
            yield from _values(f"{path}.{place}", part)
    elif value is not None:
        yield path, value if isinstance(value, str) else codec.encode(value).decode()
