"""The batch: the facts that a connection folds, parsed once, with a typed view over each kind."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.engine.definitions import Projection, batch_views
from projections.engine.views import view_statements

LIVE_SIZE = 20_000
REBUILD_SIZE = 50_000
SMALL_SIZE = 500
"""Most facts of a batch whose statements are planned once for many batches. Planning costs more than folding it."""
LARGEST_BYTES = 128 * 1024
"""The size of the batch's table at which it is truncated. Below it, its rows are only deleted.

The size counts deleted rows, which every statement still has to pass, and long values, which are stored apart.
"""

_BUFFERS = "set temp_buffers = '64MB'"
"""A batch of REBUILD_SIZE facts fits in them. The usual 8 MB are written out and read in again by each statement."""
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

    def fold(self, projection: Projection, connection: Connection[Any]) -> None:
        """Folds the batch into the tables of this projection that the connection's search path names."""
        if not projection.stored_names.isdisjoint(self.stored_names):
            keep_plans = self.upto - self.after <= SMALL_SIZE
            projection.fold(connection, self.stored_names, keep_plans=keep_plans)


def prepare(connection: Connection[Any]) -> None:
    """Creates the temporary table and views of the batch. Call this function once per connection, before any other
    use of temporary tables."""
    statements = (_BUFFERS, _TABLE, *view_statements("pg_temp.event", "pg_temp."), *batch_views().values())
    connection.execute(";\n".join(statements).encode())


def fill(
    connection: Connection[Any], *, after: int, upto: int, about: Collection[UUID] | None = None
) -> Batch:
    """Replaces the batch with the facts at positions `after` (excluded) to `upto` (included).

    With `about`, the batch holds only facts about these profile or stream ids.
    """
    _empty(connection)
    if about is None:
        connection.execute(_FILL, {"after": after, "upto": upto})
    else:
        connection.execute(f"{_FILL}{_ABOUT}".encode(), {"after": after, "upto": upto, "about": list(about)})
    stored_names = connection.execute("select distinct stored_name from pg_temp.event").fetchall()
    return Batch(after=after, upto=upto, stored_names=frozenset(row[0] for row in stored_names))


def _empty(connection: Connection[Any]) -> None:
    """Deletes the rows. Only after a `truncate` are they gone, but then PostgreSQL plans each statement again."""
    row = connection.execute("select pg_table_size('pg_temp.event') > %s", [LARGEST_BYTES]).fetchone()
    assert row is not None
    connection.execute("truncate pg_temp.event" if row[0] else "delete from pg_temp.event")
