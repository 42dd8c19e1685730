"""Checks that every fact is in a stream of its kind, and that every run can go on."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID

from psycopg import Connection

import domain.registry  # noqa: F401 - every kind of fact is known
from application.findings import Finding
from domain.facts import FACTS, stream_of
from infrastructure.machine.home import Located

MOST_NAMED = 20
_FACTS = """
select notification_id, stream_id, stored_name,
       substring(convert_from(state, 'UTF8') from '"originator_id":"([0-9a-f-]{36})"')::uuid
from log.events order by notification_id
"""
_HELD_BACK = "select unnest(held_back) from operation.heartbeats"
_DISARMED = """
select h.disarmed from operation.heartbeats h left join operation.leases l using (name)
where h.disarmed is not null and (l.expires_at > clock_timestamp()) is not true
"""

Row = tuple[int, UUID, str, UUID | None]


def streams(_: Located, connection: Connection[Any]) -> Iterator[Finding]:
    """Reads the whole log, but only the columns that identify each fact."""
    with connection.transaction(), connection.cursor("facts") as facts:
        facts.itersize = 10_000
        wrong = list(islice(filter(None, map(_wrong_with, facts.execute(_FACTS))), MOST_NAMED))
    yield from wrong
    if not wrong:
        yield Finding(subject="streams", message="hold the facts of their kind.")


def held_back_runs(_: Located, connection: Connection[Any]) -> Iterator[Finding]:
    for (run_id,) in connection.execute(_HELD_BACK):
        yield Finding(
            subject=f"run {run_id}",
            message="is held back: each step of it meets an error.",
            wrong=True,
            remedy="The dispatcher's log names the error. `farley check` finds what is wrong in the log.",
        )


def disarmed(_: Located, connection: Connection[Any]) -> Iterator[Finding]:
    for (reason,) in connection.execute(_DISARMED):
        yield Finding(
            subject="dispatcher",
            message=f"is disarmed and sends nothing. {reason}",
            wrong=True,
            remedy="Look at the open runs, then run `farley arm`.",
        )


def _wrong_with(row: Row) -> Finding | None:
    position, stream_id, stored_name, about = row
    fact_class = FACTS.get(stored_name)
    if fact_class is None:
        return _wrong(
            f"the fact at position {position} is of a kind that this version does not know: {stored_name}.",
            "Run the version of Farley that wrote it, or a later one.",
        )
    if about is None or stream_of(fact_class.stream_kind, about) != stream_id:
        return _wrong(
            f"the fact at position {position}, {stored_name}, is in the stream of something else.",
            "Somebody wrote to the log besides Farley. Restore it from your backup.",
        )
    return None


def _wrong(message: str, remedy: str) -> Finding:
    return Finding(subject="log", message=message, wrong=True, remedy=remedy)
