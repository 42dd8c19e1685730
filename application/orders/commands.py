"""The commands about orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.statements import CustomerStatement, Statement
from domain.orders.lines import GivenLine


@dataclass(frozen=True, kw_only=True)
class PlaceOrder(CustomerStatement):
    """Places an order. `order_id` identifies it, or else `source` and `number` if another system numbers it.

    Without `currency` the amounts are in the installation's currency.
    """

    lines: Sequence[GivenLine]
    order_id: UUID | None = None
    source: str | None = None
    number: str | None = None
    currency: str | None = None
    channel: str | None = None


@dataclass(frozen=True, kw_only=True)
class CancelOrder(Statement):
    order_id: UUID
    reason: str | None = None


@dataclass(frozen=True, kw_only=True)
class RefundOrder(Statement):
    """Refunds a part of an order. `amount` is a decimal string in the order's currency.

    Without `refund_id` every command is a new refund.
    """

    order_id: UUID
    amount: str
    refund_id: str | None = None
    reason: str | None = None
