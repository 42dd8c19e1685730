"""Orders, their cancellations and refunds."""

from uuid import UUID

from application.orders.commands import CancelOrder, PlaceOrder, RefundOrder
from application.requests import Answer
from interfaces import value_rules as rules
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.orders.schemas import (
    CancelOrderIn,
    OrderPlacedOut,
    OrderRefundedOut,
    OrderStoredOut,
    PlaceOrderIn,
    RefundOrderIn,
)
from interfaces.http.current import services
from interfaces.http.requests_in import command_request

orders = Routes("orders", "What customers bought.")
AN_ORDER = "/api/orders/<uuid:order_id>"


@orders.command("/api/orders", PlaceOrderIn, OrderPlacedOut, status=201, rules=rules.ORDER)
@action("orders:write")
def place_order(body: Body) -> Answer:
    """Records an order; the same order again is a duplicate."""
    return services().orders.place_order(PlaceOrder(**body), command_request())


@orders.command(f"{AN_ORDER}/cancellations", CancelOrderIn, OrderStoredOut)
@action("orders:write")
def cancel_order(body: Body, order_id: UUID) -> Answer:
    """Cancels the order. The rest of its value no longer counts."""
    return services().orders.cancel_order(CancelOrder(order_id=order_id, **body), command_request())


@orders.command(f"{AN_ORDER}/refunds", RefundOrderIn, OrderRefundedOut, status=201)
@action("orders:write")
def refund_order(body: Body, order_id: UUID) -> Answer:
    """Records a refund. All refunds together never exceed the order's amount."""
    return services().orders.refund_order(RefundOrder(order_id=order_id, **body), command_request())
