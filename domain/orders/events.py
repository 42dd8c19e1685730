"""The facts about orders."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.facts import CustomerFact, PersonalText, stored


class OrderStatus(StrEnum):
    """How much of an order was taken back. A refunded order is one whose whole amount was refunded."""

    PLACED = "placed"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


class OrderStep(StrEnum):
    """What happened to an order."""

    PLACED = "placed"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, kw_only=True)
class OrderLine:
    """One line of an order. `amount` and `cost` are for the whole line, in the order's currency."""

    sku: str
    quantity: Decimal
    amount: Decimal
    cost: Decimal | None = None


@stored("orders.OrderPlaced")
@dataclass(frozen=True, kw_only=True)
class OrderPlaced(CustomerFact):
    """The customer placed an order. `source` and `number` identify it if another system numbers its orders."""

    currency: str
    lines: tuple[OrderLine, ...]
    source: str | None = None
    number: str | None = None
    channel: str | None = None


@stored("orders.OrderCancelled")
@dataclass(frozen=True, kw_only=True)
class OrderCancelled(CustomerFact):
    """The order was cancelled. `amount` is the part of its value that had not been refunded before."""

    currency: str
    amount: Decimal
    reason: PersonalText = None


@stored("orders.OrderRefunded")
@dataclass(frozen=True, kw_only=True)
class OrderRefunded(CustomerFact):
    """Money for the order was paid back. `refund_id` is the client's id for the refund."""

    refund_id: str
    currency: str
    amount: Decimal
    reason: PersonalText = None
