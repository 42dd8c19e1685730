"""Connections to PostgreSQL: which role, which search path, and one translation of its errors."""

import select
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from domain.errors import AnsweringTookTooLong, StoreUnavailable

LOST_AFTER = {
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 3,
    "keepalives_count": 3,
}
"""A connection by TCP whose other end is silently gone is given up after seconds, not after a quarter of an hour."""


RESTS_AT_MOST = "60s"
"""How long a session of a pool may do nothing within a transaction. Between two statements of a process that works are
milliseconds, rarely seconds."""


def as_role(url: str, role: str, search_path: str = "pg_catalog, pg_temp", **settings: str) -> str:
    """The connection string for `role`: its own login on the embedded server's socket, else SET ROLE.

    `settings` are further settings of the session, by PostgreSQL's names for them.
    """
    parts = conninfo_to_dict(url)
    given = {"search_path": search_path.replace(" ", ""), "timezone": "UTC", **settings}
    options = " ".join(f"-c {name}={value}" for name, value in given.items())
    if parts.get("user") == "postgres" and str(parts.get("host", "")).startswith("/"):
        parts["user"] = role
    else:
        options = f"-c role={role} {options}"
    words: dict[str, Any] = {**parts, "options": options, "application_name": role}
    return make_conninfo(**{**LOST_AFTER, **words})


def open_pool(url: str, role: str, *, size: int) -> ConnectionPool:
    """An open pool of autocommit connections. Open it after a fork, never before.

    PostgreSQL ends a session that rests in a transaction for RESTS_AT_MOST: a process that was stopped there would keep
    its snapshot and its locks.
    """
    return ConnectionPool(
        as_role(url, role, idle_in_transaction_session_timeout=RESTS_AT_MOST),
        kwargs={"autocommit": True},
        min_size=1,
        max_size=size,
        # a pool whose attempts have failed begins no new one for a call that waits already, only for the next call
        timeout=2.5,
        # the pool doubles the wait before each new attempt; a call after this time begins a new attempt
        reconnect_timeout=2.0,
        # a server that came back should not be met with the connections of the one that died
        check=refuse_closed,
        open=True,
    )


def refuse_closed(connection: Connection[Any]) -> None:
    """Raises OperationalError if the server has closed the connection.

    It asks the server only if something has arrived on the idle connection, such as its end. It looks at the socket,
    which takes a few microseconds; to ask the server at every use would double the round trips of a command.
    """
    watched = select.poll()
    watched.register(connection.fileno(), select.POLLIN)
    if watched.poll(0):
        ConnectionPool.check_connection(connection)


def is_ours(error: Exception) -> bool:
    """Whether one of Farley's SQL functions raised the error (class FA). psycopg calls these operational, too."""
    return (getattr(error, "sqlstate", None) or "").startswith("FA")


@contextmanager
def translated() -> Iterator[None]:
    """Translates errors of an unreachable or full database to StoreUnavailable, chained.

    So it does with the end of a session that rested too long in a transaction. The error of a query that exceeded its
    time limit becomes AnsweringTookTooLong.
    """
    try:
        yield
    except psycopg.Error as error:
        _raise_translation(error)
        raise


_AWAY = (
    psycopg.OperationalError,  # also PoolTimeout
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
)


def _raise_translation(error: psycopg.Error) -> None:
    """Raises what `translated` says of this error. Returns if it has no translation."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        raise AnsweringTookTooLong() from error
    if isinstance(error, _AWAY) and not is_ours(error):
        raise StoreUnavailable() from error


class Borrowed:
    """A connection of a pool, for a block whose errors are translated.

    Connections of a pool are in autocommit mode, so nothing is committed at the end of the block. The pool rolls back a
    transaction that the block has left open.
    """

    def __init__(self, pool: ConnectionPool, timeout: float | None) -> None:
        self._pool = pool
        self._timeout = timeout

    def __enter__(self) -> Connection[Any]:
        try:
            self._connection: Connection[Any] = self._pool.getconn(self._timeout)
        except psycopg.Error as error:
            _raise_translation(error)
            raise
        return self._connection

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._pool.putconn(self._connection)
        if isinstance(error, psycopg.Error):
            _raise_translation(error)


def borrowed(pool: ConnectionPool, timeout: float | None = None) -> Borrowed:
    """Borrows a connection of the pool, and waits for it for these seconds, or else for the pool's own timeout."""
    return Borrowed(pool, timeout)


_BEGIN_SNAPSHOT = """
begin isolation level repeatable read, read only;
select operation.use_serving_tables()
"""


def use_serving_tables(connection: Connection[Any]) -> None:
    """Makes the names of tables mean the tables that serve now. The next switch makes that untrue."""
    connection.execute("select operation.use_serving_tables()", prepare=False)


@contextmanager
def snapshot(pool: ConnectionPool) -> Iterator[Connection[Any]]:
    """A read-only connection whose statements all see one state of the read models; rows are dicts.

    The snapshot decides by itself which version of their tables the names mean. A switch to rebuilt tables that
    happens meanwhile does not affect it.
    """
    with translated(), pool.connection() as connection, _in_snapshot(connection):
        yield connection


@contextmanager
def snapshot_on(url: str) -> Iterator[Connection[Any]]:
    """A snapshot on a connection of its own."""
    with translated(), psycopg.connect(url, autocommit=True) as connection, _in_snapshot(connection):
        yield connection


@contextmanager
def _in_snapshot(connection: Connection[Any]) -> Iterator[None]:
    connection.execute(_BEGIN_SNAPSHOT, prepare=False)
    connection.row_factory = dict_row
    try:
        yield
    finally:
        connection.row_factory = psycopg.rows.tuple_row
