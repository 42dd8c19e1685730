"""What a process that works in passes says of them, for whoever asks whether it works."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import Connection

from domain.errors import Unavailable
from domain.ports import Clock
from infrastructure.postgres.connections import translated
from infrastructure.postgres.sleeping import Sleeper

EVERY_SECONDS = 3.0
_ENDED_WELL = """
insert into operation.heartbeats (name, ended_well_at, held_back) values (%s, clock_timestamp(), %s)
on conflict (name) do update set ended_well_at = excluded.ended_well_at, held_back = excluded.held_back
"""
_FAILED = """
insert into operation.heartbeats (name, failed_at, error) values (%s, clock_timestamp(), %s)
on conflict (name) do update set failed_at = excluded.failed_at, error = excluded.error
"""


class Heartbeat:
    """Notes when a pass ended well, every few seconds, and at once that one failed, by the kind of its error."""

    def __init__(
        self, connect: Callable[[], AbstractContextManager[Connection[Any]]], process: Sleeper, clock: Clock
    ) -> None:
        self._connect = connect
        self._process = process
        self._clock = clock
        self._due = float("-inf")

    def ended_well(self, held_back: Sequence[UUID] = ()) -> None:
        """`held_back`: the runs that could not go on in it."""
        now = self._clock.monotonic()
        if now >= self._due:
            self._note(_ENDED_WELL, [self._process, list(held_back)])
            self._due = now + EVERY_SECONDS

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Notes an error that ends what is inside, but for one of the database: health names that by itself."""
        try:
            yield
        except (Unavailable, psycopg.OperationalError):
            raise
        except Exception as error:
            with suppress(psycopg.Error, Unavailable):
                self._note(_FAILED, [self._process, type(error).__name__])
            raise

    def _note(self, statement: LiteralString, values: list[Any]) -> None:
        with translated(), self._connect() as connection:
            connection.execute(statement, values)
