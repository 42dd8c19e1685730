"""Criteria that nobody can match are refused. What can be matched is stated here apart from the parser."""

import operator
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain import cldr
from domain.criteria import parse
from domain.criteria.errors import InvalidCriteria
from domain.criteria.fields import FIELDS
from domain.criteria.future import refuse_future
from domain.customers.details import COUNTRIES, spelled
from domain.errors import InvalidInput
from tests.amounts import amount

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOLDS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
    "in": operator.eq,
}
LANGUAGES = ("aa", "en", "es", "es-MX", "zu")
TIME_ZONES = available_timezones() - {"localtime", "Factory"}
WORDS: dict[str, Collection[str]] = {
    "kind": ("organisation", "person"),
    "language": LANGUAGES,
    "country": COUNTRIES,
    "time_zone": TIME_ZONES - cldr.aliases("zones").keys(),
}
"""The values of customers; of languages some."""
YEARS = (1, 2026)
LARGEST_COUNT = 10**15 - 1
EARLIEST = datetime.min.replace(tzinfo=UTC)
LATEST = NOW + timedelta(days=1)


def own(field: str, value: str) -> str | None:
    """How a customer who states this value has it; None if the customer's own command refuses it."""
    if field == "kind":
        return value if value in WORDS["kind"] else None
    try:
        return str(spelled({field: value}, NOW.date())[field])
    except InvalidInput:
        return None


def own_number(value: Any, lowest: int, highest: int) -> int | None:
    is_whole = not isinstance(value, bool) and isinstance(value, int | float) and value == int(value)
    return int(value) if is_whole and lowest <= value <= highest else None


def can_match(field: str, op: str, value: Any) -> bool:
    """Whether some customer can have a value for which the comparison holds."""
    if field in WORDS:
        stated = own(field, value)
        some = {*WORDS[field], stated, f"{stated}-zz"} if field == "language" else {*WORDS[field]}
        if field == "language" and op in ("lt", "gt"):
            return stated is not None
        return stated is not None and any(HOLDS[op](known, stated) for known in some if known)
    if field.endswith("_at"):
        instant = datetime.fromisoformat(value)
        return any(HOLDS[op](known, instant) for known in (EARLIEST, min(instant, LATEST), LATEST))
    ends = YEARS if field == "year_of_birth" else (0, LARGEST_COUNT)
    number = own_number(value, *ends)
    return number is not None and any(HOLDS[op](known, number) for known in (*ends, number))


def is_accepted(field: str, op: str, value: Any) -> bool:
    return is_accepted_tree({"field": field, "op": op, "value": value})


def is_accepted_tree(leaf: dict[str, Any]) -> bool:
    for tree in (leaf, {"not": leaf}):
        try:
            parse(tree, declared={}, segment=lambda _: None)
            refuse_future(tree, NOW)
        except InvalidCriteria as refused:
            assert "value" in refused.path.split(".")
            return False
    return True


NUMBERS = st.sampled_from((-1, 0, 1, 1990, 2026, 2027, 9999, 10_000, LARGEST_COUNT))
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(
        sorted({*LANGUAGES, "ES", "ad", "ZW", "AD", "UK", "person", "organisation", "Person", "UTC", "Zulu"})
    )
    | st.sampled_from(sorted(TIME_ZONES)),
    "number": NUMBERS | NUMBERS.map(lambda number: number + 0.5) | NUMBERS.map(float) | st.integers(-5, 3000),
    "instant": st.datetimes(datetime(1990, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)).map(
        datetime.isoformat
    ),
}


@st.composite
def comparisons(draw: st.DrawFn) -> tuple[str, str, Any]:
    field = draw(st.sampled_from(sorted(FIELDS)))
    return field, draw(st.sampled_from(sorted(HOLDS))), draw(VALUES[FIELDS[field].type])


@settings(derandomize=True, deadline=None, max_examples=amount(20_000, quick=500))
@given(comparisons())
@example(("order_count", "lt", 0))
@example(("year_of_birth", "gt", 2026))
@example(("registered_at", "ge", "2027-01-01T00:00:00+00:00"))
@example(("registered_at", "lt", "2027-01-01T00:00:00+00:00"))
@example(("kind", "lt", "organisation"))
@example(("time_zone", "gt", "Zulu"))
def test_a_comparison_is_accepted_exactly_if_some_customer_can_match_it(told: tuple[str, str, Any]) -> None:
    field, op, value = told
    assert is_accepted(field, op, [value] if op == "in" else value) is can_match(field, op, value)


@pytest.mark.parametrize("op", sorted(HOLDS.keys() - {"in"}))
@pytest.mark.parametrize("value", ["-1", "-0.01", "0", "0.00", "0.01", "5"])
def test_an_amount_is_accepted_exactly_if_somebody_can_have_spent_so(op: str, value: str) -> None:
    stated = Decimal(value)
    can = stated >= 0 and any(HOLDS[op](spent, stated) for spent in (Decimal(0), stated, stated + 1))
    assert is_accepted_tree({"spent": {"op": op, "value": value}}) is can


@pytest.mark.parametrize(
    ("tree", "path", "message"),
    [
        (
            {"field": "year_of_birth", "op": "in", "value": [1990, 1990.5]},
            "value.1",
            "A whole number from 1 to 9999.",
        ),
        ({"field": "order_count", "op": "lt", "value": 0}, "value", "No value is below 0."),
        ({"field": "year_of_birth", "op": "eq", "value": 2027}, "value", "This is later than 2026-03-01."),
        (
            {"all": [{"field": "orders.last_at", "op": "ge", "value": "2027-01-01T00:00:00Z"}]},
            "all.0.value",
            "This is later than 2026-03-01.",
        ),
    ],
)
def test_the_refusal_names_the_path_and_the_bound(tree: Any, path: str, message: str) -> None:
    with pytest.raises(InvalidCriteria) as refused:
        parse(tree, declared={}, segment=lambda _: None)
        refuse_future(tree, NOW)
    assert (refused.value.path, refused.value.message) == (path, message)
