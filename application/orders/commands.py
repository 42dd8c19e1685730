"""What shops and back offices want of orders."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.statements import CustomerStatement, Statement
from domain.orders.lines import GivenLine


@dataclass(frozen=True, kw_only=True)
class PlaceOrder(CustomerStatement):
    """Its identity is `order_id` where given, else (`source`, `number`) where another system numbers it.

    Without `currency` the amounts are in the installation's.
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
    """`amount` is a decimal string in the order's currency; without `refund_id` it is a refund of its own."""

    order_id: UUID
    amount: str
    refund_id: str | None = None
    reason: str | None = None
