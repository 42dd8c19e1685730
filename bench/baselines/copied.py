"""COPY of stored rows into a table like the log's, with its indexes."""

import time
from typing import Any

import psycopg

LIKE = """
drop table if exists events;
create table events (stream_id uuid, originator_version bigint, stored_name text, state bytea, notification_id bigint,
    recorded_at timestamptz, customer_id uuid, other_profile_id uuid, primary key (stream_id, originator_version));
create unique index on events (notification_id);
create index on events (customer_id, notification_id) where customer_id is not null;
create index on events (other_profile_id, notification_id) where other_profile_id is not null;
"""
ROWS = "copy (select * from log.events where {} order by notification_id) to stdout (format binary)"
INTO = "copy events from stdin (format binary)"


def facts_a_second(log_url: str, bare_url: str, number: int) -> float:
    """Copies the newest facts of the log into a table that has all others. Returns how many a second."""
    with psycopg.connect(log_url) as log, psycopg.connect(bare_url, autocommit=True) as bare:
        (last,) = log.execute("select max(notification_id) from log.events").fetchone() or (0,)
        older = _read(log, f"notification_id <= {last - number}")
        newest = _read(log, f"notification_id > {last - number}")
        bare.execute(LIKE.encode())
        _copy(bare, older)
        bare.execute("vacuum analyze events")
        began = time.perf_counter()
        _copy(bare, newest)
        return number / (time.perf_counter() - began)


def _read(log: psycopg.Connection[Any], which: str) -> bytes:
    with log.cursor().copy(ROWS.format(which).encode()) as rows:
        return b"".join(bytes(piece) for piece in rows)


def _copy(bare: psycopg.Connection[Any], rows: bytes) -> None:
    with bare.cursor().copy(INTO) as copy:
        copy.write(rows)
