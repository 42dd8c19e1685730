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
from infrastructure.machine.clock import RandomIds
from infrastructure.postgres.connections import translated
from infrastructure.postgres.sleeping import Sleeper

EVERY_SECONDS = 3.0
EMPTY: Mapping[str, float] = {}
_ENDED_WELL = """
insert into operation.heartbeats (name, ended_well_at, held_back, waits_since, rates)
values (%s, clock_timestamp(), %s, clock_timestamp() - %s * interval '1 second', %s)
on conflict (name) do update
set ended_well_at = excluded.ended_well_at, held_back = excluded.held_back, disarmed = null,
    waits_since = excluded.waits_since, rates = excluded.rates
"""
_DISARMED = """
insert into operation.heartbeats (name, ended_well_at, disarmed)
select %(name)s, clock_timestamp(), %(reason)s
where not exists (select from operation.leases where name = %(name)s and expires_at > clock_timestamp())
on conflict (name) do update
set ended_well_at = excluded.ended_well_at, held_back = '{}', disarmed = excluded.disarmed, waits_since = null
"""
_SEEN = """
insert into operation.processes values (%s, %s, clock_timestamp(), clock_timestamp())
on conflict (process_id) do update set seen_at = excluded.seen_at
"""
_LEFT = """
delete from operation.processes where process_id = %s or seen_at < clock_timestamp() - interval '1 hour'
"""
_STOPPED = """
update operation.heartbeats set ended_well_at = null, failed_at = null, error = null where name = %s
"""
_FAILED = """
insert into operation.heartbeats (name, failed_at, error) values (%s, clock_timestamp(), %s)
on conflict (name) do update set failed_at = excluded.failed_at, error = excluded.error
"""


class Heartbeat:
    """Records a successful pass every few seconds, and a failed one at once, with the kind of its error.

    All processes of one kind have one row for their passes. `process_id` names one of them, a new one by default.
    """

    def __init__(
        self,
        connect: Callable[[], AbstractContextManager[Connection[Any]]],
        process: Sleeper,
        clock: Clock,
        process_id: UUID | None = None,
    ) -> None:
        self._connect = connect
        self._process = process
        self._clock = clock
        self._id = process_id or RandomIds().new()
        self._due = self._seen_due = float("-inf")

    @property
    def due(self) -> bool:
        """Whether the next successful pass is recorded."""
        return self._clock.monotonic() >= self._due

    def ended_well(
        self,
        held_back: Sequence[UUID] = (),
        *,
        waited: float | None = None,
        rates: Mapping[str, float] = EMPTY,
    ) -> None:
        """Records a pass that ended without an error. `held_back` are the runs that could not go on in it.

        `waited` says for how many seconds the due work of a dispatcher has not moved. `rates`: the facts a second
        that a projector folds, by projection.
        """
        if self.due:
            self._note(_ENDED_WELL, [self._process, list(held_back), waited, Jsonb(dict(rates))])
            self._due = self._clock.monotonic() + EVERY_SECONDS

    def runs(self, *, disarmed: str | None = None) -> None:
        """Records that the process runs, if it has no lease that shows it.

        A pass without the lease is not recorded: it would hide that the process with the lease hangs. `disarmed` says
        why a dispatcher sends nothing. That is recorded while no other dispatcher has the lease.
        """
        if self._clock.monotonic() < self._seen_due:
            return
        self._note(_SEEN, [self._id, self._process])
        if disarmed is not None:
            self._note(_DISARMED, {"name": self._process, "reason": disarmed})
        self._seen_due = self._clock.monotonic() + EVERY_SECONDS

    def leads(self) -> None:
        """Records that the process has its lease, which from now on shows that it runs."""
        if self._seen_due > float("-inf"):
            self.left()
            self._seen_due = float("-inf")

    def left(self) -> None:
        """Records that the process does not run any more."""
        self._note(_LEFT, [self._id])

    def stopped(self) -> None:
        """Records that a process without a lease ends because it was told to. Another one notes its next pass soon."""
        self.left()
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

    def _note(self, statement: LiteralString, values: list[Any] | dict[str, Any]) -> None:
        with translated(), self._connect() as connection:
            connection.execute(statement, values)
