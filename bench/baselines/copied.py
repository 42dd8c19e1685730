"""COPY of stored rows into a table like the log's, with its indexes."""

import time

import psycopg

LIKE = """
drop table if exists events;
create table events (stream_id uuid, originator_version bigint, stored_name text, state bytea, notification_id bigint,
    recorded_at timestamptz, customer_id uuid, other_profile_id uuid, primary key (stream_id, originator_version));
create unique index on events (notification_id);
create index on events (customer_id, notification_id) where customer_id is not null;
create index on events (other_profile_id, notification_id) where other_profile_id is not null;
"""
ROWS = "copy (select * from log.events order by notification_id desc limit {}) to stdout (format binary)"


def facts_a_second(log_url: str, bare_url: str, number: int) -> float:
    """Copies as many of the newest facts of the log, and returns how many a second."""
    with psycopg.connect(log_url) as log, log.cursor().copy(ROWS.format(number).encode()) as newest:
        rows = b"".join(bytes(piece) for piece in newest)
    with psycopg.connect(bare_url, autocommit=True) as bare:
        bare.execute(LIKE.encode())
        began = time.perf_counter()
        with bare.cursor().copy("copy events from stdin (format binary)") as copy:
            copy.write(rows)
        return number / (time.perf_counter() - began)


SELECTED = """
create temp table copied (position bigint primary key, customer_id uuid, occurred_at timestamptz, data jsonb);
create index on copied (customer_id, position);
"""


def selected_facts_a_second(log_url: str) -> float:
    """Copies all facts as SQL reads them into one indexed table. Returns how many a second."""
    with psycopg.connect(log_url, autocommit=True) as connection:
        connection.execute(SELECTED.encode())
        began = time.perf_counter()
        inserted = connection.execute(
            "insert into copied select position, customer_id, occurred_at, data from log.facts"
        ).rowcount
        return inserted / (time.perf_counter() - began)
