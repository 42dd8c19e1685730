"""How much happened in a period: in all, by channel, by brand, and in each of its parts."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Any

from psycopg import Connection

from projections.figures.words import FigureKind, FigureOutcome
from projections.orders.reading import OrderValue

MOST_NAMES = 100
"""Of so many channels and brands the figures are given apart, those of which most happened."""
MOST_ROOT_CAUSES = 100
_OF_FILTER = """
and (%(channel)s::text is null or channel = %(channel)s)
and (%(brand)s::text is null or brand_folded = %(brand)s)"""
# Each part is summed up by itself: over the whole period PostgreSQL expects as many groups as rows, and sorts them.
_FIGURES = """
with counted as materialized (
    select p.part, f.*
    from unnest(%(starts)s::timestamptz[], %(ends)s::timestamptz[]) with ordinality as p(since, until, part)
    cross join lateral (
        select kind, outcome, currency, channel, brand, brand_folded, sum(n) as n, sum(value) as value
        from figure
        where kind = any(%(kinds)s) and quarter >= p.since and quarter < p.until and outcome <> 'waiting' {of_filter}
        group by kind, outcome, currency, channel, brand, brand_folded
    ) f
),
summed as (
    select grouping(channel, brand_folded, part) as what, coalesce(channel, brand_folded) as key,
           case when grouping(channel) = 0 then channel else min(brand) end as name, part, kind, outcome, currency,
           sum(n)::bigint as n, sum(value) as value
    from counted
    group by grouping sets (
        (kind, outcome, currency), (channel, kind, outcome, currency), (brand_folded, kind, outcome, currency),
        (part, kind, outcome, currency))
)
select what, key, name, part, kind, outcome, currency, n, value
from (
    select *, dense_rank() over (partition by what order by weight desc, key) as place
    from (select *, sum(n) over (partition by what, key) as weight from summed) weighed
) ranked
where what not in (3, 5) or place <= %(most)s
order by what, place, part
"""
_IN_ALL, _BY_CHANNEL, _BY_BRAND, _BY_PART = 7, 3, 5, 6
"""What a row sums up, by the number that GROUPING gives: the bit of what it sums up is not set."""
_ROOT_CAUSES = """
select product, root_cause, sum(n)::bigint as count
from figure_root_cause
where quarter >= %(since)s and quarter < %(until)s {of_filter}
group by product, root_cause order by 3 desc, product, root_cause limit %(most)s
"""
_WAITING = """
select coalesce(sum(n), 0)::bigint as total,
       coalesce(sum(n) filter (where quarter > %(at)s - interval '1 day'), 0)::bigint as under_a_day,
       coalesce(sum(n) filter (where quarter <= %(at)s - interval '1 day' and quarter > %(at)s - interval '3 days'),
                0)::bigint as one_to_three_days,
       coalesce(sum(n) filter (where quarter <= %(at)s - interval '3 days' and quarter > %(at)s - interval '7 days'),
                0)::bigint as three_to_seven_days,
       coalesce(sum(n) filter (where quarter <= %(at)s - interval '7 days'), 0)::bigint as over_seven_days
from figure
where outcome = 'waiting' {of_filter}
"""
_TURNED_SINCE = """
select coalesce(sum(case outcome when 'closed' then -n else n end), 0)::bigint as n
from figure
where kind = 'complaint' and quarter >= %(until)s and outcome in ('opened', 'reopened', 'closed') {of_filter}
"""


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How much happened.

    Contacts of machines are not counted. `messages_stopped`: those that a decision suppressed. `opted_out`: the
    withdrawals by the link of a message, which are among `consents_withdrawn`. `order_value`: what the orders are worth
    by currency, less refunds and cancelled orders, also later ones. `customers_registered`: None where figures are of
    one channel, because a registration has none.
    """

    contacts_inbound: int
    contacts_outbound: int
    complaints_opened: int
    complaints_closed: int
    complaints_reopened: int
    messages_sent: int
    messages_held_out: int
    messages_stopped: int
    consents_granted: int
    consents_withdrawn: int
    opted_out: int
    orders: int
    order_value: tuple[OrderValue, ...]
    customers_registered: int | None


@dataclass(frozen=True, kw_only=True)
class NamedSummary:
    """What happened on a channel or for a brand. None: on no channel, or for all brands."""

    name: str | None
    summary: Summary


