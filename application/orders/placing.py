"""Places many orders at once. Compares each with the log, and saves the new ones in one append."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from application.natural_identity import as_duplicate, recorded_before, stated_content
from application.requests import Answer, Request
from application.store import Store
from domain.errors import DifferentContent, InvalidInput
from domain.facts import Fact
from domain.orders.events import OrderPlaced
from domain.orders.order import Order

Outcome = Answer | InvalidInput | DifferentContent


@dataclass(frozen=True, kw_only=True)
class TakenOrder:
    """An order, the answer to it if it is new, and its content, which is read before saving empties the order."""

    order: Order
    answer: Answer
    content: Mapping[str, object]


class Placing:
    """Takes orders and refusals. `save` returns the outcomes in the same order."""

    def __init__(self, store: Store, request: Request) -> None:
        self._store = store
        self._request = request
        self._taken: list[TakenOrder | InvalidInput] = []

    def take(self, order: Order, answer: Answer, *, dated: bool) -> None:
        """Adds an order. `dated` means that the caller gave its `occurred_at`."""
        first = cast(Fact, order.pending_events[0])
        self._taken.append(TakenOrder(order=order, answer=answer, content=stated_content(first, dated)))

    def refuse(self, refusal: InvalidInput) -> None:
        self._taken.append(refusal)

    def save(self) -> list[Outcome]:
        """Saves the new orders. The answers to them all have the position of the last one.

        Raises Conflict, and saves nothing, if somebody else recorded one of them meanwhile.
        """
        new = self._new_orders()
        saved = self._store.save(*new.values(), request=self._request, answer=Answer())
        return [
            taken
            if isinstance(taken, InvalidInput)
            else self._outcome(taken, new.get(taken.order.id), saved.position)
            for taken in self._taken
        ]

    def _new_orders(self) -> dict[UUID, Order]:
        entries = [taken for taken in self._taken if isinstance(taken, TakenOrder)]
        present = self._store.present(Order, [entry.order.id for entry in entries])
        new: dict[UUID, Order] = {}
        for entry in entries:
            if entry.order.id not in present:
                new.setdefault(entry.order.id, entry.order)
        return new

    def _outcome(self, entry: TakenOrder, new: Order | None, position: int) -> Outcome:
        if entry.order is new:
            return entry.answer.at(position)
        try:
            first = recorded_before(self._store, entry.order, OrderPlaced, entry.content)
        except DifferentContent as refusal:
            return refusal
        return as_duplicate(entry.answer, first or position).at(first or position)
