"""Use cases of orders."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from application.orders.commands import CancelOrder, PlaceOrder, RefundOrder
from application.orders.service import OrdersService
from domain.errors import DifferentContent
from domain.facts import derived_id
from domain.orders.errors import OrderNotFound, RefundAboveOrder
from domain.orders.events import OrderCancelled, OrderPlaced, OrderRefunded
from domain.orders.lines import GivenLine
from tests.application.setting import ANNA, BY_EMAIL, NOW, STRANGER, Setting, request, shown

LINE = GivenLine(sku="LAMP", quantity=Decimal(1), amount="30")
PLACE = PlaceOrder(customer_id=ANNA, lines=[LINE], occurred_at=NOW - timedelta(days=1))
NUMBERED = replace(PLACE, source="shop", number="1001")


@pytest.fixture
def setting() -> Setting:
    return Setting()


@pytest.fixture
def orders(setting: Setting) -> OrdersService:
    return OrdersService(store=setting.store, ids=setting.ids, whose=setting.whose, default_currency="EUR")


@pytest.fixture
def placed(orders: OrdersService) -> UUID:
    return UUID(orders.place_order(PLACE, request()).body["order_id"])


def test_an_order_without_currency_is_in_the_installations(orders: OrdersService, setting: Setting) -> None:
    answer = orders.place_order(PLACE, request())
    assert shown(answer) == (True, False, 2)
    assert answer.body == {"order_id": str(UUID(int=1)), "customer_id": str(ANNA)}
    (fact,) = setting.told()
    assert isinstance(fact, OrderPlaced)
    assert (fact.currency, fact.lines[0].amount) == ("EUR", Decimal("30.00"))


def test_an_order_of_an_unknown_customer_is_accepted_and_says_so(
    orders: OrdersService, setting: Setting
) -> None:
    answer = orders.place_order(replace(PLACE, customer_id=STRANGER), request())
    assert answer.body["customer_known"] is False
    by_email = orders.place_order(replace(PLACE, customer_id=None, identifier=BY_EMAIL), request())
    assert by_email.body["customer_id"] == str(setting.profile_by_email())
    assert "customer_known" not in by_email.body


def test_the_clients_id_else_source_and_number_are_the_orders_identity(orders: OrdersService) -> None:
    by_id = orders.place_order(replace(PLACE, order_id=STRANGER), request())
    by_number = orders.place_order(NUMBERED, request())
    assert by_id.body["order_id"] == str(STRANGER)
    assert by_number.body["order_id"] == str(derived_id("order", "shop", "1001"))


@pytest.mark.parametrize("command", [NUMBERED, replace(PLACE, order_id=STRANGER)])
def test_the_same_order_again_is_a_duplicate_and_another_content_is_refused(
    orders: OrdersService, setting: Setting, command: PlaceOrder
) -> None:
    first = orders.place_order(command, request())
    # 30.0 is the same amount as 30.
    same = replace(command, lines=[replace(LINE, quantity=Decimal("1.0"), amount="30.0")])
    again = orders.place_order(same, request())
    assert shown(again) == (False, True, 2)
    assert again.body["order_id"] == first.body["order_id"]
    with pytest.raises(DifferentContent) as refused:
        orders.place_order(replace(command, lines=[replace(LINE, amount="31")]), request())
    assert refused.value.details == {"position": "2"}
    assert len(setting.told()) == 1


def test_an_order_may_have_the_id_of_something_else(orders: OrdersService) -> None:
    placed = orders.place_order(replace(PLACE, order_id=ANNA), request())
    assert (placed.created, placed.body["order_id"]) == (True, str(ANNA))


def test_refunds_and_a_cancellation_tell_what_they_change(
    orders: OrdersService, setting: Setting, placed: UUID
) -> None:
    refund = orders.refund_order(RefundOrder(order_id=placed, amount="10", refund_id="r1"), request())
    assert refund.body == {"order_id": str(placed), "refund_id": "r1"}
    cancelled = orders.cancel_order(CancelOrder(order_id=placed, reason="late"), request())
    assert (refund.created, refund.version, cancelled.created, cancelled.version) == (True, 2, False, 3)
    _, refunded, off = setting.told()
    assert isinstance(refunded, OrderRefunded)
    assert isinstance(off, OrderCancelled)
    assert (refunded.amount, off.amount) == (Decimal("10.00"), Decimal("20.00"))


def test_a_refund_id_again_is_a_duplicate_and_without_one_each_is_its_own(
    orders: OrdersService, setting: Setting, placed: UUID
) -> None:
    command = RefundOrder(order_id=placed, amount="10", refund_id="r1")
    orders.refund_order(command, request())
    again = orders.refund_order(command, request(received_at=NOW + timedelta(hours=1)))
    assert shown(again) == (False, True, 3)
    with pytest.raises(DifferentContent):
        orders.refund_order(replace(command, amount="9"), request())
    nameless = RefundOrder(order_id=placed, amount="10")
    first, second = orders.refund_order(nameless, request()), orders.refund_order(nameless, request())
    assert first.body["refund_id"] != second.body["refund_id"]
    with pytest.raises(RefundAboveOrder) as refused:
        orders.refund_order(nameless, request())
    assert refused.value.details == {"left": "0.00", "currency": "EUR"}
    assert len(setting.told()) == 4


def test_cancelling_twice_leaves_the_log_as_it_is(
    orders: OrdersService, setting: Setting, placed: UUID
) -> None:
    for _ in range(2):
        answer = orders.cancel_order(CancelOrder(order_id=placed), request())
        assert (answer.version, answer.position) == (2, 3)
    assert len(setting.told()) == 2


def test_commands_on_what_is_no_order_are_not_found(orders: OrdersService) -> None:
    for unknown in (STRANGER, ANNA):
        with pytest.raises(OrderNotFound):
            orders.cancel_order(CancelOrder(order_id=unknown), request())
        with pytest.raises(OrderNotFound):
            orders.refund_order(RefundOrder(order_id=unknown, amount="1"), request())
