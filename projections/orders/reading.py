"""What people bought: how often, and what it is worth."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection


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
