"""The batch: the facts that a connection folds, parsed once, with a typed view over each kind."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.engine.definitions import batch_views
from projections.engine.views import view_statements

LIVE_SIZE = 20_000
REBUILD_SIZE = 50_000

_TABLE = """
create temp table event (
    position bigint, recorded_at timestamptz, stored_name text, customer_id uuid, other_profile_id uuid,
    stream_id uuid, originator_id uuid, originator_version bigint, occurred_at timestamptz, said_at timestamptz,
    data jsonb
)
"""
_FILL = """
insert into pg_temp.event
select position, recorded_at, stored_name, customer_id, other_profile_id, stream_id, originator_id,
       originator_version, occurred_at, said_at, data
from log.facts where position > %(after)s and position <= %(upto)s
"""
_ABOUT = (
    " and (customer_id = any(%(about)s) or other_profile_id = any(%(about)s) or stream_id = any(%(about)s))"
)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The facts that a connection's batch holds: positions `after` (excluded) to `upto` (included).

    `stored_names`: the stored names of these facts.
    """

    after: int
    upto: int
    stored_names: frozenset[str]


def prepare(connection: Connection[Any]) -> None:
    """Creates the temporary table and views of the batch. Call this function once per connection."""
    statements = (_TABLE, *view_statements("pg_temp.event", "pg_temp."), *batch_views().values())
    connection.execute(";\n".join(statements).encode())


def fill(
    connection: Connection[Any], *, after: int, upto: int, about: Collection[UUID] | None = None
) -> Batch:
    """Replaces the batch with the facts at positions `after` (excluded) to `upto` (included).

    With `about`, the batch holds only facts about these profile or stream ids.
    """
    connection.execute("truncate pg_temp.event")
    if about is None:
        connection.execute(_FILL, {"after": after, "upto": upto})
    else:
        connection.execute(f"{_FILL}{_ABOUT}".encode(), {"after": after, "upto": upto, "about": list(about)})
    stored_names = connection.execute("select distinct stored_name from pg_temp.event").fetchall()
    return Batch(after=after, upto=upto, stored_names=frozenset(row[0] for row in stored_names))
