"""Criteria that name the currency of what was spent."""

from domain.criteria.walking import in_currency

NAMED = {"spent": {"op": "gt", "value": "5", "currency": "USD", "within_days": 7}}
UNNAMED = {"spent": {"op": "gt", "value": "5"}}
RESOLVED = {"spent": {"op": "gt", "value": "5", "currency": "CHF"}}


def test_every_amount_that_names_no_currency_gets_it_however_deep_it_stands() -> None:
    segment = {"segment": "00000000-0000-4000-8000-000000000001"}
    others = [{"field": "kind", "op": "eq", "value": "person"}, {"did": {"kind": "visit"}}, segment, NAMED]
    tree = {"all": [*others, {"not": {"any": [UNNAMED, {"not": UNNAMED}]}}]}
    assert in_currency(tree, "CHF") == {"all": [*others, {"not": {"any": [RESOLVED, {"not": RESOLVED}]}}]}
    assert in_currency({"spent": {**UNNAMED["spent"], "currency": None}}, "CHF") == RESOLVED


def test_what_was_told_is_left_as_it_is_and_resolving_twice_changes_nothing() -> None:
    tree = {"any": [UNNAMED]}
    once = in_currency(tree, "CHF")
    assert tree == {"any": [{"spent": {"op": "gt", "value": "5"}}]}
    assert in_currency(once, "EUR") == once