@dataclass(frozen=True, kw_only=True)
class NamedSummaries:
    """What happened for the names with most figures, these first, and for all others together; None without others."""

    names: tuple[NamedSummary, ...]
    others: Summary | None


@dataclass(frozen=True, kw_only=True)
class PartSummary:
    """What happened from `since` (included) to `until` (excluded)."""

    since: datetime
    until: datetime
    summary: Summary


@dataclass(frozen=True, kw_only=True)
class ReasonCount:
    """How many messages this was the first reason to stop."""

    code: str
    count: int


@dataclass(frozen=True, kw_only=True)
class RootCauseCount:
    """How many complaints about a product were closed with this root cause. None: no product was named."""

    product: str | None
    root_cause: str
    count: int


@dataclass(frozen=True, kw_only=True)
class WaitingComplaints:
    """How many complaints are not closed: at both ends of the period, and now by their age.

    An age counts from the quarter of an hour in which the complaint was opened. A day is 24 hours.
    """

    at_start: int
    at_end: int
    now: int
    under_a_day: int
    one_to_three_days: int
    three_to_seven_days: int
    over_seven_days: int


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The figures of a period. `other_root_causes`: closings with root causes that are not in the list."""

    totals: Summary
    waiting: WaitingComplaints
    stopped_by_reason: tuple[ReasonCount, ...]
    root_causes: tuple[RootCauseCount, ...]
    other_root_causes: int
    by_channel: NamedSummaries
    by_brand: NamedSummaries
    parts: tuple[PartSummary, ...]


def figures(
    connection: Connection[Any],
    bounds: Sequence[datetime],
    *,
    at: datetime,
    channel: str | None = None,
    brand: str | None = None,
) -> Figures:
    """Returns the figures of a period.

    `bounds`: the beginnings of its parts, and its end; each is the beginning of a quarter of an hour. `at`: the instant
    at which ages count. `brand`: the folded form of its name.
    """
    of = {
        "channel": channel,
        "brand": brand,
        "since": bounds[0],
        "until": bounds[-1],
        "starts": list(bounds[:-1]),
        "ends": list(bounds[1:]),
        "at": at,
        "kinds": list(FigureKind),
        "most": MOST_NAMES,
    }
    rows = connection.execute(_of_filter(_FIGURES), of, prepare=False).fetchall()
    tallies = _Tallies(rows, has_customers=channel is None)
    causes = connection.execute(
        _of_filter(_ROOT_CAUSES), of | {"most": MOST_ROOT_CAUSES}, prepare=False
    ).fetchall()
    totals = tallies.totals
    return Figures(
        totals=totals,
        waiting=_waiting(connection, of, totals),
        stopped_by_reason=tallies.reasons(),
        root_causes=tuple(
            RootCauseCount(product=row["product"] or None, root_cause=row["root_cause"], count=row["count"])
            for row in causes
        ),
        other_root_causes=totals.complaints_closed - sum(row["count"] for row in causes),
        by_channel=tallies.by_name(_BY_CHANNEL),
        by_brand=tallies.by_name(_BY_BRAND),
        parts=tallies.parts(bounds),
    )


def _of_filter(statement: str) -> bytes:
    return statement.format(of_filter=_OF_FILTER).encode()


def _waiting(connection: Connection[Any], of: Mapping[str, Any], totals: Summary) -> WaitingComplaints:
    """Complaints that waited at an earlier instant are those that wait now without what came after it."""
    now = connection.execute(_of_filter(_WAITING), of, prepare=False).fetchone() or {}
    since = connection.execute(_of_filter(_TURNED_SINCE), of, prepare=False).fetchone() or {}
    ages = dict(now)
    total = ages.pop("total")
    at_end = total - since["n"]
    turned = totals.complaints_opened + totals.complaints_reopened - totals.complaints_closed
    return WaitingComplaints(now=total, at_end=at_end, at_start=at_end - turned, **ages)


_COUNTED: Mapping[tuple[str, str], Sequence[str]] = {
    (FigureKind.CONTACT, FigureOutcome.INBOUND): ("contacts_inbound",),
    (FigureKind.CONTACT, FigureOutcome.OUTBOUND): ("contacts_outbound",),
    (FigureKind.COMPLAINT, FigureOutcome.OPENED): ("complaints_opened",),
    (FigureKind.COMPLAINT, FigureOutcome.CLOSED): ("complaints_closed",),
    (FigureKind.COMPLAINT, FigureOutcome.REOPENED): ("complaints_reopened",),
    (FigureKind.MESSAGE, FigureOutcome.SENT): ("messages_sent",),
    (FigureKind.MESSAGE, FigureOutcome.HELD_OUT): ("messages_held_out",),
    (FigureKind.CONSENT, FigureOutcome.GRANTED): ("consents_granted",),
    (FigureKind.CONSENT, FigureOutcome.WITHDRAWN): ("consents_withdrawn",),
    (FigureKind.CONSENT, FigureOutcome.OPTED_OUT): ("consents_withdrawn", "opted_out"),
    (FigureKind.ORDER, FigureOutcome.PLACED): ("orders",),
    (FigureKind.CUSTOMER, FigureOutcome.REGISTERED): ("customers_registered",),
}
"""The counts of a summary that a kind and outcome belong to. A stopped message has the code of its reason."""
_VALUE = "order_value"


class _Tallies:
    """The rows of `_FIGURES`, summed up. `has_customers`: whether registrations are counted."""

    def __init__(self, rows: Sequence[dict[str, Any]], *, has_customers: bool) -> None:
        self._rows = rows
        self._has_customers = has_customers
        self.totals = self._summary(self._of(_IN_ALL))

    def reasons(self) -> tuple[ReasonCount, ...]:
        stopped = [
            (row["outcome"], row["n"]) for row in self._of(_IN_ALL) if row["kind"] == FigureKind.STOPPED
        ]
        return tuple(
            ReasonCount(code=code, count=n) for code, n in sorted(stopped, key=lambda one: (-one[1], one[0]))
        )

    def by_name(self, what: int) -> NamedSummaries:
        named: dict[str, list[dict[str, Any]]] = {}
        for row in self._of(what):
            named.setdefault(row["key"], []).append(row)
        names = (
            NamedSummary(name=rows[0]["name"] or None, summary=self._summary(rows)) for rows in named.values()
        )
        left = _less(self._of(_IN_ALL), self._of(what))
        return NamedSummaries(
            names=tuple(names), others=self._summary(left) if any(row["n"] for row in left) else None
        )

    def parts(self, bounds: Sequence[datetime]) -> tuple[PartSummary, ...]:
        by_part: dict[int, list[dict[str, Any]]] = {}
        for row in self._of(_BY_PART):
            by_part.setdefault(row["part"], []).append(row)
        return tuple(
            PartSummary(since=since, until=until, summary=self._summary(by_part.get(number, ())))
            for number, (since, until) in enumerate(pairwise(bounds), start=1)
        )

    def _of(self, what: int) -> list[dict[str, Any]]:
        return [row for row in self._rows if row["what"] == what]

    def _summary(self, rows: Iterable[dict[str, Any]]) -> Summary:
        counts: Counter[str] = Counter()
        value: dict[str, Decimal] = {}
        for row in rows:
            names = ("messages_stopped",) if row["kind"] == FigureKind.STOPPED else ()
            for name in _COUNTED.get((row["kind"], row["outcome"]), names):
                counts[name] += row["n"]
            if row["value"] is not None:
                sign = 1 if row["outcome"] == FigureOutcome.PLACED else -1
                value[row["currency"]] = value.get(row["currency"], Decimal(0)) + sign * row["value"]
        counted = {field.name: counts[field.name] for field in fields(Summary) if field.name != _VALUE}
        return Summary(
            **counted | ({} if self._has_customers else {"customers_registered": None}),  # type: ignore[arg-type]
            order_value=tuple(
                OrderValue(currency=currency, amount=amount) for currency, amount in sorted(value.items())
            ),
        )


def _less(rows: Sequence[dict[str, Any]], listed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Returns the rows without what is listed."""
    counts: Counter[tuple[str, ...]] = Counter()
    values: dict[tuple[str, ...], Decimal] = {}
    for row in listed:
        counts[_kind(row)] += row["n"]
        values[_kind(row)] = values.get(_kind(row), Decimal(0)) + (row["value"] or 0)
    return [
        {
            **row,
            "n": row["n"] - counts[_kind(row)],
            "value": None if row["value"] is None else row["value"] - values.get(_kind(row), Decimal(0)),
        }
        for row in rows
    ]


def _kind(row: Mapping[str, Any]) -> tuple[str, ...]:
    return row["kind"], row["outcome"], row["currency"]
