"""The rules of an order."""

from decimal import Decimal
from typing import Any

import pytest

from domain.aggregates import Aggregate
from domain.errors import DifferentContent, InvalidInput, InvalidMoney
from domain.orders.errors import OrderAlreadyCancelled, RefundAboveOrder
from domain.orders.events import OrderCancelled, OrderLine, OrderPlaced, OrderRefunded
from domain.orders.lines import GivenLine
from domain.orders.order import Order
from tests.domain.scenario import CUSTOMER, STREAM, begun, given, minute, now, told

LAMP = GivenLine(sku="LAMP", quantity=Decimal(2), amount="30.00", cost="12.5")
CABLE = GivenLine(sku="CABLE", quantity=Decimal("1.5"), amount="0")
STORED_LAMP = OrderLine(sku="LAMP", quantity=Decimal(2), amount=Decimal("30.00"), cost=Decimal("12.50"))
STORED_CABLE = OrderLine(sku="CABLE", quantity=Decimal("1.5"), amount=Decimal("0.00"))
PLACED = told(OrderPlaced, currency="EUR", lines=(STORED_LAMP, STORED_CABLE))
REFUNDED = told(OrderRefunded, refund_id="r1", currency="EUR", amount=Decimal("10.00"), reason="scratch")
CANCELLED = told(OrderCancelled, currency="EUR", amount=Decimal("20.00"), reason="too late")


def placed(**values: Any) -> Aggregate:
    usual: dict[str, Any] = {"currency": "EUR", "lines": [LAMP, CABLE]}
    return Order.place(STREAM, CUSTOMER, now(), **usual | values)


def line(**values: Any) -> GivenLine:
    usual: dict[str, Any] = {"sku": "LAMP", "quantity": Decimal(1), "amount": "1"}
    return GivenLine(**usual | values)


def test_an_order_has_its_lines_in_the_currencys_minor_units() -> None:
    begun(lambda: placed(source="shop", number="1", channel="web")).then(
        told(
            OrderPlaced,
            currency="EUR",
            lines=(STORED_LAMP, STORED_CABLE),
            source="shop",
            number="1",
            channel="web",
        )
    )


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [line()] * 1_001}, "lines"),
        ({"lines": [line(), line(sku="")]}, "lines.1.sku"),
        ({"lines": [line(quantity=Decimal(0))]}, "lines.0.quantity"),
        ({"lines": [line(quantity=Decimal(-1))]}, "lines.0.quantity"),
        ({"lines": [line(quantity=Decimal("NaN"))]}, "lines.0.quantity"),
        ({"lines": [line(quantity=Decimal(10) ** 9)]}, "lines.0.quantity"),
        ({"lines": [line(quantity=Decimal("0.0000001"))]}, "lines.0.quantity"),
        ({"currency": "euro"}, "currency"),
        ({"number": "1"}, "source"),
    ],
)
def test_an_order_that_is_wrong_in_itself_is_refused_with_its_path(values: dict[str, Any], path: str) -> None:
    begun(lambda: placed(**values)).then_refused(InvalidInput, path=path)


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ([line(amount="-1")], "lines"),
        ([line(amount="19.99"), line(amount="-20.00")], "lines"),
        ([line(cost="-1")], "lines.0.cost"),
        ([line(amount="1.001")], "lines.0.amount"),
        ([line(), line(cost="x")], "lines.1.cost"),
        ([line(amount="60000000000")] * 2, "lines"),
    ],
)
def test_a_line_without_proper_money_is_refused_with_its_path(lines: list[GivenLine], path: str) -> None:
    begun(lambda: placed(lines=lines)).then_refused(InvalidMoney, path=path)


def test_a_line_may_be_negative_and_the_order_may_be_worth_nothing() -> None:
    order = placed(lines=[line(amount="20"), line(sku="VOUCHER", amount="-20.00")])
    assert [str(one.amount) for one in order.pending_events[0].lines] == ["20.00", "-20.00"]  # type: ignore[attr-defined]
    assert order.left == 0  # type: ignore[attr-defined]


