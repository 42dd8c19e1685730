"""The batch: the facts that a connection folds, parsed once, with a typed view over each kind."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.engine.definitions import Projection, batch_tables, batch_views
from projections.engine.views import view_statements

LIVE_SIZE = 20_000
REBUILD_SIZE = 50_000
SMALL_SIZE = 500
"""Most facts of a batch whose statements are planned once for many batches. Planning costs more than folding it."""
LARGEST_BYTES = 2 * 1024 * 1024
"""The size of the batch's tables at which they are truncated. Below it, their rows are only deleted.

The size counts deleted rows, whose pages every statement still passes, and long values, which are stored apart. A
truncation takes some milliseconds, and PostgreSQL then plans each statement again, which takes some more.
"""

BY_INDEX = "set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
"""What a transaction that folds selects first: it reads the rows that its batch is about by their index.

Left to itself, PostgreSQL goes through a whole table if it was small when PostgreSQL last counted its rows. `jit` is
off because PostgreSQL counts a scan that it cannot avoid as very expensive, and compiles expensive statements.
"""
_BUFFERS = "set temp_buffers = '64MB'"
"""A batch of REBUILD_SIZE facts fits in them. The usual 8 MB are written out and read in again by each statement."""
_FUNCTIONS_LATER = "set check_function_bodies = off"
"""A function of the batch names tables of a projection, which exist for it only once a fold sets the search path."""
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
_AS_OF = " and said_at <= %(as_of)s"
_ABOUT = (
    " and (customer_id = any(%(about)s) or other_profile_id = any(%(about)s) or stream_id = any(%(about)s))"
)
_COUNTS = "select stored_name, count(*) from pg_temp.event group by stored_name"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """The facts that a connection's batch holds: positions `after` (excluded) to `upto` (included).

    `size`: how many facts these are. `stored_names`: their stored names.
    """

    after: int
    upto: int
    size: int
    stored_names: frozenset[str]

    def fold(self, projection: Projection, connection: Connection[Any]) -> None:
        """Folds the batch into the tables of this projection that the connection's search path names."""
        if not projection.stored_names.isdisjoint(self.stored_names):
            keep_plans = self.size <= SMALL_SIZE
            projection.fold(connection, self.stored_names, keep_plans=keep_plans)


def prepare(connection: Connection[Any]) -> None:
    """Creates the temporary table, views and functions of the batch. Call this function once per connection, before any
    other use of temporary tables."""
    created = (_TABLE, *view_statements("pg_temp.event", "pg_temp."), *batch_views().values())
    statements = (_BUFFERS, _FUNCTIONS_LATER, *created)
    connection.execute(";\n".join(statements).encode())


def fill(
    connection: Connection[Any],
    *,
    after: int,
    upto: int,
    about: Collection[UUID] | None = None,
    as_of: datetime | None = None,
) -> Batch:
    """Replaces the batch with the facts at positions `after` (excluded) to `upto` (included).

    With `about`, the batch holds only facts about these profile or stream ids; with `as_of`, only facts said at or
    before that instant.
    """
    _empty(connection)
    conditions = (_ABOUT if about is not None else "") + (_AS_OF if as_of is not None else "")
    parameters = {"after": after, "upto": upto, "about": list(about or ()), "as_of": as_of}
    # A plan for any ids would pass through the whole log: the statement is planned for these ids.
    planned_once = None if about is None else False
    connection.execute(f"{_FILL}{conditions}".encode(), parameters, prepare=planned_once)
    counts = dict(connection.execute(_COUNTS).fetchall())
    return Batch(after=after, upto=upto, size=sum(counts.values()), stored_names=frozenset(counts))


def _empty(connection: Connection[Any]) -> None:
    """Deletes the rows. Only after a `truncate` are they gone, but then PostgreSQL plans each statement again."""
    size = " + ".join(f"pg_table_size('pg_temp.{table}')" for table in batch_tables())
    row = connection.execute(f"select {size} > %s".encode(), [LARGEST_BYTES]).fetchone()
    assert row is not None
    truncate = "truncate " + ", ".join(f"pg_temp.{table}" for table in batch_tables())
    connection.execute(truncate.encode() if row[0] else b"delete from pg_temp.event")
