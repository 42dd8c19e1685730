"""Orders: placed, cancelled, refunded."""

from uuid import UUID

from application.orders.commands import CancelOrder, PlaceOrder, RefundOrder
from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.current import services
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.orders import (
    CancelOrderIn,
    OrderPlacedOut,
    OrderRefundedOut,
    OrderStoredOut,
    PlaceOrderIn,
    RefundOrderIn,
)

orders = Routes("orders", "What customers bought.")
AN_ORDER = "/api/orders/<uuid:order_id>"


@orders.route("/api/orders", methods=["POST"])
@action("orders:write")
@orders.command(PlaceOrderIn, OrderPlacedOut, status=201)
def place_order(body: Body) -> Answer:
    """Records an order; the same order again is a duplicate."""
    return services().orders.place_order(PlaceOrder(**body), command_request())


@orders.route(f"{AN_ORDER}/cancellations", methods=["POST"])
@action("orders:write")
@orders.command(CancelOrderIn, OrderStoredOut)
def cancel_order(body: Body, order_id: UUID) -> Answer:
    """The order is off; what was left of its value is taken back."""
    return services().orders.cancel_order(CancelOrder(order_id=order_id, **body), command_request())


@orders.route(f"{AN_ORDER}/refunds", methods=["POST"])
@action("orders:write")
@orders.command(RefundOrderIn, OrderRefundedOut, status=201)
def refund_order(body: Body, order_id: UUID) -> Answer:
    """Money of the order went back, never more than the order's."""
    return services().orders.refund_order(RefundOrder(order_id=order_id, **body), command_request())
