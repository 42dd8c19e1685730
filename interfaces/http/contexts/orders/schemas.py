"""Schemas of orders, their cancellations and refunds."""

from typing import ClassVar

from domain.orders.events import OrderStatus, OrderStep
from domain.orders.lines import GivenLine
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import (
    NUMBERED,
    CustomerStatementIn,
    MomentQuery,
    PageOut,
    PageQuery,
    ReadOut,
    StatementIn,
    StoredOut,
)
from interfaces.http.schemas.fields import (
    LONGEST_NUMBER,
    Amount,
    Currency,
    Flag,
    Id,
    Instant,
    Many,
    Money,
    Part,
    Position,
    Prose,
    Quantity,
    QueriedInstant,
    Text,
    Word,
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


class OrdersQuery(PageQuery, MomentQuery):
    """Filters of orders. An order must match all given filters.

    Orders of a past moment can be listed for one customer only.
    """

    customer_id = Id(metadata={"description": "Only orders of this customer, from all linked profiles."})
    number = Text(
        longest=LONGEST_NUMBER,
        metadata={
            "description": "Only orders with this number, in upper and lower case as it was sent. Several sources may"
            " have given the same number.",
            "examples": ["A-1001"],
        },
    )
    source = Text(metadata={"description": "Only orders that this source numbered, together with `number`."})
    status = Word(list(OrderStatus), metadata={"description": "Only orders with this status."})
    since = QueriedInstant(metadata={"description": "Only orders placed at this instant or later."})
    until = QueriedInstant(metadata={"description": "Only orders placed before this instant."})


class OrderLineOut(BodyOut):
    """A line of an order. `amount` and `cost` are for the whole line. `cost` is null where nobody said it."""

    sku = Text(required=True)
    quantity = Quantity(required=True)
    amount = Amount(required=True)
    cost = Amount(required=True, allow_none=True)


class OrderSummaryOut(BodyOut):
    """An order with its lines.

    `customer_id`: the customer it was placed for, or the profile of an identifier. `person_id`: the person whom links
    make of this profile. `value`: `amount` less refunds; 0.00 for a cancelled order.
    """

    order_id = Id(required=True)
    customer_id = Id(required=True)
    person_id = Id(required=True)
    customer_known = Flag(
        required=True, metadata={"description": "False if the customer is not registered yet."}
    )
    status = Word(list(OrderStatus), required=True)
    source = Text(required=True, allow_none=True)
    number = Text(required=True, allow_none=True, longest=LONGEST_NUMBER)
    channel = Text(required=True, allow_none=True)
    brand = Text(required=True, allow_none=True)
    division = Text(required=True, allow_none=True)
    placed_at = Instant(required=True)
    cancelled_at = Instant(required=True, allow_none=True)
    currency = Currency(required=True)
    lines = Many(Part(OrderLineOut), required=True)
    amount = Amount(required=True, metadata={"examples": ["59.80"]})
    refunded = Amount(required=True, metadata={"examples": ["9.90"]})
    value = Amount(required=True, metadata={"examples": ["49.90"]})
    position = Position(required=True)


class OrderStepOut(BodyOut):
    """A step of an order. `amount`: what was ordered, refunded or cancelled.

    `reason` is null where nobody said it, and once its profile key is deleted. `late`: the step is dated before the
    placing.
    """

    step = Word(list(OrderStep), required=True)
    occurred_at = Instant(required=True)
    recorded_at = Instant(required=True)
    actor = Text(required=True)
    brand = Text(required=True, allow_none=True)
    division = Text(required=True, allow_none=True)
    amount = Amount(required=True)
    refund_id = Text(required=True, allow_none=True)
    reason = Prose(required=True, allow_none=True)
    late = Flag(required=True)
    position = Position(required=True)


class OrderOut(OrderSummaryOut, ReadOut):
    """An order with its steps in the log's order: its placing, its refunds and its cancellation."""

    steps = Many(Part(OrderStepOut), required=True)


class OrdersOut(PageOut):
    """Orders with their lines, the newest first."""

    items = Many(Part(OrderSummaryOut), required=True)
