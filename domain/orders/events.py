"""The facts about what a customer bought."""

from dataclasses import dataclass
from decimal import Decimal

from domain.facts import CustomerFact, PersonalText, stored


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """`amount` and `cost` are for the whole line, in the order's currency."""

    sku: str
    quantity: Decimal
    amount: Decimal
    cost: Decimal | None = None


@stored("orders.OrderPlaced")
@dataclass(frozen=True, kw_only=True)
class OrderPlaced(CustomerFact):
    """The customer ordered; (source, number) is its identity where another system numbers it."""

    currency: str
    lines: tuple[OrderLine, ...]
    source: str | None = None
    number: str | None = None
    channel: str | None = None


@stored("orders.OrderCancelled")
@dataclass(frozen=True, kw_only=True)
class OrderCancelled(CustomerFact):
    """The order is off; `amount` is what was left of its value."""

    currency: str
    amount: Decimal
    reason: PersonalText = None


@stored("orders.OrderRefunded")
@dataclass(frozen=True, kw_only=True)
class OrderRefunded(CustomerFact):
    """Money of the order went back; `refund_id` is the client's own id of it."""

    refund_id: str
    currency: str
    amount: Decimal
    reason: PersonalText = None
