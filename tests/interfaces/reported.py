"""What the reporting views say of a period: the same figures as those of the API, by plain SQL."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from infrastructure.postgres.connections import as_role

Reporting = psycopg.Connection[dict[str, Any]]
_TIMELINE = """
select about, kind, detail ->> 'direction' as direction, count(*) as n from reporting.timeline
where occurred_at >= %(since)s and occurred_at < %(until)s and not coalesce((detail ->> 'machine')::boolean, false)
group by 1, 2, 3
"""
_DECISIONS = """
select outcome, reasons -> 0 ->> 'code' as code, count(*) as n from reporting.decisions
where decided_at >= %(since)s and decided_at < %(until)s group by 1, 2
"""
_REGISTERED = """
select count(*) as n from reporting.customers where registered_at >= %(since)s and registered_at < %(until)s
"""
_VALUE = """
select currency, sum(value)::text as amount from reporting.orders
where placed_at >= %(since)s and placed_at < %(until)s group by currency order by currency
"""
_COUNTED = (
    *(
        "contacts_inbound",
        "contacts_outbound",
        "complaints_opened",
        "complaints_closed",
        "complaints_reopened",
    ),
    *("messages_sent", "messages_held_out", "messages_stopped"),
    *("consents_granted", "consents_withdrawn", "opted_out", "orders"),
)
_OF_TIMELINE = {
    ("complaint", "complaint"): "complaints_opened",
    ("complaint", "complaint_closed"): "complaints_closed",
    ("complaint", "complaint_reopened"): "complaints_reopened",
    ("consent", "consent"): "consents_granted",
    ("consent", "withdrawal"): "consents_withdrawn",
    ("order", "order"): "orders",
}
_OF_DECISIONS = {"sent": "messages_sent", "held_out": "messages_held_out", "suppressed": "messages_stopped"}


@contextmanager
def connected(url: str) -> Iterator[Reporting]:
    """Connects as a reporting tool does."""
    with psycopg.connect(
        as_role(url, "farley_reporting"), autocommit=True, row_factory=dict_row
    ) as connection:
        yield connection


def summary(reporting: Reporting, period: dict[str, Any]) -> dict[str, Any]:
    """Returns what happened from `since` on and before `until`. Nobody opted out by a link."""
    counts: Counter[str] = Counter()
    for row in reporting.execute(_TIMELINE, period):
        touched = f"contacts_{row['direction']}" if row["about"] == "touchpoint" else ""
        counts[touched or _OF_TIMELINE.get((row["about"], row["kind"]), "")] += row["n"]
    for row in reporting.execute(_DECISIONS, period):
        counts[_OF_DECISIONS.get(row["outcome"], "")] += row["n"]
    return {
        **{name: counts[name] for name in _COUNTED},
        "order_value": reporting.execute(_VALUE, period).fetchall(),
        "customers_registered": reporting.execute(_REGISTERED, period).fetchone()["n"],  # type: ignore[index]
    }


def root_causes(reporting: Reporting, period: dict[str, Any]) -> dict[Any, int]:
    rows = reporting.execute(
        "select product, root_cause, count(*) as n from reporting.complaints"
        " where closed_at >= %(since)s and closed_at < %(until)s group by product, root_cause",
        period,
    )
    return {(row["product"], row["root_cause"]): row["n"] for row in rows}


def waiting(reporting: Reporting, instant: str) -> int:
    row = reporting.execute(
        "select count(*) as n from reporting.complaints"
        " where opened_at < %(at)s and (closed_at is null or closed_at >= %(at)s)",
        {"at": instant},
    ).fetchone()
    return int(row["n"])  # type: ignore[index]
