"""Connections on which the log is folded into temporary tables, beside the read models."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg_pool import ConnectionPool

import domain.registry  # noqa: F401 - the batch has a view over every kind of fact
from infrastructure.postgres.connections import RESTS_AT_MOST, as_role, borrowed, refuse_closed
from projections.engine.shadow import SEARCH_PATH, Shadow, empty, prepare

ROLE = "farley_replayer"
"""The role can read only the log, so that no answer on its connections rests on a projection."""
MOST_CONNECTIONS = 5
"""Of one process at a time. A question takes one, a replay two. A further one waits, and is then refused."""
MOST_REPLAYS = (MOST_CONNECTIONS - 1) // 2
"""At a time, so that replays never take all connections from questions."""
LONGEST_WAIT_SECONDS = 5.0


class Shadows:
    """Shadows of these projections. A connection is opened for the first question, its tables are made once."""

    def __init__(self, database_url: str, names: Collection[str]) -> None:
        self._names = names
        self._pool = ConnectionPool(
            as_role(database_url, ROLE, SEARCH_PATH, idle_in_transaction_session_timeout=RESTS_AT_MOST),
            kwargs={"autocommit": True},
            configure=self._configure,
            min_size=0,
            max_size=MOST_CONNECTIONS,
            num_workers=1,
            timeout=LONGEST_WAIT_SECONDS,
            check=refuse_closed,
            open=True,
        )

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def log(self) -> Iterator[Connection[Any]]:
        """A connection that only reads the log."""
        with borrowed(self._pool) as connection:
            yield connection

    @contextmanager
    def shadow(
        self,
        connection: Connection[Any],
        names: Collection[str],
        about: Collection[UUID] | None = None,
        as_of: datetime | None = None,
    ) -> Iterator[Shadow]:
        """Opens an empty shadow on such a connection. Nothing of it is left afterwards."""
        try:
            yield Shadow(connection, names, about=about, as_of=as_of)
        finally:
            _let_go(connection)

    def _configure(self, connection: psycopg.Connection[Any]) -> None:
        prepare(connection, self._names)


def _let_go(connection: Connection[Any]) -> None:
    """A connection that could not be emptied is used no more."""
    try:
        empty(connection)
    except psycopg.Error:
        connection.close()
