"""Criteria as SQL: the same people as plain Python finds, and never a value in a statement."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import Connection

from domain.catalogue.attribute_types import AttributeType
from domain.criteria import Criteria, parse
from domain.criteria.fields import COMPARISONS, DOINGS, FIELDS, OPERATORS
from projections.audience.compile import COLUMNS
from projections.audience.reading import matching, members, size
from tests.builders import START, Story, named
from tests.projections.hostile_texts import INJECTIONS
from tests.projections.laws import close_logs, lawful, told_log
from tests.projections.log import Database
from tests.projections.reference.audience import audience
from tests.projections.reference.criteria import Person, meets, people

AT = START + timedelta(days=100)
DECLARED = {"score": "number", "tier": "text", "vip": "boolean", "since": "date", "seen": "instant"}
SEGMENT = named("a segment")


def tell() -> Story:
    """Eight registered profiles of six persons, one who never registered, and what they did."""
    story, names = Story(), [named(f"customer {n}") for n in range(8)]
    languages = ("es", "en", "es", None, "zz", "ES", "é", "es-AR")
    for number, (customer, language) in enumerate(zip(names, languages, strict=True)):
        attributes = {"score": number - 1.5, "vip": number % 2 == 0, "tier": "gold'"} if number % 3 else {}
        dated = {"since": f"20{10 + number}-02-28", "seen": f"2026-01-0{number + 1}T01:00:00+02:00"}
        story.register(
            customer,
            kind="person" if number else "organisation",
            language=language,
            country="ES" if number > 4 else None,
            year_of_birth=1970 + number if number % 2 else None,
            attributes=attributes | (dated if number > 2 else {}),
        )
    for number, customer in enumerate((*names[:6], named("nobody"))):
        for days in range(number):
            story.touch(customer, kind="visit", at=AT - timedelta(days=10 * days))
            story.touch(customer, kind="email_opened", machine=True, at=AT)
            story.order(customer, f"{10 * days}.50", at=AT - timedelta(days=7 * days), channel="web")
    bought = story.order(names[6], "99.00", currency="USD")
    story.refund(bought, "9.00")
    story.close(story.complain(names[6]))
    story.complain(names[7])
    story.touch(names[7], kind="call", channel="phone", at=AT - timedelta(days=30))
    story.link(names[6], names[5], basis="stated")
    story.link(named("nobody"), names[4])
    story.link(names[1], names[0], basis="stated")
    return story


class Town:
    """Everyone there is, for SQL and for plain Python."""

    def __init__(self, database: Database) -> None:
        self._log = told_log(database)
        self._log.empty("audience")
        self._log.append(tell().facts)
        self._log.catch_up()
        self.people = people(audience(self._log.recorded()))

    def found(self, criteria: Criteria, currency: str = "EUR") -> list[UUID]:
        with self.reading() as reading:
            return members(reading, criteria, AT, currency=currency)

    @contextmanager
    def reading(self) -> Iterator[Connection[Any]]:
        with self._log.reading() as reading:
            yield reading

    def expected(self, criteria: Criteria, currency: str = "EUR") -> list[UUID]:
        return sorted(one.person_id for one in self.people if meets(one, criteria, AT, currency))


@pytest.fixture
def town(database: Database) -> Iterator[Town]:
    """Told once for all examples of a test."""
    yield Town(database)
    close_logs()


def read(tree: object) -> Criteria:
    return parse(tree, declared=DECLARED, segment={SEGMENT: {"field": "country", "op": "exists"}}.get)


VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.sampled_from(("es", "ES", "en", "e", "", "person", "gold'", "é", *INJECTIONS[:4])),
    "number": st.integers(-3, 5) | st.sampled_from((-0.5, 0.5, 4.5, 1973, 1975.0)),
    "boolean": st.booleans(),
    "date": st.sampled_from(("2014-02-28", "2015-01-01", "0001-01-01", "9999-12-31")),
    "instant": st.sampled_from(("2026-01-05T09:03:00Z", "2026-01-04T23:00:00Z", "2026-04-15T09:00:00+00:00")),
}
CLOSED = {
    "kind": (("person", "organisation"), ("person", "er")),
    "language": (("es", "EN", "es-ar", "zu"), ("e", "AR", "es-")),
    "country": (("es", "ES", "PT"), ("E", "s")),
    "time_zone": (("Europe/Madrid", "UTC"), ("Europe/", "UTC")),
}
"""Values of fields with a closed vocabulary, and parts of them."""
TYPES = {
    **{name: field.type for name, field in FIELDS.items()},
    **{f"attributes.{name}": type_ for name, type_ in DECLARED.items()},
}


def _values(field: str, op: str, type_: str) -> st.SearchStrategy[Any]:
    if (field, op) in (("kind", "lt"), ("kind", "gt")):
        return st.just("person" if op == "lt" else "organisation")
    if (field, op) == ("time_zone", "gt"):
        return st.just("Europe/Madrid")  # no zone comes after UTC
    if field in CLOSED:
        return st.sampled_from(CLOSED[field][op == "contains"])
    if field == "year_of_birth":
        return st.integers(1970, 1978)
    return st.integers(int(op == "lt"), 5) if type_ == "number" and field in FIELDS else VALUES[type_]


@st.composite
def comparisons(draw: st.DrawFn) -> dict[str, Any]:
    field, type_ = draw(st.sampled_from(sorted(TYPES.items())))
    op = draw(st.sampled_from([name for known, ops in OPERATORS.items() if known == type_ for name in ops]))
    values = _values(field, op, type_)
    value = {"in": st.lists(values, min_size=1, max_size=3), "exists": st.booleans()}.get(op, values)
    return {"field": field, "op": op, "value": draw(value)}


DAYS = st.sampled_from((1, 7, 10, 20, 30, 31, 36_500))
DID = st.fixed_dictionaries(
    {"kind": st.sampled_from(("visit", "order", "complaint", "email_opened", "call"))},
    optional={
        "channel": st.sampled_from(("web", "phone", "partner")),
        "at_least": st.integers(1, 5),
        "within_days": DAYS,
    },
)
SPENT = st.fixed_dictionaries(
    {
        "op": st.sampled_from(COMPARISONS),
        "value": st.sampled_from(("0", "10.50", "0.01", "21.00", "90", "63.0")),
    },
    optional={"currency": st.sampled_from(("EUR", "USD", "JPY")), "within_days": DAYS},
).filter(lambda spent: (spent["op"], spent["value"]) != ("lt", "0"))
LEAVES = (
    comparisons()
    | st.fixed_dictionaries({"did": DID})
    | st.fixed_dictionaries({"did_not": DID})
    | st.fixed_dictionaries({"spent": SPENT})
    | st.just({"segment": str(SEGMENT)})
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)})
        | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=8,
)


@lawful()
@given(trees=st.lists(TREES, min_size=20, max_size=20), currency=st.sampled_from(("EUR", "USD")))
def test_sql_finds_the_people_whom_plain_python_finds(town: Town, trees: list[Any], currency: str) -> None:
    for tree in trees:
        criteria = read(tree)
        assert town.found(criteria, currency) == town.expected(criteria, currency), tree


@lawful()
@given(tree=TREES, other=TREES)
def test_everyone_is_in_criteria_or_not_in_them_and_the_count_is_the_length(
    town: Town, tree: Any, other: Any
) -> None:
    everyone = town.found(read({"all": []}))
    found = town.found(read(tree))
    assert town.found(read({"any": [tree, {"not": tree}]})) == everyone
    assert town.found(read({"all": [tree, {"not": tree}]})) == []
    assert town.found(read({"not": {"not": tree}})) == found
    assert set(town.found(read({"all": [tree, other]}))) <= set(found)
    with town.reading() as reading:
        assert size(reading, read(tree), AT, currency="EUR") == len(found)
        assert matching(reading, everyone, read(tree), AT, currency="EUR") == set(found)


def test_every_field_that_criteria_know_has_its_column() -> None:
    assert COLUMNS.keys() == FIELDS.keys()


def test_there_are_persons_of_each_sort_in_these_tests(town: Town) -> None:
    everyone = town.found(read({"all": []}))
    assert everyone == sorted(one.person_id for one in town.people)
    assert len(everyone) == 6
    assert named("nobody") not in everyone


def one(town: Town, customer: int) -> Person:
    return next(each for each in town.people if each.person_id == named(f"customer {customer}"))


def test_what_is_not_known_fails_every_comparison_and_not_of_it_holds(town: Town) -> None:
    unknown = named("customer 3")
    assert one(town, 3).fields["language"] is None
    for op in (*COMPARISONS, "contains"):
        leaf = {"field": "language", "op": op, "value": "es"}
        assert unknown not in town.found(read(leaf))
        assert unknown in town.found(read({"not": leaf}))
    assert unknown in town.found(read({"field": "language", "op": "exists", "value": False}))
    unheard_of = {"field": "attributes.tier", "op": "ne", "value": "gold"}
    assert unknown not in town.found(read(unheard_of))


def test_an_attribute_of_another_type_than_it_is_declared_with_is_not_known(town: Town) -> None:
    for type_, value in (("number", 1), ("boolean", True)):
        leaf = {"field": "attributes.tier", "op": "ne", "value": value}
        assert town.found(parse(leaf, declared={"tier": type_}, segment=lambda _: None)) == []


def test_within_so_many_days_is_so_many_times_24_hours_half_open(town: Town) -> None:
    for days, counted in ((30, False), (31, True)):
        did = {"did": {"kind": "call", "within_days": days}}
        assert (named("customer 7") in town.found(read(did))) is counted


def test_lately_spent_is_of_orders_placed_in_so_many_times_24_hours_half_open(town: Town) -> None:
    three = {"op": "eq", "value": "31.50"}
    assert named("customer 3") in town.found(read({"spent": {**three, "within_days": 15}}))
    assert named("customer 3") not in town.found(read({"spent": {**three, "within_days": 14}}))


def test_the_same_doing_on_two_channels_is_asked_for_twice(town: Town) -> None:
    by_phone = {"did": {"kind": "call", "channel": "phone"}}
    by_chat = {"did": {"kind": "call", "channel": "chat"}}
    assert town.found(read({"all": [by_phone, {"not": by_chat}]})) == [named("customer 7")]
    assert town.found(read({"all": [by_phone, by_chat]})) == []


def test_machines_do_nothing_for_those_they_act_for(town: Town) -> None:
    assert town.found(read({"did": {"kind": "email_opened"}})) == []
    opened = {"field": "touchpoint_count", "op": "gt", "value": 0}
    assert named("customer 2") in town.found(read(opened))


def test_spent_is_what_is_left_in_the_currency_named_else_in_the_installations(town: Town) -> None:
    dollars = {"spent": {"op": "eq", "value": "90.00", "currency": "USD"}}
    unnamed = {"spent": {"op": "eq", "value": "90.00"}}
    assert town.found(read(dollars)) == [named("customer 5")] == town.found(read(unnamed), currency="USD")
    assert town.found(read(unnamed)) == []


def test_who_bought_nothing_spent_zero(town: Town) -> None:
    nothing = read({"spent": {"op": "eq", "value": "0"}})
    assert named("customer 7") in town.found(nothing)
    assert named("customer 7") in town.found(read({"spent": {"op": "lt", "value": "1", "within_days": 7}}))


def test_what_came_by_a_linked_profile_counts_for_its_person(town: Town) -> None:
    ten_visits = {"did": {"kind": "visit", "at_least": 10}}
    assert town.found(read(ten_visits)) == [named("customer 4")]


def test_a_hostile_text_in_any_leaf_finds_nobody_and_harms_nothing(town: Town) -> None:
    everyone = town.found(read({"all": []}))
    for text in INJECTIONS:
        for op in OPERATORS[AttributeType.TEXT]:
            value = {"in": [text, text], "exists": True}.get(op, text)
            criteria = read({"field": "attributes.tier", "op": op, "value": value})
            assert town.found(criteria) == town.expected(criteria)
        assert town.found(read({"did": {"kind": "order", "channel": text}})) == []
    assert town.found(read({"all": []})) == everyone


def test_every_kind_of_doing_is_asked_for_alike(town: Town) -> None:
    for kind in sorted(DOINGS):
        criteria = read({"did": {"kind": kind}})
        assert town.found(criteria) == town.expected(criteria)


def test_the_same_question_at_another_instant_counts_back_from_there(town: Town) -> None:
    recently = read({"did": {"kind": "call", "within_days": 1}})
    with town.reading() as reading:
        called_at: datetime = AT - timedelta(days=30)
        assert members(reading, recently, called_at, currency="EUR") == [named("customer 7")]


@pytest.mark.parametrize(
    ("field", "value", "matching"),
    [
        ("language", "ES", ["es", "es"]),
        ("language", "ES-ar", ["es-AR"]),
        ("country", "es", ["ES", "ES"]),
        ("kind", "organisation", ["organisation"]),
    ],
)
def test_a_value_that_the_customers_command_normalises_matches(
    town: Town, field: str, value: str, matching: list[str]
) -> None:
    known = {one.person_id: one.fields[field] for one in town.people}
    for op, told in (("eq", value), ("in", [value])):
        criteria = read({"field": field, "op": op, "value": told})
        assert [known[one] for one in town.found(criteria)] == matching
    outside = read({"not": {"field": field, "op": "eq", "value": value}})
    assert len(town.found(outside)) == len(known) - len(matching)
