"""The page of one fact."""

from typing import Any

from flask import Response

from interfaces.console.asking import ask, may
from interfaces.console.formats import Formats
from interfaces.console.history.facts import Answer, thing_of, values_of
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_person
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts, show

room = Room("facts")
MOST_VALUES = 200
"""The most values of one fact on its page. The API shows all of them."""


@room.page("/facts/<position:position>", "history:read")
def fact_page(position: int) -> Response:
    """Shows one fact: what it says, when and by whom, and what followed in its stream."""
    t, f = own_texts(), formats()
    found = ask("facts.show_fact", position=position)
    fact, customer = found["fact"], found["customer_id"]
    values = values_of(fact["data"])
    return show(
        "fact",
        number=f"{position:,}",
        title=t.word("fact", fact["type"]),
        values=values[:MOST_VALUES],
        left_out=len(values) - MOST_VALUES if len(values) > MOST_VALUES else 0,
        forgotten=fact["forgotten"],
        actor=fact["actor"],
        occurred=f.moment(fact["occurred_at"]),
        recorded=f.moment(fact["recorded_at"]),
        stored=_stored(fact, t),
        thing=thing_of(fact, customer),
        whose=path_of_person(customer) if customer and may("customer-reading.show_customer") else None,
        following=[_following(one, t, f) for one in found["following"]],
        more=found["more"],
        now=f.instant(f.now),
    )


def _stored(fact: Answer, t: Texts) -> list[tuple[str, str]]:
    """Returns how the log holds the fact: pairs of a name and its value."""
    shown = [
        ("history.type", f"{fact['type']} {fact['version']}"),
        ("history.stream", f"{fact['stream_id']} {fact['stream_version']}"),
        ("history.correlation", str(fact["correlation_id"])),
        ("history.causation", str(fact["causation_id"] or "")),
    ]
    return [(t(name), value) for name, value in shown if value]


def _following(one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    return {
        "position": int(one["position"]),
        "title": t.word("fact", one["type"]),
        "actor": one["actor"],
        "when": f.moment(one["occurred_at"]),
    }
