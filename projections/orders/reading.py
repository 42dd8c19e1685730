"""The number and the value of people's orders."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from projections.tallies import Tallied, of

TALLY = """
select 'order' as what, currency as name, count(*) as n, sum(amount - refunded - cancelled) as value,
       max(placed_at) as last_at
from purchase
where customer_id = any(array(select profile_id from profile_requested)) and placed_at is not null
group by currency
"""


@dataclass(frozen=True, kw_only=True)
class OrderValue:
    """An amount in its currency."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, kw_only=True)
class OrderTotals:
    """The orders of a person. `count` includes cancelled orders.

    `value`: the amounts less refunds and cancelled orders, by currency.
    """

    count: int
    value: tuple[OrderValue, ...]
    last_at: datetime | None


def totals_of(rows: Collection[Tallied]) -> OrderTotals:
    """Returns the totals from the tally `TALLY`; `rows` may include rows of other tallies."""
    rows = of("order", rows)
    return OrderTotals(
        count=sum(row.n for row in rows),
        value=tuple(OrderValue(currency=row.name, amount=row.value) for row in rows if row.value is not None),
        last_at=max((row.last_at for row in rows if row.last_at is not None), default=None),
    )
