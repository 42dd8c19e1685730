"""Records the passes of a process, so that health can tell whether the process works."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import Connection
from psycopg.types.json import Jsonb

from domain.errors import Unavailable
from domain.ports import Clock
from infrastructure.postgres.connections import translated
from infrastructure.postgres.sleeping import Sleeper

EVERY_SECONDS = 3.0
EMPTY: Mapping[str, float] = {}
_ENDED_WELL = """
insert into operation.heartbeats (name, ended_well_at, held_back, disarmed, waits_since, rates)
values (%s, clock_timestamp(), %s, %s, clock_timestamp() - %s * interval '1 second', %s)
on conflict (name) do update
set ended_well_at = excluded.ended_well_at, held_back = excluded.held_back, disarmed = excluded.disarmed,
    waits_since = excluded.waits_since, rates = excluded.rates
"""
_STOPPED = (
    "update operation.heartbeats set ended_well_at = null, failed_at = null, error = null where name = %s"
)
_FAILED = """
insert into operation.heartbeats (name, failed_at, error) values (%s, clock_timestamp(), %s)
on conflict (name) do update set failed_at = excluded.failed_at, error = excluded.error
"""


class Heartbeat:
    """Records a successful pass every few seconds, and a failed one at once, with the kind of its error."""

    def __init__(
        self, connect: Callable[[], AbstractContextManager[Connection[Any]]], process: Sleeper, clock: Clock
    ) -> None:
        self._connect = connect
        self._process = process
        self._clock = clock
        self._due = float("-inf")

    @property
    def due(self) -> bool:
        """Whether the next successful pass is recorded."""
        return self._clock.monotonic() >= self._due

    def ended_well(
        self,
        held_back: Sequence[UUID] = (),
        *,
        disarmed: str | None = None,
        waited: float | None = None,
        rates: Mapping[str, float] = EMPTY,
    ) -> None:
        """Records a pass that ended without an error. `held_back` are the runs that could not go on in it.

        `disarmed` says why a dispatcher sends nothing; `waited`, for how many seconds its due work has not moved.
        `rates`: the facts a second that a projector folds, by projection.
        """
        if self.due:
            self._note(_ENDED_WELL, [self._process, list(held_back), disarmed, waited, Jsonb(dict(rates))])
            self._due = self._clock.monotonic() + EVERY_SECONDS

    def stopped(self) -> None:
        """Records that the process ends because it was told to."""
        self._note(_STOPPED, [self._process])

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Records an error that is raised inside, except a database's, which health reports by itself."""
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
