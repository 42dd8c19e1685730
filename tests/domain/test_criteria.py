"""What criteria may say, and how what they may not say is refused."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.catalogue.attribute_types import AttributeType
from domain.criteria import AllOf, AnyOf, Compare, Did, InSegment, Not, Spent, parse
from domain.criteria.errors import InvalidCriteria
from domain.criteria.fields import DOINGS, FIELDS, OPERATORS, PLACES_IN_360
from domain.criteria.vocabularies import Vocabulary
from domain.customers.details import CustomerKind, spelled
from domain.errors import InvalidInput
from domain.plain_text import one_of
from domain.touchpoints.events import TouchpointKind

DECLARED = {"score": "number", "tier": "text", "vip": "boolean", "since": "date", "seen": "instant"}
SPAIN = {"field": "country", "op": "eq", "value": "ES"}
CLOSED = {"kind": "person", "language": "es", "country": "ES", "time_zone": "Europe/Madrid"}
"""Fields with a closed vocabulary, and a value of it."""
SEGMENT, OTHER = UUID(int=1), UUID(int=2)


def read(tree: object, segments: Mapping[UUID, Any] | None = None) -> Any:
    return parse(tree, declared=DECLARED, segment=(segments or {}).get)


def refused(tree: object, segments: Mapping[UUID, Any] | None = None) -> tuple[str, str]:
    """The path and the code of the refusal."""
    with pytest.raises(InvalidCriteria) as caught:
        read(tree, segments)
    assert caught.value.message
    return caught.value.path, caught.value.code


def leaf(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def test_criteria_become_a_tree_of_plain_values() -> None:
    tree = {"all": [SPAIN, {"any": [{"not": SPAIN}, {"did": {"kind": "visit"}}]}]}
    spain = Compare(field="country", type=AttributeType.TEXT, op="eq", value="ES")
    assert read(tree) == AllOf(items=(spain, AnyOf(items=(Not(item=spain), Did(kind="visit")))))


def test_what_somebody_did_or_spent_may_be_bounded() -> None:
    bounded = {"kind": "call", "channel": "phone", "at_least": 3, "within_days": 90}
    assert read({"did": bounded}) == Did(kind="call", channel="phone", at_least=3, within_days=90)
    assert read({"did_not": {"kind": "order"}}) == Not(item=Did(kind="order"))
    spent = {"op": "ge", "value": "100.50", "currency": "USD", "within_days": 30}
    assert read({"spent": spent}) == Spent(op="ge", value=Decimal("100.50"), currency="USD", within_days=30)
    assert read({"spent": {"op": "gt", "value": "100"}}) == Spent(op="gt", value=Decimal(100))


@pytest.mark.parametrize(
    ("field", "value", "read_as"),
    [
        ("attributes.score", 1.5, Decimal("1.5")),
        ("year_of_birth", 1980, Decimal(1980)),
        ("attributes.tier", "gold", "gold"),
        ("attributes.vip", True, True),
        ("attributes.since", "2026-01-31", date(2026, 1, 31)),
        ("attributes.seen", "2026-01-31T12:00:00+02:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("registered_at", "2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
    ],
)
def test_a_value_is_read_as_the_type_of_its_field(field: str, value: Any, read_as: Any) -> None:
    assert read(leaf(field, "eq", value)).value == read_as


def test_a_list_is_read_value_by_value_and_existence_needs_none() -> None:
    assert read(leaf("country", "in", ["ES", "PT"])).value == ("ES", "PT")
    assert read({"field": "country", "op": "exists"}).value is True
    assert read(leaf("country", "exists", False)).value is False


def test_a_field_may_be_named_by_its_place_in_the_360() -> None:
    assert set(PLACES_IN_360.values()) <= set(FIELDS)
    for place, field in PLACES_IN_360.items():
        assert read({"field": place, "op": "exists"}).field == field


def test_what_somebody_can_have_done_are_the_kinds_of_touchpoints_orders_and_complaints() -> None:
    assert set(map(str, TouchpointKind)) | {"order", "complaint"} == DOINGS


def test_a_segment_is_read_with_its_criteria() -> None:
    inner = read(SPAIN)
    assert read({"segment": str(SEGMENT)}, {SEGMENT: SPAIN}) == InSegment(segment_id=SEGMENT, criteria=inner)


@pytest.mark.parametrize(
    ("tree", "path", "code"),
    [
        (None, "", "not_an_object"),
        ([], "", "not_an_object"),
        ("country = 'ES'", "", "not_an_object"),
        ({}, "", "unknown_criterion"),
        ({"sql": "true"}, "", "unknown_criterion"),
        ({"all": [], "any": []}, "", "unknown_criterion"),
        ({"all": [], "extra": 1}, "extra", "unknown_name"),
        ({"all": SPAIN}, "all", "wrong_type"),
        ({"all": [SPAIN, 7]}, "all.1", "not_an_object"),
        ({"not": [SPAIN]}, "not", "not_an_object"),
        ({"not": {"any": [{"field": "x", "op": "eq", "value": 1}]}}, "not.any.0.field", "unknown_field"),
        (leaf("name", "eq", "Ana"), "field", "unknown_field"),
        (leaf("birth_date", "eq", "1980-01-01"), "field", "unknown_field"),
        (leaf("attributes.shoe_size", "eq", 1), "field", "unknown_field"),
        (leaf("score", "eq", 1), "field", "unknown_field"),
        (leaf("person_id", "eq", "x"), "field", "unknown_field"),
        ({"field": ["country"], "op": "eq", "value": 1}, "field", "wrong_type"),
        ({"field": "country", "value": "ES"}, "op", "missing"),
        ({"field": "country", "op": "eq"}, "value", "missing"),
        ({**SPAIN, "or": 1}, "or", "unknown_name"),
        (leaf("country", "like", "E%"), "op", "unknown_operator"),
        (leaf("country", ["eq"], "ES"), "op", "unknown_operator"),
        (leaf("year_of_birth", "contains", 1), "op", "unknown_operator"),
        (leaf("attributes.vip", "gt", True), "op", "unknown_operator"),
        (leaf("country", "eq", 7), "value", "wrong_type"),
        (leaf("country", "eq", None), "value", "wrong_type"),
        (leaf("country", "eq", "x" * 501), "value", "too_long"),
        (leaf("country", "eq", "a\x00b"), "value", "unstorable"),
        (leaf("country", "contains", "\ud800"), "value", "unstorable"),
        (leaf("country", "in", "ES"), "value", "wrong_type"),
        (leaf("country", "in", ["ES", 7]), "value.1", "wrong_type"),
        (leaf("country", "in", ["ES"] * 1001), "value", "too_long"),
        (leaf("country", "exists", "yes"), "value", "wrong_type"),
        (leaf("year_of_birth", "eq", True), "value", "wrong_type"),
        (leaf("year_of_birth", "eq", "1980"), "value", "wrong_type"),
        (leaf("year_of_birth", "eq", float("nan")), "value", "wrong_type"),
        (leaf("year_of_birth", "eq", float("inf")), "value", "wrong_type"),
        (leaf("year_of_birth", "eq", 10**400), "value", "wrong_type"),
        (leaf("year_of_birth", "eq", 1990.5), "value", "out_of_range"),
        (leaf("year_of_birth", "in", [1990, 0]), "value.1", "out_of_range"),
        (leaf("year_of_birth", "le", 10_000), "value", "out_of_range"),
        (leaf("order_count", "lt", -1), "value", "out_of_range"),
        (leaf("orders.count", "lt", 0), "value", "matches_nobody"),
        (leaf("country", "gt", "zw"), "value", "matches_nobody"),
        (leaf("country", "in", []), "value", "matches_nobody"),
        ({"any": []}, "any", "matches_nobody"),
        ({"all": [SPAIN, {"any": []}]}, "all.1.any", "matches_nobody"),
        ({"not": {"all": []}}, "not", "matches_nobody"),
        ({"not": {"all": [{"any": [SPAIN, {"all": []}]}]}}, "not", "matches_nobody"),
        ({"not": {"not": {"not": {"all": []}}}}, "not", "matches_nobody"),
        ({"not": {"any": [SPAIN, {"not": {"not": {"all": []}}}]}}, "not", "matches_nobody"),
        ({"any": [SPAIN, {"not": {"all": []}}]}, "any.1.not", "matches_nobody"),
        (leaf("attributes.since", "eq", "2026-02-30"), "value", "wrong_type"),
        (leaf("registered_at", "eq", "2026-01-31"), "value", "wrong_type"),
        (leaf("registered_at", "eq", "2026-01-31T12:00:00"), "value", "wrong_type"),
        ({"did": "visit"}, "did", "not_an_object"),
        ({"did": {}}, "did.kind", "missing"),
        ({"did": {"kind": "sneezed"}}, "did.kind", "unknown_word"),
        ({"did": {"kind": "visit", "where": {}}}, "did.where", "unknown_name"),
        ({"did": {"kind": "visit", "at_least": 0}}, "did.at_least", "out_of_range"),
        ({"did": {"kind": "visit", "at_least": True}}, "did.at_least", "wrong_type"),
        ({"did": {"kind": "visit", "within_days": 10**9}}, "did.within_days", "out_of_range"),
        ({"did_not": {"kind": "visit", "channel": 7}}, "did_not.channel", "wrong_type"),
        ({"spent": {"op": "in", "value": "1"}}, "spent.op", "unknown_operator"),
        ({"spent": {"op": "gt"}}, "spent.value", "missing"),
        ({"spent": {"op": "gt", "value": "1e3"}}, "spent.value", "invalid_money"),
        ({"spent": {"op": "ge", "value": "-1"}}, "spent.value", "invalid_money"),
        ({"spent": {"op": "gt", "value": "1; drop"}}, "spent.value", "invalid_money"),
        ({"spent": {"op": "gt", "value": True}}, "spent.value", "invalid_money"),
        ({"spent": {"op": "gt", "value": 100}}, "spent.value", "invalid_money"),
        ({"spent": {"op": "gt", "value": "1", "currency": "euro"}}, "spent.currency", "invalid_currency"),
        ({"spent": {"op": "gt", "value": "1", "within_days": "7"}}, "spent.within_days", "wrong_type"),
        ({"segment": 7}, "segment", "wrong_type"),
        ({"segment": "spain"}, "segment", "invalid_id"),
        ({"segment": str(OTHER)}, "segment", "unknown_segment"),
        ({"responded": {"campaign_id": str(OTHER)}}, "", "unknown_criterion"),
    ],
)
def test_what_is_not_known_is_refused_where_it_stands(tree: object, path: str, code: str) -> None:
    assert refused(tree) == (path, code)


@pytest.mark.parametrize(
    "tree",
    [
        {"not": {"not": {"all": []}}},
        {"not": {"not": {"not": {"not": {"all": []}}}}},
        {"not": {"all": [SPAIN, {"not": {"not": {"all": []}}}]}},
        {"not": {"segment": str(SEGMENT)}},
    ],
)
def test_criteria_that_leave_nobody_out_are_accepted_at_any_depth(tree: object) -> None:
    assert read(tree, {SEGMENT: {"not": {"not": {"all": []}}}})


def test_a_path_never_carries_what_cannot_be_shown() -> None:
    path, code = refused({"all": [], "a\x00\ud800" + "b" * 1000: 1})
    assert (len(path), path[:3], code) == (100, "a??", "unknown_name")


def nested(levels: int) -> dict[str, Any]:
    return SPAIN if levels == 1 else {"not": nested(levels - 1)}


def test_a_tree_is_at_most_twenty_levels_deep() -> None:
    assert read(nested(20))
    assert refused(nested(21)) == (".".join(["not"] * 20), "too_deep")


def test_a_tree_has_at_most_five_hundred_criteria() -> None:
    assert read({"all": [SPAIN] * 499})
    assert refused({"all": [SPAIN] * 500}) == ("all.499", "too_many")


def test_a_tree_asks_at_most_fifty_times_what_was_done_or_spent() -> None:
    did, spent = {"did": {"kind": "visit"}}, {"spent": {"op": "gt", "value": "1.00"}}
    assert read({"any": [did, spent] * 25})
    assert refused({"any": [did, spent] * 25 + [{"did_not": {"kind": "call"}}]}) == ("any.50", "too_many")


def test_a_segment_counts_with_all_that_is_in_it() -> None:
    inside = {SEGMENT: {"all": [SPAIN] * 300}}
    use = {"segment": str(SEGMENT)}
    assert refused({"any": [use, use]}, inside) == ("any.1.segment.all.195", "too_many")
    deep = {SEGMENT: nested(18)}
    assert read({"not": use}, deep)
    assert refused({"not": {"not": use}}, deep)[1] == "too_deep"


def test_a_segment_that_contains_itself_is_refused() -> None:
    use, other = {"segment": str(SEGMENT)}, {"segment": str(OTHER)}
    cycle = {SEGMENT: {"all": [SPAIN, other]}, OTHER: {"not": use}}
    assert refused(use, {SEGMENT: use}) == ("segment.segment", "segment_cycle")
    assert refused(use, cycle) == ("segment.all.1.segment.not.segment", "segment_cycle")
    assert read({"all": [other, other]}, {OTHER: SPAIN})


def test_every_field_takes_exactly_the_operators_of_its_type() -> None:
    samples = {"text": "x", "number": 7, "boolean": True, "date": "2026-01-31"}
    samples["instant"] = "2026-01-31T12:00:00Z"
    everything = {op for ops in OPERATORS.values() for op in ops}
    for field, type_ in {
        **{name: field.type for name, field in FIELDS.items()},
        **{f"attributes.{n}": AttributeType(t) for n, t in DECLARED.items()},
    }.items():
        for op in everything:
            sample = "organisation" if (field, op) == ("kind", "gt") else CLOSED.get(field, samples[type_])
            value = {"in": [sample], "exists": True}.get(op, sample)
            if op in OPERATORS[type_]:
                assert read(leaf(field, op, value)).op == op
            else:
                assert refused(leaf(field, op, value)) == ("op", "unknown_operator")


def by_the_customers_command(field: str, value: str) -> str | None:
    """How a customer who says this value has it; None where the command refuses it."""
    try:
        if field == "kind":
            return str(one_of(value, list(CustomerKind), "kind"))
        return str(spelled({field: value}, date(2026, 1, 1))[field])
    except InvalidInput:
        return None


TRIED = (
    *("person", "Person", "PERSON", "company", "organisation", "organization", "persona"),
    *(
        "es",
        "ES",
        "Es",
        "es-MX",
        "es-mx",
        "ES_mx",
        "es_MX",
        "zh-hant-tw",
        "xx",
        "spanish",
        "e",
        "english",
        "iw",
    ),
    *("Spain", "ESP", "UK", "GB", "gb", "xk", "EU", "E", "\u00e9s"),
    *(
        "Europe/Madrid",
        "europe/madrid",
        "Madrid",
        "EUROPE/MADRID",
        "Europe/Barcelona",
        "UTC",
        "utc",
        "Asia/Calcutta",
        "US/Pacific",
        "localtime",
    ),
    *("", "x", "null", "'; drop table", "%"),
)


@pytest.mark.parametrize("op", ["eq", "ne", "le", "ge", "in"])
@pytest.mark.parametrize("field", sorted(CLOSED))
def test_a_value_of_a_closed_field_is_read_as_the_customers_own_is(field: str, op: str) -> None:
    verdicts = set()
    for value in TRIED:
        stored = by_the_customers_command(field, value)
        verdicts.add(stored is not None)
        tree = {"all": [leaf(field, op, [value] if op == "in" else value)]}
        if stored is not None:
            (read_leaf,) = read(tree).items
            assert read_leaf.value == ((stored,) if op == "in" else stored)
        else:
            with pytest.raises(InvalidCriteria) as refusal:
                read(tree)
            assert refusal.value.path == ("all.0.value.0" if op == "in" else "all.0.value")
            _, suggests, meant = refusal.value.message.removesuffix(".").partition(" The nearest is ")
            assert not suggests or by_the_customers_command(field, meant) == meant
    assert verdicts == {True, False}


def test_every_text_field_of_a_customer_has_a_closed_vocabulary() -> None:
    texts = {name: field for name, field in FIELDS.items() if field.type == AttributeType.TEXT}
    assert all(isinstance(field.values, Vocabulary) for field in texts.values())
    assert texts.keys() == CLOSED.keys()


@pytest.mark.parametrize(
    ("tree", "path", "nearest"),
    [
        (leaf("country", "eq", "ESP"), "value", "ES"),
        (leaf("language", "eq", "es_MX"), "value", "es-MX"),
        (leaf("time_zone", "in", ["UTC", "europe/madrid"]), "value.1", "Europe/Madrid"),
        (leaf("time_zone", "eq", "Madrid"), "value", "Europe/Madrid"),
        (leaf("kind", "ne", "Person"), "value", "person"),
        (leaf("kind", "contains", "Person"), "value", "person"),
        (leaf("country", "contains", "Spain"), "value", "ES"),
        (leaf("country", "eq", "Spain"), "value", "ES"),
        (leaf("country", "eq", "espa\u00f1a"), "value", "ES"),
        (leaf("country", "eq", "ESPANA"), "value", "ES"),
        (leaf("country", "eq", "UK"), "value", "GB"),
        (leaf("country", "eq", "U.S.A."), "value", "US"),
        (leaf("country", "eq", "Germny"), "value", "DE"),
        (leaf("language", "eq", "Spanish"), "value", "es"),
        (leaf("language", "eq", "ingl\u00e9s"), "value", "en"),
        (leaf("time_zone", "eq", "New York"), "value", "America/New_York"),
        (leaf("time_zone", "eq", "calcutta"), "value", "Asia/Kolkata"),
        (leaf("time_zone", "contains", "Calcutta"), "value", "Asia/Kolkata"),
        (leaf("kind", "eq", "organization"), "value", "organisation"),
        ({"did": {"kind": "Visit"}}, "did.kind", "visit"),
        ({"did": {"kind": "e-mail opened"}}, "did.kind", "email_opened"),
        ({"did": {"kind": "visit", "channel": "Web"}}, "did.channel", "web"),
        ({"did_not": {"kind": "call", "channel": "phones"}}, "did_not.channel", "phone"),
        ({"spent": {"op": "gt", "value": "1", "currency": "Euro"}}, "spent.currency", "EUR"),
        ({"spent": {"op": "gt", "value": "1", "currency": "eur"}}, "spent.currency", "EUR"),
    ],
)
def test_a_value_that_nobody_can_have_is_refused_with_the_nearest(
    tree: dict[str, Any], path: str, nearest: str
) -> None:
    with pytest.raises(InvalidCriteria) as refusal:
        read({"not": tree})
    assert refusal.value.path == f"not.{path}"
    assert refusal.value.message.endswith(f" The nearest is {nearest}.")


@pytest.mark.parametrize(
    "tree",
    [
        leaf("country", "eq", "XX"),
        leaf("country", "eq", "E"),
        leaf("country", "eq", "Congo, the"),
        leaf("language", "eq", "xx"),
        leaf("language", "eq", "xqz"),
        leaf("time_zone", "eq", "Etc/GMT1"),
        leaf("kind", "eq", "robot"),
        {"spent": {"op": "gt", "value": "1", "currency": "dollar"}},
        {"did": {"kind": "call", "channel": "telegraph"}},
    ],
)
def test_a_value_that_may_mean_several_or_nothing_brings_no_suggestion(tree: dict[str, Any]) -> None:
    with pytest.raises(InvalidCriteria) as refusal:
        read(tree)
    assert "nearest" not in refusal.value.message


@pytest.mark.parametrize(
    ("field", "part", "read_as"),
    [
        ("country", "e", "E"),
        ("language", "mx", "MX"),
        ("language", "es-mx", "es-MX"),
        ("language", "HANT", "Hant"),
        ("language", "ES", "ES"),
        ("language", "spa", "es"),
        ("language", "iw", "he"),
        ("language", "UK", "GB"),
        ("time_zone", "Europe/", "Europe/"),
        ("kind", "person", "person"),
        ("attributes.tier", " gold ", " gold "),
    ],
)
def test_a_part_of_a_value_is_spelled_as_values_are(field: str, part: str, read_as: str) -> None:
    assert read(leaf(field, "contains", part)).value == read_as


def test_a_text_is_read_as_customers_texts_are_stored() -> None:
    assert read(leaf("attributes.tier", "eq", " cafe\u0301 ")).value == "caf\u00e9"
    assert read(leaf("country", "in", [" es "])).value == ("ES",)
    assert read({"did": {"kind": "order", "channel": " kiosk "}}).channel == "kiosk"
