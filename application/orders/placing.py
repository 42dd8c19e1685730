"""Many orders at once, each met with what the log has: the new ones are saved in one append."""

from typing import cast
from uuid import UUID

from application.natural_identity import as_duplicate, recorded_before, told
from application.requests import Answer, Request
from application.store import Store
from domain.errors import DifferentContent, InvalidInput
from domain.facts import Fact
from domain.orders.order import Order

Outcome = Answer | InvalidInput | DifferentContent


class Placing:
    """Takes orders and refusals in their order; `save` gives the outcomes in the same order."""

    def __init__(self, store: Store, request: Request) -> None:
        self._store = store
        self._request = request
        self._taken: list[tuple[Order, Answer, bool] | InvalidInput] = []

    def take(self, order: Order, answer: Answer, *, dated: bool) -> None:
        self._taken.append((order, answer, dated))

    def refuse(self, refusal: InvalidInput) -> None:
        self._taken.append(refusal)

    def save(self) -> list[Outcome]:
        """Conflict where one of the new ones was recorded since this began: nothing is saved then."""
        contents = {id(order): self._content(order, dated) for order, _, dated in self._orders()}
        new = self._new()
        if new:
            self._store.save(*new.values(), request=self._request, answer=Answer())
        head = self._store.head()
        return [
            one if isinstance(one, InvalidInput) else self._outcome(one[0], one[1].at(head), contents, new)
            for one in self._taken
        ]

    def _orders(self) -> list[tuple[Order, Answer, bool]]:
        return [one for one in self._taken if not isinstance(one, InvalidInput)]

    def _new(self) -> dict[UUID, Order]:
        present = self._store.present([order.id for order, _, _ in self._orders()])
        new: dict[UUID, Order] = {}
        for order, _, _ in self._orders():
            if order.id not in present:
                new.setdefault(order.id, order)
        return new

    def _outcome(
        self,
        order: Order,
        answer: Answer,
        contents: dict[int, tuple[type[Fact], dict[str, object]]],
        new: dict[UUID, Order],
    ) -> Outcome:
        if new.get(order.id) is order:
            return answer
        try:
            recorded_before(self._store, order.id, *contents[id(order)])
        except DifferentContent as refusal:
            return refusal
        return as_duplicate(answer)

    def _content(self, order: Order, dated: bool) -> tuple[type[Fact], dict[str, object]]:
        """Taken before saving, which takes what is pending from the order."""
        first = cast(Fact, order.pending_events[0])
        return type(first), told(first, dated)
