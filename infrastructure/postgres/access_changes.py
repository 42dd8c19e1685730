"""The record of what was done to keys, links and sessions, as PostgreSQL keeps it."""

from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from application.access.changes import AccessChange, DoneChange
from infrastructure.postgres.connections import borrowed

_NEWEST = """
select change_id as number, happened_at, operator, access_change as change, owner, key_id, session_id
from access.changes
where (%(before)s::bigint is null or change_id < %(before)s) and (%(key_id)s::uuid is null or key_id = %(key_id)s)
order by change_id desc limit %(limit)s
"""


class DatabaseAccessChanges:
    """The AccessChanges port."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def newest(self, limit: int, before: int | None = None, key_id: UUID | None = None) -> list[DoneChange]:
        asked = {"limit": limit, "before": before, "key_id": key_id}
        with borrowed(self._pool) as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_change(**row) for row in cursor.execute(_NEWEST, asked)]


def note_change(
    connection: Connection[Any],
    operator: str,
    change: AccessChange,
    owner: str,
    key_id: UUID,
    session_id: UUID | None = None,
) -> None:
    """Notes a change in the caller's transaction."""
    connection.execute(
        "insert into access.changes (operator, access_change, owner, key_id, session_id)"
        " values (%s, %s, %s, %s, %s)",
        [operator, change, owner, key_id, session_id],
    )


def _change(*, change: str, **values: Any) -> DoneChange:
    return DoneChange(change=AccessChange(change), **values)
