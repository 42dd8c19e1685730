"""How many complaints there are, by what people sort them by.

Most complaints are closed. The table `complaint_count` knows how many have which values, so that a count reads the
complaints themselves only if it is about open ones, some people or some time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection

from domain.complaints.events import ComplaintStatus, Severity
from projections.complaints.filters import CLOSED, ONLY_IN_COMPLAINTS, ComplaintFilter

MOST_NAMES = 100
"""Of so many categories, products, brands and channels each count is given, the highest first."""
_KEPT = """
select status, severity, category, product, brand, brand_folded, channel, answered, n
from complaint_count where n > 0"""
_COMPLAINTS = """
select status, severity, category, coalesce(product, '') as product, coalesce(brand, '') as brand,
       coalesce(brand_folded, '') as brand_folded, channel, answered_at is not null as answered, 1 as n
from complaint where opened_position is not null"""
_COUNTED_BY = ("status", "severity", "category", "product", "brand", "channel", "answered")
_BY_NAME = """
select what, name, n from (
    select what, name, n, row_number() over (partition by what order by n desc, key) as place
    from (
        select grouping(status, severity, category, product, brand_folded, channel, answered) as what,
               coalesce(status, severity, category, product, brand_folded, channel, answered::text) as key,
               coalesce(status, severity, category, product, channel, answered::text, min(brand)) as name,
               sum(n)::bigint as n
        from ({counted}) counted
        group by grouping sets ((status), (severity), (category), (product), (brand_folded), (channel), (answered))
    ) by_name
) placed
where place <= %(most)s
order by what, place
"""
_WHAT = {(1 << len(_COUNTED_BY)) - 1 - (1 << bit): name for bit, name in enumerate(reversed(_COUNTED_BY))}
"""What a row counts, by the number that GROUPING gives: the bit of what it counts is not set."""
_AGES = """
select count(*) filter (where opened_at > %(now)s - interval '1 day') as under_a_day,
       count(*) filter (where opened_at <= %(now)s - interval '1 day' and opened_at > %(now)s - interval '3 days')
           as one_to_three_days,
       count(*) filter (where opened_at <= %(now)s - interval '3 days' and opened_at > %(now)s - interval '7 days')
           as three_to_seven_days,
       count(*) filter (where opened_at <= %(now)s - interval '7 days') as over_seven_days
from complaint where opened_position is not null and queue_part < 2"""


@dataclass(frozen=True, kw_only=True)
class NameCount:
    """How many complaints have this name. None: no product, or no brand."""

    name: str | None
    count: int


@dataclass(frozen=True, kw_only=True)
class NameCounts:
    """The counts of the most frequent names, the highest first, and how many complaints have other names."""

    names: tuple[NameCount, ...]
    others: int


@dataclass(frozen=True, kw_only=True)
class OpenAges:
    """How many open complaints were opened how long ago. A day is 24 hours; `one_to_three_days` begins at one."""

    under_a_day: int
    one_to_three_days: int
    three_to_seven_days: int
    over_seven_days: int


@dataclass(frozen=True, kw_only=True)
class ComplaintCounts:
    """How many complaints there are. `at`: the instant at which the ages count."""

    at: datetime
    total: int
    answered: int
    unanswered: int
    by_status: Mapping[str, int]
    by_severity: Mapping[str, int]
    by_category: NameCounts
    by_product: NameCounts
    by_brand: NameCounts
    by_channel: NameCounts
    open_by_age: OpenAges


def complaint_counts(connection: Connection[Any], wanted: ComplaintFilter, at: datetime) -> ComplaintCounts:
    """Returns the counts of the complaints that meet the conditions."""
    given, (_, last_part) = wanted.given, wanted.parts
    if last_part == CLOSED and given.keys().isdisjoint(ONLY_IN_COMPLAINTS):
        counted = f"{_KEPT}{wanted.conditions('answered')}"
    else:
        counted = f"{_COMPLAINTS}{wanted.conditions('answered_at is not null')}"
    parameters = {**given, "most": MOST_NAMES, "now": at}
    by_name = connection.execute(
        _BY_NAME.format(counted=counted).encode(), parameters, prepare=False
    ).fetchall()
    statement = f"{_AGES}{wanted.conditions('answered_at is not null')}"
    ages = connection.execute(statement.encode(), parameters, prepare=False).fetchone() or {}
    return _counts(by_name, OpenAges(**ages), at)


def _counts(rows: list[dict[str, Any]], ages: OpenAges, at: datetime) -> ComplaintCounts:
    counts: dict[str, dict[str, int]] = {}
    for row in rows:
        counts.setdefault(_WHAT[row["what"]], {})[row["name"]] = row["n"]
    by_status, answered = counts.get("status", {}), counts.get("answered", {})
    total = sum(by_status.values())
    return ComplaintCounts(
        at=at,
        total=total,
        answered=answered.get("true", 0),
        unanswered=answered.get("false", 0),
        by_status={status: by_status.get(status, 0) for status in ComplaintStatus},
        by_severity={severity: counts.get("severity", {}).get(severity, 0) for severity in Severity},
        by_category=_names(counts, "category", total),
        by_product=_names(counts, "product", total),
        by_brand=_names(counts, "brand", total),
        by_channel=_names(counts, "channel", total),
        open_by_age=ages,
    )


def _names(counts: Mapping[str, Mapping[str, int]], what: str, total: int) -> NameCounts:
    named = counts.get(what, {})
    return NameCounts(
        names=tuple(NameCount(name=name or None, count=count) for name, count in named.items()),
        others=total - sum(named.values()),
    )
