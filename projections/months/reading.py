"""What a person did in each of the last months: touchpoints, orders and their value.

The question has no tables of its own. One statement reads it, by the indexes on a profile and an instant.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection

from projections.orders.reading import OrderValue
from projections.together import OF_PROFILES, Rows, Together

READS = ("identity", "customers", "timeline", "orders")
"""The projections that this question reads."""
MONTHS = 24


@dataclass(frozen=True, kw_only=True)
class Month:
    """What somebody did in a calendar month: `month` as `2026-11`.

    `orders`: those placed in it, cancelled ones too. `value`: their amounts less what was taken back up to now.
    """

    month: str
    touchpoints: int
    orders: int
    value: tuple[OrderValue, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """How many touchpoints (without a currency) or orders a month has."""

    month: str
    currency: str | None
    n: int
    value: Decimal | None


def months(
    connection: Connection[Any], profile_ids: Collection[UUID], now: datetime, time_zone: str
) -> list[Month]:
    """Returns the last 24 calendar months of this time zone, the one of `now` included, the oldest first."""
    begins = _months_to(now.astimezone(ZoneInfo(time_zone)).date())
    since = datetime.combine(begins[0], time(), ZoneInfo(time_zone))
    asked = {"ids": list(profile_ids), "since": since, "until": now, "zone": time_zone}
    counted: list[Counted] = _COUNTED.read(connection, asked)["counted"]
    by_month = {month: list(rows) for month, rows in groupby(counted, key=lambda row: row.month)}
    return [_month(f"{begin:%Y-%m}", by_month.get(f"{begin:%Y-%m}", [])) for begin in begins]


def _months_to(last: date) -> list[date]:
    """Returns the first days of the months up to the one of this day."""
    numbers = range(last.year * 12 + last.month - MONTHS, last.year * 12 + last.month)
    return [date(number // 12, number % 12 + 1, 1) for number in numbers]


def _month(month: str, rows: Collection[Counted]) -> Month:
    orders = [row for row in rows if row.currency is not None]
    return Month(
        month=month,
        touchpoints=sum(row.n for row in rows if row.currency is None),
        orders=sum(row.n for row in orders),
        value=tuple(
            OrderValue(currency=row.currency, amount=row.value)
            for row in orders
            if row.currency is not None and row.value is not None
        ),
    )


_COUNTED = Together(
    OF_PROFILES,
    {
        "counted": Rows(
            select="""
            select to_char(occurred_at at time zone %(zone)s, 'YYYY-MM') as month, null as currency, count(*) as n,
                   null::numeric as value
            from timeline_entry
            where customer_id = any(array(select profile_id from profile_requested))
              and occurred_at >= %(since)s and occurred_at <= %(until)s and about = 'touchpoint'
            group by 1
            union all
            select to_char(placed_at at time zone %(zone)s, 'YYYY-MM'), currency, count(*),
                   sum(amount - refunded - cancelled)
            from purchase
            where customer_id = any(array(select profile_id from profile_requested))
              and placed_at >= %(since)s and placed_at <= %(until)s
            group by 1, 2
            order by 1, 2
            """,
            row=Counted,
        )
    },
)
