"""Audience criteria by hand, over one wide row for each person and one narrow row for each visit, in the best order."""

from datetime import datetime, timedelta
from time import perf_counter

import psycopg

TABLES = """
drop schema if exists baseline cascade;
create schema baseline;
create table baseline.person as
select person_id, country, language, open_complaints, touchpoint_count from read_audience.audience_fact;
create index on baseline.person (country, language) include (person_id) where open_complaints = 0;
create table baseline.visit as
select p.person_id, a.occurred_at
from read_audience.audience_activity a join read_audience.audience_profile p using (customer_id)
where a.kind = 'visit';
create index on baseline.visit (occurred_at) include (person_id);
"""
SIZE = """
select count(*) from baseline.person p
join (select person_id, count(*) as times from baseline.visit where occurred_at > %s group by 1) v using (person_id)
where country = 'DE' and language in ('de', 'en') and open_complaints = 0 and touchpoint_count >= 1 and v.times >= 1
"""


def make(connection: psycopg.Connection) -> None:
    connection.execute(TABLES.encode())
    connection.execute("vacuum analyze baseline.person")
    connection.execute("vacuum analyze baseline.visit")


def size(connection: psycopg.Connection, at: datetime) -> tuple[int, float]:
    """Returns how many people meet the criteria, and the seconds that the question took."""
    began = perf_counter()
    row = connection.execute(SIZE, [at - timedelta(days=365)]).fetchone()
    return row[0] if row else 0, perf_counter() - began
