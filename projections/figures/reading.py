"""How much happened in a period: in all, by channel, by brand, and in each of its parts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection

from projections.figures.adding_up import BY_BRAND, BY_CHANNEL, Tallies
from projections.figures.summaries import Figures, RootCauseCount, Summary, WaitingComplaints
from projections.figures.words import FigureKind

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
    tallies = Tallies(rows, has_customers=channel is None)
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
        by_channel=tallies.by_name(BY_CHANNEL),
        by_brand=tallies.by_name(BY_BRAND),
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
