"""Amounts in criteria are money."""

from copy import deepcopy
from decimal import Decimal
from typing import Any

import pytest

from domain.criteria import Spent, parse
from domain.criteria.errors import InvalidCriteria
from domain.criteria.money import refuse_other_amounts


def spent(value: Any, **more: Any) -> dict[str, Any]:
    return {"spent": {"op": "ge", "value": value, **more}}


@pytest.mark.parametrize(
    ("tree", "path", "code"),
    [
        (spent("1.005"), "spent.value", "too_many_digits"),
        (spent("1.5", currency="JPY"), "spent.value", "too_many_digits"),
        (spent("100000000000"), "spent.value", "invalid_money"),
        ({"all": [{"any": []}, {"not": spent("1.005")}]}, "all.1.not.spent.value", "too_many_digits"),
        ({"any": [spent("1"), spent("1.0001")]}, "any.1.spent.value", "too_many_digits"),
    ],
)
def test_an_amount_that_is_written_is_money_of_its_currency_else_refused_by_its_path(
    tree: dict[str, Any], path: str, code: str
) -> None:
    with pytest.raises(InvalidCriteria) as refused:
        refuse_other_amounts(tree, "EUR")
    assert (refused.value.path, refused.value.code) == (path, code)


@pytest.mark.parametrize(
    "tree",
    [
        spent("1"),
        spent("1.50"),
        spent("1.5", currency=None),
        spent("1.005", currency="TND"),
        {"not": {"all": [spent("99999999999.99"), {"field": "kind", "op": "eq", "value": "person"}]}},
        {"segment": "00000000-0000-4000-8000-000000000001"},
    ],
)
def test_what_is_money_may_be_written_and_is_left_as_it_is(tree: dict[str, Any]) -> None:
    written = deepcopy(tree)
    refuse_other_amounts(tree, "EUR")
    assert tree == written


@pytest.mark.parametrize(
    ("value", "amount"), [("1", "1"), ("1.50", "1.5"), ("99999999999.99", "99999999999.99")]
)
def test_an_amount_that_is_money_is_read_exactly(value: str, amount: str) -> None:
    read = parse(spent(value), declared={}, segment=lambda _: None)
    assert isinstance(read, Spent)
    assert read.value == Decimal(amount)


@pytest.mark.parametrize("value", [1, 1.5, True, None])
def test_an_amount_that_is_no_string_cannot_be_read(value: Any) -> None:
    with pytest.raises(InvalidCriteria) as refused:
        parse(spent(value), declared={}, segment=lambda _: None)
    assert (refused.value.path, refused.value.code) == ("spent.value", "invalid_money")
