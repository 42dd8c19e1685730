"""No text that a client sends becomes part of a statement, wherever in the criteria it stands."""

from collections.abc import Callable
from itertools import product
from random import Random
from typing import Any

import pytest

from domain.criteria import parse
from domain.criteria.errors import InvalidCriteria
from domain.criteria.fields import COMPARISONS, COMPLAINT, DOINGS, FIELDS, OPERATORS, ORDER
from projections.audience.compile import compile
from tests.amounts import amount
from tests.builders import START, named
from tests.projections.hostile_texts import INJECTIONS

TREES = amount(200_000, quick=20_000)
"""All of them take half a minute of one core."""
DECLARED = {"score": "number", "tier": "text", "vip": "boolean", "since": "date", "seen": "instant"}
TYPES = {name: field.type for name, field in FIELDS.items()}
ALL_FIELDS = sorted({**TYPES, **{f"attributes.{name}": type_ for name, type_ in DECLARED.items()}}.items())
SEGMENT = named("a segment")
BENIGN = {
    "number": 7,
    "boolean": True,
    "date": "2026-01-31",
    "instant": "2026-01-31T12:00:00Z",
}
CLOSED = {"kind": "person", "language": "es", "country": "ES", "time_zone": "Europe/Madrid"}
"""Fields with a closed vocabulary take nothing else."""
Say = Callable[[], str]


def statement(tree: object) -> tuple[str, dict[str, Any]]:
    """The statement's text and its parameters."""
    segments = {SEGMENT: {"field": "country", "op": "eq", "value": "ES"}}
    criteria = parse(tree, declared=DECLARED, segment=segments.get)
    composed, parameters = compile(criteria, at=START, currency="EUR")
    return composed.as_string(None), parameters


def grown(random: Random, say: Say, levels: int = 4) -> dict[str, Any]:
    """A random tree whose shape is `random`'s and whose texts are what `say` says."""
    form = random.choice(("all", "any", "not", "field", "field", "did", "did_not", "spent", "segment"))
    if levels == 1 or form not in ("all", "any", "not"):
        return _leaf(random, say, form)
    if form == "not":
        return {"not": grown(random, say, levels - 1)}
    return {form: [grown(random, say, levels - 1) for _ in range(random.randrange(1, 4))]}


def _leaf(random: Random, say: Say, form: str) -> dict[str, Any]:
    days = {"within_days": random.randint(1, 400)} if random.random() < 0.5 else {}
    if form == "segment":
        return {"segment": str(SEGMENT)}
    if form == "spent":
        money = random.choice(("1", "2.50", "3"))
        return {"spent": {"op": random.choice(COMPARISONS), "value": money, "currency": "USD", **days}}
    if form in ("did", "did_not"):
        kind, spoken = random.choice(sorted(DOINGS)), random.random() < 0.5
        channel = {"channel": say() if kind in (ORDER, COMPLAINT) else "web"} if spoken else {}
        return {form: {"kind": kind, **channel, **days}}
    field, type_ = random.choice(ALL_FIELDS)
    op = random.choice(next(ops for known, ops in OPERATORS.items() if known == type_))
    if op == "exists":
        return {"field": field, "op": op, "value": random.random() < 0.5}
    benign = _benign(field, op) or BENIGN.get(type_)
    values = [benign or say() for _ in range(random.randrange(1, 4) if op == "in" else 1)]
    return {"field": field, "op": op, "value": values if op == "in" else values[0]}


def _benign(field: str, op: str) -> str | None:
    return "organisation" if (field, op) == ("kind", "gt") else CLOSED.get(field)


class Speaker:
    """Says random texts, or in the same turns harmless ones, and remembers them."""

    def __init__(self, seed: int, *, harmless: bool) -> None:
        self._random = Random(seed)
        self._harmless = harmless
        self.said: set[str] = set()

    def __call__(self) -> str:
        number = self._random.randrange(len(INJECTIONS))
        text = f"word {number}" if self._harmless else INJECTIONS[number]
        self.said.add(text)
        return text


def test_the_statement_is_the_same_whatever_the_values_say() -> None:
    for seed in range(TREES):
        hostile, harmless = Speaker(seed, harmless=False), Speaker(seed, harmless=True)
        text, parameters = statement(grown(Random(seed), hostile))
        assert text == statement(grown(Random(seed), harmless))[0]
        told = {str(one).strip() for value in parameters.values() for one in _flat(value)}
        assert {text.strip() for text in hostile.said} <= told


def _flat(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


PLACES = ("field", "attribute", "op", "kind", "spent op", "currency", "amount", "form")


def test_a_hostile_text_where_a_name_belongs_is_refused() -> None:
    for text, place in product(INJECTIONS, PLACES):
        with pytest.raises(InvalidCriteria):
            statement(_with_name(place, text))


def _with_name(place: str, text: str) -> dict[str, Any]:
    compared = {"field": "country", "op": "eq", "value": "ES"}
    spent = {"op": "gt", "value": "1.00", "currency": "EUR"}
    return {
        "field": {**compared, "field": text},
        "attribute": {**compared, "field": f"attributes.{text}"},
        "op": {**compared, "op": text},
        "kind": {"did": {"kind": text}},
        "spent op": {"spent": {**spent, "op": text}},
        "currency": {"spent": {**spent, "currency": text}},
        "amount": {"spent": {**spent, "value": text}},
        "form": {text: [compared]},
    }[place]


def test_the_name_of_a_declared_attribute_is_a_parameter_too() -> None:
    statements = set()
    for name in ("harmless", *(text[:400] for text in INJECTIONS)):
        leaf = {"field": f"attributes.{name}", "op": "eq", "value": "x"}
        criteria = parse(leaf, declared={name: "text"}, segment=lambda _: None)
        composed, parameters = compile(criteria, at=START, currency="EUR")
        statements.add(composed.as_string(None))
        assert name in parameters.values()
    assert len(statements) == 1
