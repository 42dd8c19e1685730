"""Runs a projection of the eventsourcing library over a sample of the log, for a row to be measured beside."""

import time
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from eventsourcing.application import Application
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent
from eventsourcing.projection import ProjectionRunner
from psycopg import ClientCursor
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench.baselines.library_projection import Timeline, TwoTables
from projections.engine.definitions import projection

DATABASE = "library"
SAMPLE = """
copy (select stream_id, originator_version, stored_name, state, notification_id from log.events
      where customer_id is not null and notification_id %% %s = 0) to stdout (format binary)
"""
WAIT_SECONDS = 600.0


class Log(Application[UUID]):
    """The library's application on its own table of events, which have Farley's JSON."""

    def construct_mapper(self) -> Mapper[UUID]:
        return ReadJson(transcoder=JSONTranscoder())


class ReadJson(Mapper[UUID]):
    """Reads what the projection's statements name, and makes no object of a fact's class."""

    def to_domain_event(self, stored_event: StoredEvent) -> Any:
        state = msgspec.json.decode(stored_event.state)
        return {
            "name": stored_event.topic,
            "customer": state["customer_id"],
            "subject": state["originator_id"],
            "at": state["occurred_at"],
            "kind": state.get("kind"),
            "channel": state.get("channel"),
            "other": state.get("other_profile_id"),
            "data": stored_event.state.decode(),
        }


def facts_a_second(log_url: str, number: int) -> float:
    """Projects about as many facts about customers, taken from all parts of the log. Returns how many a second."""
    environment, last, number = _prepared(log_url, number)
    began = time.perf_counter()
    with ProjectionRunner(
        application_class=Log, projection_class=Timeline, view_class=TwoTables, env=environment
    ) as runner:
        runner.wait(last, timeout=WAIT_SECONDS)
        return number / (time.perf_counter() - began)


def _prepared(log_url: str, number: int) -> tuple[dict[str, str], int, int]:
    """Makes a database with empty tables and the sample.

    Returns the library's settings, the last position of the sample, and its size.
    """
    with psycopg.connect(log_url, autocommit=True) as log:
        log.execute(f"drop database if exists {DATABASE}".encode())
        log.execute(f"create database {DATABASE}".encode())
    url = make_conninfo(log_url, dbname=DATABASE)
    Log(_environment(url)).close()  # makes the library's table of events
    with psycopg.connect(url, autocommit=True) as library:
        library.execute(f"{projection('timeline').tables}\n{projection('audience').tables}".encode())
        with library.cursor().copy("copy log_events from stdin (format binary)") as copy:
            copy.write(_sample(log_url, number))
        row = library.execute("select max(notification_id), count(*) from log_events").fetchone()
    assert row is not None
    return _environment(url), *row


def _sample(log_url: str, number: int) -> bytes:
    """Returns facts of the log as binary COPY: every n-th one."""
    with psycopg.connect(log_url, cursor_factory=ClientCursor) as log:
        row = log.execute("select count(*) from log.events where customer_id is not null").fetchone()
        step = max(1, (row[0] if row else 0) // number)
        with log.cursor().copy(SAMPLE, [step]) as copy:
            return b"".join(bytes(piece) for piece in copy)


def _environment(url: str) -> dict[str, str]:
    """Returns the library's settings for this database."""
    at = conninfo_to_dict(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(at["dbname"]),
        "POSTGRES_HOST": str(at["host"]),
        "POSTGRES_PORT": str(at["port"]),
        "POSTGRES_USER": str(at["user"]),
        "POSTGRES_PASSWORD": str(at.get("password", "")),
    }
