"""The use cases for orders: place, refund and cancel."""

from collections.abc import Sequence
from uuid import UUID

from application.catalogue.declared import Declared
from application.customers.whose import Whose
from application.natural_identity import of_kind, save_once, save_unless_so
from application.orders.commands import CancelOrder, PlaceOrder, RefundOrder
from application.orders.placing import Outcome, Placing
from application.requests import Answer, Request
from application.statements import whose_body
from application.store import Store, load, retried
from domain.errors import Conflict, DifferentContent, InvalidInput
from domain.facts import derived_id
from domain.orders.errors import OrderNotFound
from domain.orders.events import OrderCancelled, OrderRefunded
from domain.orders.order import Order
from domain.plain_text import numbering
from domain.ports import Ids


class OrdersService:
    """Handles the commands about orders. Every answer names the order.

    Feeds may arrive in any sequence, so the customer of an order does not have to be registered yet.
    """

    def __init__(self, *, store: Store, ids: Ids, whose: Whose, default_currency: str) -> None:
        self._store = store
        self._ids = ids
        self._whose = whose
        self.default_currency = default_currency
        self._declared = Declared(store)

    def place_order(self, command: PlaceOrder, request: Request) -> Answer:
        """Places an order. The same identity with the same content is a duplicate, else it is DifferentContent."""
        order, answer = self._placed(command, request)
        return save_once(self._store, order, request=request, answer=answer, dated=command.dated)

    def place_orders(self, commands: Sequence[PlaceOrder], request: Request) -> list[Outcome]:
        """Places orders. Each is answered or refused as by `place_order`. The new ones are saved at once."""
        placing = Placing(self._store, request)
        for command in commands:
            try:
                placing.take(*self._placed(command, request), dated=command.dated)
            except InvalidInput as refusal:
                placing.refuse(refusal)
        try:
            return placing.save()
        except Conflict:  # somebody else recorded one of them meanwhile
            return [self._outcome(command, request) for command in commands]

    @retried
    def cancel_order(self, command: CancelOrder, request: Request) -> Answer:
        order = load(self._store, Order, command.order_id, OrderNotFound, request)
        order.cancel(
            command.circumstances(request, self._declared.required),
            reason=command.reason,
            dated=command.dated,
        )
        answer = Answer(body={"order_id": str(order.id)}, version=order.version)
        made_so = of_kind(OrderCancelled)
        return save_unless_so(self._store, order, request=request, answer=answer, made_so=made_so)

    @retried
    def refund_order(self, command: RefundOrder, request: Request) -> Answer:
        """Refunds a part of an order. The same `refund_id` with the same content is a duplicate.

        Raises DifferentContent if the refund was recorded with other content.
        """
        order = load(self._store, Order, command.order_id, OrderNotFound, request)
        refund_id = command.refund_id or str(self._ids.new())
        order.refund(
            command.circumstances(request, self._declared.required),
            refund_id=refund_id,
            amount=command.amount,
            reason=command.reason,
            dated=command.dated,
        )
        body = {"order_id": str(order.id), "refund_id": refund_id}
        answer = Answer(body=body, version=order.version, created=True)
        return save_unless_so(
            self._store,
            order,
            request=request,
            answer=answer,
            made_so=lambda fact: isinstance(fact, OrderRefunded) and fact.refund_id == refund_id,
        )

    def _placed(self, command: PlaceOrder, request: Request) -> tuple[Order, Answer]:
        customer = self._whose.profile_of(command.customer_id, command.identifier, must_exist=False)
        order = Order.place(
            self._order_id(command),
            customer.profile_id,
            command.circumstances(request, self._declared.required),
            currency=command.currency or self.default_currency,
            lines=command.lines,
            source=command.source,
            number=command.number,
            channel=command.channel,
        )
        body = {"order_id": str(order.id), **whose_body(customer)}
        return order, Answer(body=body, version=order.version, created=True)

    def _outcome(self, command: PlaceOrder, request: Request) -> Outcome:
        try:
            return self.place_order(command, request)
        except (InvalidInput, DifferentContent) as refusal:
            return refusal

    def _order_id(self, command: PlaceOrder) -> UUID:
        if command.order_id is not None:
            return command.order_id
        numbered = numbering(command.source, command.number)
        return derived_id("order", *numbered) if numbered else self._ids.new()
