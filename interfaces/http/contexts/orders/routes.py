"""Orders, their cancellations and refunds."""

from contextlib import AbstractContextManager
from typing import Any, cast
from uuid import UUID

from application.moments import Moment, ReadModels
from application.orders.commands import CancelOrder, PlaceOrder, RefundOrder
from application.requests import Answer
from domain.errors import InvalidInput
from domain.orders.errors import OrderNotFound
from domain.orders.events import OrderPlaced
from domain.orders.order import Order
from interfaces import value_rules as rules
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.orders.schemas import (
    CancelOrderIn,
    OrderOut,
    OrderPlacedOut,
    OrderRefundedOut,
    OrdersOut,
    OrdersQuery,
    OrderStoredOut,
    PlaceOrderIn,
    RefundOrderIn,
)
from interfaces.http.current import services
from interfaces.http.moments import moment_of, refuse_past_of_all, refuse_reversed, without_etag
from interfaces.http.paging import Instant, Position, page, place_of
from interfaces.http.paused import reads
from interfaces.http.people import person_named
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import MomentQuery
from projections.orders.listing import placed_order, placed_orders

orders = Routes("orders", "What customers bought.")
READS = ("identity", "customers", "orders")
"""The projections that orders are read from: an order says whose it is and whether the customer is registered."""
AN_ORDER = "/api/orders/<uuid:order_id>"


@orders.command("/api/orders", PlaceOrderIn, OrderPlacedOut, status=201, location=AN_ORDER, rules=rules.ORDER)
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


@orders.question("/api/orders", OrdersQuery, OrdersOut)
@action("orders:read")
@reads(*READS)
def list_orders(query: Body) -> dict[str, Any]:
    """Lists orders, the newest first: all, or those of one customer, now or at a past moment."""
    moment, customer_id = moment_of(query), query.pop("customer_id", None)
    refuse_reversed(query)
    _refuse_source_alone(query)
    if customer_id is None:
        refuse_past_of_all(moment, "Orders")
        with services().reading.snapshot() as connection:
            return _listed(connection, query)
    with services().moments.of_person(moment, customer_id, READS) as models:
        person = person_named(models.connection, customer_id)
        return _listed(models.connection, query, profiles=person.profiles)


@orders.question(AN_ORDER, MomentQuery, OrderOut)
@action("orders:read")
@reads(*READS)
def show_order(query: Body, order_id: UUID) -> dict[str, Any]:
    """Returns an order with its lines and steps, now or at a past moment. A past answer has no ETag."""
    moment = moment_of(query)
    with _models_of(moment, order_id) as models:
        order = placed_order(models.connection, services().reading.cipher, order_id)
        if order is None:
            raise OrderNotFound()
    shown = dict(vars(order))
    return without_etag(shown) if moment.is_past else shown


def _listed(connection: Any, query: Body, **of: Any) -> dict[str, Any]:
    limit, before = query.pop("limit"), place_of(query.pop("cursor", None), tuple[Instant, Position])
    listed = placed_orders(connection, before=before, limit=limit + 1, **of, **query)
    return page(listed, limit, lambda order: order.place)


def _models_of(moment: Moment, order_id: UUID) -> AbstractContextManager[ReadModels]:
    """Opens the read models of the order and of the person who ordered."""
    moments = services().moments
    if moment.is_past:
        return moments.of_person(moment, _ordered_by(order_id), READS)
    return moments.of_stream(moment, Order.stream_of(order_id), READS)


def _ordered_by(order_id: UUID) -> UUID:
    """Returns the profile that the order was recorded for, as the log has it. Raises OrderNotFound."""
    first = services().store.first_fact(Order, order_id)
    if first is None:
        raise OrderNotFound()
    return cast(OrderPlaced, first[0]).customer_id


def _refuse_source_alone(query: Body) -> None:
    if "source" in query and "number" not in query:
        raise InvalidInput(
            "source says whose number it is: name the number, too.", path="number", code="number_needed"
        )
