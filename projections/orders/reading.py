"""What people bought: how often, what it is worth, and each order."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection

_ORDER = """
select *, amount - refunded - cancelled as value from purchase where order_id = %s and placed_at is not null
"""


@dataclass(frozen=True, kw_only=True)
class Money:
    """An amount in its currency."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class OrderTotals:
    """The orders of a person. `count` has cancelled ones too.

    `value` is amounts less refunds and cancelled orders.
    """

    count: int
    value: tuple[Money, ...]
    last_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """One order. `value` is what is left of its amount; `cost` is None where no line had one."""

    customer_id: UUID
    order_id: UUID
    placed_at: datetime
    currency: str
    amount: Decimal
    refunded: Decimal
    cancelled: Decimal
    value: Decimal
    quantity: Decimal
    cost: Decimal | None
    cancelled_at: datetime | None
    source: str | None
    number: str | None
    channel: str | None
    brand: str | None
    division: str | None
    position: int


def totals(connection: Connection[Any], profile_ids: Collection[UUID]) -> OrderTotals:
    """The orders of these profiles together, the value by currency in alphabetical order."""
    rows = connection.execute(
        "select currency, count(*) as orders, sum(amount - refunded - cancelled) as value,"
        " max(placed_at) as last_at from purchase"
        " where customer_id = any(%s) and placed_at is not null group by currency order by currency",
        [list(profile_ids)],
    ).fetchall()
    return OrderTotals(
        count=sum(row["orders"] for row in rows),
        value=tuple(Money(currency=row["currency"], amount=row["value"]) for row in rows),
        last_at=max((row["last_at"] for row in rows), default=None),
    )


def order(connection: Connection[Any], order_id: UUID) -> Purchase | None:
    """One order, None where there is none of this id."""
    row = connection.execute(_ORDER, [order_id]).fetchone()
    return Purchase(**row) if row is not None else None
