"""Many orders at once: each is answered as it would be alone, and the new ones are one append."""

from dataclasses import replace
from decimal import Decimal

import pytest

from application.orders.commands import PlaceOrder
from application.orders.placing import Outcome
from application.orders.service import OrdersService
from application.requests import Answer
from domain.errors import DifferentContent, InvalidInput
from domain.orders.lines import GivenLine
from tests.application.setting import ANNA, NOW, Setting, request

LINE = GivenLine(sku="LAMP", quantity=Decimal(1), amount="30")


@pytest.fixture
def setting() -> Setting:
    return Setting()


@pytest.fixture
def orders(setting: Setting) -> OrdersService:
    return OrdersService(store=setting.store, ids=setting.ids, whose=setting.whose, default_currency="EUR")


def order(number: str, amount: str = "30") -> PlaceOrder:
    line = replace(LINE, amount=amount)
    return PlaceOrder(customer_id=ANNA, lines=[line], occurred_at=NOW, source="shop", number=number)


def kinds(outcomes: list[Outcome]) -> list[str]:
    return [_kind(one) for one in outcomes]


def _kind(outcome: Outcome) -> str:
    if isinstance(outcome, Answer):
        return "duplicate" if outcome.duplicate else "new"
    return type(outcome).__name__


def test_new_orders_are_one_append(orders: OrdersService, setting: Setting) -> None:
    outcomes = orders.place_orders([order("1"), order("2"), order("3")], request())
    assert kinds(outcomes) == ["new"] * 3
    assert (setting.store.saves, len(setting.told())) == (1, 3)
    assert {one.position for one in outcomes if isinstance(one, Answer)} == {setting.store.head()}


def test_each_is_answered_in_its_place(orders: OrdersService, setting: Setting) -> None:
    orders.place_order(order("1"), request())
    bad = replace(order("9"), lines=[])
    given = [order("1"), bad, order("1", "31"), order("2"), order("2"), order("2", "31"), order("3")]
    outcomes = orders.place_orders(given, request())
    assert kinds(outcomes) == [
        "duplicate",
        "InvalidInput",
        "DifferentContent",
        "new",
        "duplicate",
        "DifferentContent",
        "new",
    ]
    assert len(setting.told()) == 3
    refused = outcomes[2]
    assert isinstance(refused, DifferentContent)
    assert refused.details == {"position": "2"}
    assert isinstance(outcomes[1], InvalidInput)
    assert outcomes[1].path == "lines"


def test_the_same_again_changes_nothing(orders: OrdersService, setting: Setting) -> None:
    given = [order("1"), order("2")]
    orders.place_orders(given, request())
    assert kinds(orders.place_orders(given, request())) == ["duplicate"] * 2
    assert len(setting.told()) == 2


def test_one_that_somebody_else_records_meanwhile_is_a_duplicate(
    orders: OrdersService, setting: Setting
) -> None:
    setting.store.meanwhile = lambda: orders.place_order(order("2"), request())
    assert kinds(orders.place_orders([order("1"), order("2"), order("3")], request())) == [
        "new",
        "duplicate",
        "new",
    ]
    assert len(setting.told()) == 3
