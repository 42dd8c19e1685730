"""Whether somebody meets criteria, in plain Python over what is known of them."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.criteria import AllOf, AnyOf, Compare, Criteria, Did, InSegment, Not, Spent
from tests.projections.reference.audience import Row

OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "in": lambda known, value: known in value,
    "contains": lambda known, value: value in known,
}
TYPED: dict[str, Callable[[Any], Any]] = {
    "number": lambda known: Decimal(str(known)),
    "date": date.fromisoformat,
    "instant": datetime.fromisoformat,
}


@dataclass(frozen=True, kw_only=True)
class Person:
    """What is known of one person."""

    person_id: UUID
    fields: Mapping[str, Any]
    activities: tuple[Row, ...]
    orders: tuple[Row, ...]


def people(tables: Mapping[str, Iterable[Row]]) -> list[Person]:
    """Everyone in the tables of the reference fold."""
    person_of = {row["customer_id"]: row["person_id"] for row in tables["audience_profile"]}

    def of(person: UUID, table: str) -> tuple[Row, ...]:
        return tuple(row for row in tables[table] if person_of[row["customer_id"]] == person)

    return [
        Person(
            person_id=row["person_id"],
            fields={**row, **{f"attributes.{name}": value for name, value in row["attributes"].items()}},
            activities=of(row["person_id"], "audience_activity"),
            orders=of(row["person_id"], "audience_order"),
        )
        for row in tables["audience_fact"]
    ]


def meets(person: Person, criteria: Criteria, at: datetime, currency: str) -> bool:
    match criteria:
        case AllOf(items=items):
            return all(meets(person, item, at, currency) for item in items)
        case AnyOf(items=items):
            return any(meets(person, item, at, currency) for item in items)
        case Not(item=item):
            return not meets(person, item, at, currency)
        case InSegment(criteria=inner):
            return meets(person, inner, at, currency)
        case Compare():
            return _compares(person, criteria)
        case Did():
            return _times(person, criteria, at) >= criteria.at_least
    return OPERATORS[criteria.op](_spent(person, criteria, at, currency), criteria.value)


def _compares(person: Person, leaf: Compare) -> bool:
    known = person.fields.get(leaf.field)
    if leaf.op == "exists":
        return (known is not None) == leaf.value
    if known is None:
        return False
    if not isinstance(known, datetime):
        known = TYPED.get(leaf.type, lambda value: value)(known)
    return OPERATORS[leaf.op](known, leaf.value)


def _times(person: Person, leaf: Did, at: datetime) -> int:
    return sum(
        row["kind"] == leaf.kind
        and leaf.channel in (None, row["channel"])
        and (leaf.within_days is None or row["occurred_at"] > at - timedelta(days=leaf.within_days))
        for row in person.activities
    )


def _spent(person: Person, leaf: Spent, at: datetime, currency: str) -> Decimal:
    return sum(
        (
            row["amount"]
            for row in person.orders
            if row["currency"] == (leaf.currency or currency)
            and (leaf.within_days is None or row["placed_at"] > at - timedelta(days=leaf.within_days))
        ),
        Decimal(0),
    )
