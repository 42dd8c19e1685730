"""An order: placed once, refunded in parts, cancelled as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import singledispatchmethod
from typing import Self
from uuid import UUID

from domain.aggregates import Aggregate
from domain.errors import DifferentContent
from domain.facts import Circumstances, Fact
from domain.money import currency_code, money_above_zero
from domain.orders.errors import OrderAlreadyCancelled, RefundAboveOrder
from domain.orders.events import OrderCancelled, OrderPlaced, OrderRefunded
from domain.orders.lines import GivenLine, order_lines, total
from domain.plain_text import numbering, optional_text, plain_text


@dataclass(frozen=True)
class _Reversal:
    """The content of a refund or a cancellation, kept to recognise a repetition."""

    reason: str | None
    occurred_at: datetime
    amount: Decimal | None = None

    def repeats(self, earlier: "_Reversal", dated: bool) -> bool:
        same = (self.reason, self.amount) == (earlier.reason, earlier.amount)
        return same and (not dated or self.occurred_at == earlier.occurred_at)


class Order(Aggregate, begun_by=(OrderPlaced,)):
    """Refunds may add up to the order's amount (`left` is the rest). A cancelled order takes no refund."""

    @classmethod
    def place(
        cls,
        order_id: UUID,
        customer_id: UUID,
        circumstances: Circumstances,
        *,
        currency: str,
        lines: Sequence[GivenLine],
        source: str | None = None,
        number: str | None = None,
        channel: str | None = None,
    ) -> Self:
        numbering(source, number)
        currency_code(currency)
        return cls.begin(
            OrderPlaced,
            order_id,
            circumstances,
            customer_id=customer_id,
            currency=currency,
            lines=order_lines(lines, currency),
            source=source,
            number=number,
            channel=optional_text(channel, "channel"),
        )

    def cancel(self, circumstances: Circumstances, *, reason: str | None = None, dated: bool = False) -> None:
        """Cancels the order. The same cancellation again changes nothing, another raises OrderAlreadyCancelled.

        `dated`: the caller gave the date, so another date makes another cancellation.
        """
        cancellation = _Reversal(reason, circumstances.occurred_at)
        if self.cancellation is not None:
            if cancellation.repeats(self.cancellation, dated):
                return
            raise OrderAlreadyCancelled()
        self.trigger(
            OrderCancelled,
            circumstances,
            customer_id=self.customer_id,
            currency=self.currency,
            amount=self.left,
            reason=reason,
        )

    def refund(
        self,
        circumstances: Circumstances,
        *,
        refund_id: str,
        amount: str,
        reason: str | None = None,
        dated: bool = False,
    ) -> None:
        """Refunds `amount`, a decimal string in the order's currency.

        The same refund again changes nothing. Another content with the same `refund_id` raises
        DifferentContent.
        """
        plain_text(refund_id, "refund_id")
        refund = _Reversal(
            reason, circumstances.occurred_at, money_above_zero(amount, self.currency, "amount")
        )
        earlier = self.refunds.get(refund_id)
        if earlier is None:
            self._pay_back(circumstances, refund_id, refund)
        elif not refund.repeats(earlier, dated):
            raise DifferentContent(refund_id=refund_id)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: OrderPlaced) -> None:
        self.customer_id = fact.customer_id
        self.currency = fact.currency
        self.left = total(fact.lines)
        self.refunds: dict[str, _Reversal] = {}
        self.cancellation: _Reversal | None = None

    @apply.register
    def _(self, fact: OrderRefunded) -> None:
        self.left -= fact.amount
        self.refunds[fact.refund_id] = _Reversal(fact.reason, fact.occurred_at, fact.amount)

    @apply.register
    def _(self, fact: OrderCancelled) -> None:
        self.cancellation = _Reversal(fact.reason, fact.occurred_at)

    def _pay_back(self, circumstances: Circumstances, refund_id: str, refund: _Reversal) -> None:
        if self.cancellation is not None:
            raise OrderAlreadyCancelled()
        if refund.amount is None or refund.amount > self.left:
            raise RefundAboveOrder(left=str(self.left), currency=self.currency)
        self.trigger(
            OrderRefunded,
            circumstances,
            customer_id=self.customer_id,
            refund_id=refund_id,
            currency=self.currency,
            amount=refund.amount,
            reason=refund.reason,
        )
