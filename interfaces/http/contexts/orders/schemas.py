"""Schemas of orders, their cancellations and refunds."""

from typing import ClassVar

from domain.orders.lines import GivenLine
from interfaces.http.schemas.base import BodyIn
from interfaces.http.schemas.common import NUMBERED, CustomerStatementIn, StatementIn, StoredOut
from interfaces.http.schemas.fields import (
    LONGEST_NUMBER,
    Currency,
    Flag,
    Id,
    Many,
    Money,
    Part,
    Prose,
    Quantity,
    Text,
)
from interfaces.http.schemas.fields.numbers import ABOVE_ZERO, FROM_ZERO

MOST_LINES = 1_000


class OrderLineIn(BodyIn):
    """A line of an order. `amount` and `cost` are for the whole line, not for one piece."""

    sku = Text(required=True)
    quantity = Quantity(required=True)
    amount = Money(required=True)
    cost = Money(notation=FROM_ZERO)
    makes: ClassVar = GivenLine


class PlaceOrderIn(CustomerStatementIn):
    """A new order. Its identity is `order_id` if given, else (`source`, `number`)."""

    order_id = Id()
    source = Text()
    number = Text(longest=LONGEST_NUMBER)
    currency = Currency()
    lines = Many(Part(OrderLineIn), required=True, least=1, most=MOST_LINES)
    channel = Text()
    rules: ClassVar = NUMBERED
    example: ClassVar = {
        "source": "shop",
        "number": "2026-1017",
        "identifier": {"kind": "email", "value": "ana@example.org"},
        "occurred_at": "2026-01-31T09:30:00Z",
        "currency": "EUR",
        "lines": [{"sku": "SHOE-42", "quantity": "2", "amount": "119.80", "cost": "64.00"}],
        "channel": "web",
    }


class CancelOrderIn(StatementIn):
    """The cancellation of an order."""

    reason = Prose()
    example: ClassVar = {"reason": "Ana changed her mind.", "occurred_at": "2026-02-01T10:00:00Z"}


class RefundOrderIn(StatementIn):
    """A refund of an order. `refund_id`: the client's own id of the refund."""

    refund_id = Text()
    amount = Money(notation=ABOVE_ZERO, required=True)
    reason = Prose()
    example: ClassVar = {
        "refund_id": "2026-1017-1",
        "amount": "59.90",
        "reason": "One pair came back.",
        "occurred_at": "2026-02-01T09:00:00Z",
    }


class OrderStoredOut(StoredOut):
    """The order that the command was about."""

    order_id = Id(required=True)


class OrderPlacedOut(OrderStoredOut):
    """The order. `customer_known` is false if the customer is not registered yet."""

    customer_id = Id(required=True)
    customer_known = Flag()


class OrderRefundedOut(OrderStoredOut):
    """The refund of the order."""

    refund_id = Text(required=True)