def test_no_more_is_refunded_than_was_paid_after_the_voucher() -> None:
    voucher = OrderLine(sku="VOUCHER", quantity=Decimal(1), amount=Decimal("-10.00"))
    paid = told(OrderPlaced, currency="EUR", lines=(STORED_LAMP, voucher))
    given(paid).when(lambda o: o.refund(now(), refund_id="r", amount="20.01")).then_refused(RefundAboveOrder)
    given(paid).when(lambda o: o.cancel(now(), reason="too late")).then(CANCELLED)


def test_a_quantity_is_stored_without_an_exponent() -> None:
    order = placed(lines=[line(quantity=Decimal("1E+2"))])
    assert str(order.pending_events[0].lines[0].quantity) == "100"  # type: ignore[attr-defined]


def test_a_cancellation_carries_what_is_left() -> None:
    given(PLACED).when(lambda o: o.cancel(now())).then(
        told(OrderCancelled, currency="EUR", amount=Decimal("30.00"))
    )
    given(PLACED, REFUNDED).when(lambda o: o.cancel(now(), reason="too late")).then(CANCELLED)


def test_refunds_never_exceed_what_is_left() -> None:
    given(PLACED).when(lambda o: o.refund(now(), refund_id="all", amount="30")).then(
        told(OrderRefunded, refund_id="all", currency="EUR", amount=Decimal("30.00"))
    )
    given(PLACED, REFUNDED).when(lambda o: o.refund(now(), refund_id="r2", amount="20.00")).then(
        told(OrderRefunded, refund_id="r2", currency="EUR", amount=Decimal("20.00"))
    )
    given(PLACED, REFUNDED).when(lambda o: o.refund(now(), refund_id="r2", amount="20.01")).then_refused(
        RefundAboveOrder
    )


def test_the_same_refund_again_changes_nothing() -> None:
    again = {"refund_id": "r1", "amount": "10", "reason": "scratch"}
    given(PLACED, REFUNDED).when(lambda o: o.refund(now(), **again)).then_nothing()
    given(PLACED, REFUNDED).when(lambda o: o.refund(now(minute(2)), **again, dated=True)).then_nothing()
    given(PLACED, REFUNDED, CANCELLED).when(lambda o: o.refund(now(), **again)).then_nothing()


def test_a_known_refund_id_with_another_content_is_refused() -> None:
    order = given(PLACED, REFUNDED)
    order.when(lambda o: o.refund(now(), refund_id="r1", amount="9", reason="scratch")).then_refused(
        DifferentContent
    )
    order.when(lambda o: o.refund(now(), refund_id="r1", amount="10", reason="dent")).then_refused(
        DifferentContent
    )
    order.when(
        lambda o: o.refund(now(minute(9)), refund_id="r1", amount="10", reason="scratch", dated=True)
    ).then_refused(DifferentContent)


@pytest.mark.parametrize("amount", ["0", "-1", "1.234", "ten"])
def test_a_refund_is_money_above_zero(amount: str) -> None:
    given(PLACED).when(lambda o: o.refund(now(), refund_id="r", amount=amount)).then_refused(
        InvalidMoney, path="amount"
    )


def test_a_cancelled_order_is_not_refunded() -> None:
    given(PLACED, REFUNDED, CANCELLED).when(
        lambda o: o.refund(now(), refund_id="r2", amount="1")
    ).then_refused(OrderAlreadyCancelled)


def test_cancelling_again_changes_nothing_and_otherwise_is_refused() -> None:
    cancelled = given(PLACED, REFUNDED, CANCELLED)
    cancelled.when(lambda o: o.cancel(now(), reason="too late")).then_nothing()
    cancelled.when(lambda o: o.cancel(now(minute(3)), reason="too late", dated=True)).then_nothing()
    cancelled.when(lambda o: o.cancel(now(), reason="other")).then_refused(OrderAlreadyCancelled)
    cancelled.when(lambda o: o.cancel(now(), reason="too late", dated=True)).then_refused(
        OrderAlreadyCancelled
    )


def test_a_fully_refunded_order_is_cancelled_with_nothing_left() -> None:
    everything = told(OrderRefunded, refund_id="all", currency="EUR", amount=Decimal("30.00"))
    given(PLACED, everything).when(lambda o: o.cancel(now())).then(
        told(OrderCancelled, currency="EUR", amount=Decimal("0.00"))
    )
