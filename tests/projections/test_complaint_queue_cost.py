"""What lists and counts of complaints read does not grow with the number of closed complaints."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from projections.complaints.counts import complaint_counts
from projections.complaints.filters import ComplaintFilter
from projections.complaints.queue import ComplaintOrder, complaints
from tests.builders import START, named
from tests.projections.explaining import Explaining
from tests.projections.laws import told_log
from tests.projections.log import Database, ToldLog

CLOSED, OPEN, RARE = 20_000, 40, 30
LIMIT = 50
MOST = 4 * (OPEN + LIMIT)
"""Rows that a list or a count may read."""
OPEN_ONES = ("open", "responded", "escalated", "resolved")
# Most are closed and answered. The first RARE have a category of their own, as one that is no longer in use.
_COMPLAINTS = """
insert into read_complaints.complaint (
    customer_id, complaint_id, status, severity, category, channel, product, brand, brand_folded, opened_at,
    opened_position, answered_at, last_step_at, reopenings, version, position)
select gen_random_uuid(), gen_random_uuid(), case when n > %(closed)s then 'open' else 'closed' end, 'normal',
       case when n <= %(rare)s then 'rare' else 'delivery' end, case when n <= %(rare)s then 'rare' else 'phone' end,
       case when n <= %(rare)s then 'rare' end, case when n <= %(rare)s then 'Rare' end,
       case when n <= %(rare)s then 'rare' end, %(start)s + n * interval '1 minute', n,
       case when n between %(rare)s and %(closed)s then %(start)s end, %(start)s + n * interval '1 minute', 0, 1, n
from generate_series(1, %(closed)s + %(open)s) as n
"""
FILTERS = {
    "all": ComplaintFilter(),
    "open": ComplaintFilter(status=OPEN_ONES),
    "open and critical": ComplaintFilter(status=OPEN_ONES, severity=["critical"]),
    "unanswered": ComplaintFilter(answered=False),
    "closed and unanswered": ComplaintFilter(status=["closed"], answered=False),
    "critical": ComplaintFilter(severity=["critical"]),
    "of a category": ComplaintFilter(category="rare"),
    "of a product": ComplaintFilter(product="rare"),
    "of a brand": ComplaintFilter(brand="RARE"),
    "of a channel": ComplaintFilter(channel="rare"),
    "of an hour": ComplaintFilter(opened_until=START + timedelta(minutes=RARE)),
    "of nobody": ComplaintFilter(profiles=[named("nobody")]),
}


@pytest.fixture
def large(database: Database) -> ToldLog:
    log = told_log(database)
    log.empty("complaints")
    counts = {"closed": CLOSED, "open": OPEN, "rare": RARE, "start": START}
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(_COMPLAINTS.encode(), counts)
        connection.execute("analyze")
    return log


def test_a_list_or_a_count_does_not_go_through_closed_complaints(large: ToldLog) -> None:
    read: dict[str, float] = {}
    for name, wanted in FILTERS.items():
        with large.reading() as reading:
            for order in ComplaintOrder:
                explaining: Any = Explaining(reading)
                complaints(explaining, large.cipher, wanted, order=order, limit=LIMIT)
                read[f"{name}, {order}"] = explaining.read
            explaining = Explaining(reading)
            complaint_counts(explaining, wanted, START)
            read[f"{name}, counted"] = explaining.read
    assert {name: rows for name, rows in read.items() if rows > MOST} == {}
