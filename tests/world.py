"""A whole installation on a test's database. The test runs its projector and dispatcher step by step."""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg
from psycopg.pq import TransactionStatus

from application.dispatch.dispatcher import Dispatcher
from application.dispatch.ports import Handovers, RunReading
from infrastructure.machine.home import Located
from infrastructure.machine.settings import Settings
from infrastructure.postgres.recorder import LogEvent
from infrastructure.wiring.dispatcher import DispatcherInstallation
from infrastructure.wiring.installation import Installation
from infrastructure.wiring.projector import projector_connection
from infrastructure.wiring.scheduler import SchedulerInstallation
from infrastructure.wiring.use_cases import UseCases
from projections.campaigns import reading as campaigns
from projections.engine.runner import Runner, standings
from tests.commands import CANARY as CANARY
from tests.commands import Commands
from tests.databases import TestDatabase
from tests.projections.log import Recorded
from tests.smtp_sink import SmtpSink

BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC)


class VirtualClock:
    """A clock whose instant changes only by `move`. Durations are real, because time limits are real."""

    def __init__(self, instant: datetime = BEGIN) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return time.monotonic()

    def move(self, delta: timedelta) -> None:
        self.instant += delta


def located_on(database: Any, home: Path, **settings: str) -> Located:
    """Returns the location of a test's databases, with settings and installation keys for tests."""
    env = {"FARLEY_HOME": str(home), "FARLEY_REGION": "DE", **settings}
    return Located(
        settings=Settings.from_env(env),
        database_url=database.url,
        keys_url=database.keys_url,
        id_key=b"i" * 32,
        wrapping_key=b"w" * 32,
        server=None,
    )


Opened = TypeVar("Opened", bound=Installation)


class AtOnce(Executor):
    """An executor that runs the function before `submit` returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except BaseException as error:
            future.set_exception(error)
        return future


class World(Commands):
    """An installation whose commands use the role of the web process, and whose dispatcher uses its own role.

    Facts are folded only when the test calls `fold`.
    """

    def __init__(
        self,
        database: Any,
        home: Path,
        sink: SmtpSink | None = None,
        *,
        clock: VirtualClock | None = None,
        **settings: str,
    ) -> None:
        if sink is not None:
            settings["FARLEY_SMTP_URL"] = sink.url
        self.database = database
        self.clock = clock or VirtualClock()
        database.execute("update log.installation set brings_own_clock = true")
        self.located = located_on(database, home, **settings)
        self._opened = ExitStack()
        self.web = self._open(UseCases)
        self.services = self.web.services()

    def close(self) -> None:
        self._opened.close()

    @cached_property
    def sending(self) -> DispatcherInstallation:
        return self._open(DispatcherInstallation)

    @cached_property
    def scheduling(self) -> SchedulerInstallation:
        return self._open(SchedulerInstallation)

    @property
    def projector(self) -> psycopg.Connection[Any]:
        return self._folding[0]

    @property
    def runner(self) -> Runner:
        return self._folding[1]

    @cached_property
    def _folding(self) -> tuple[psycopg.Connection[Any], Runner]:
        """The projector's connection with its runner.

        An earlier test on the same database may have left both; a new connection takes long to prepare.
        """
        left = getattr(self.database, "runners", [])
        connection, runner = left.pop() if left else self._new_folding()
        self._opened.callback(self._leave, connection, runner)
        return connection, runner

    def _new_folding(self) -> tuple[psycopg.Connection[Any], Runner]:
        connection = projector_connection(self.located)
        return connection, Runner(connection)

    def _leave(self, connection: psycopg.Connection[Any], runner: Runner) -> None:
        usable = connection.info.transaction_status == TransactionStatus.IDLE
        if usable and isinstance(self.database, TestDatabase):
            self.database.runners.append((connection, runner))
        else:
            connection.close()

    def _open(self, process: type[Opened]) -> Opened:
        parts: dict[str, Any] = {"clock": self.clock, "brought_clock": self.clock}
        if isinstance(self.database, TestDatabase):
            parts["pools"] = self.database.pools.lend
        return self._opened.enter_context(process(self.located, pool_size=4, **parts))

    def fold(self) -> int:
        """Folds all facts and returns the position that is reached. A paused projection fails the test."""
        position = self.runner.catch_up()
        paused = [s for s in standings(self.projector).values() if s.state == "paused"]
        assert not paused and position == self.web.store.head(), paused
        return position

    # Work of processes

    def dispatcher(self, holder: str | None = None, **parts: Any) -> Dispatcher:
        """Returns a new dispatcher, which by default reads audiences within its own steps."""
        return self.sending.dispatcher(holder or f"test:{self.new_id()}", **{"background": AtOnce(), **parts})

    def handovers(self) -> Handovers:
        return self.sending.handovers()

    def run_reading(self) -> RunReading:
        return self.sending.run_reading()

    def wrap_append(self, wrap: Callable[[Callable[..., Any]], Callable[..., Any]]) -> None:
        """Replaces what appends the facts of dispatchers by what `wrap` makes of it."""
        recorder: Any = self.sending.recorder
        recorder.insert_events = wrap(recorder.insert_events)

    @cached_property
    def _leases(self) -> psycopg.Connection[Any]:
        return self._opened.enter_context(psycopg.connect(self.database.url, autocommit=True))

    def expire_lease(self) -> None:
        self._leases.execute("update operation.leases set expires_at = '-infinity'")

    def lease_holder(self) -> str | None:
        """Returns who holds the dispatcher's lease, None if nobody does."""
        row = self._leases.execute(
            "select holder from operation.leases where name = 'dispatcher' and expires_at > clock_timestamp()"
        ).fetchone()
        return row[0] if row else None

    def keep_lease(self) -> None:
        """Lets the lease run until `expire_lease`: no real second decides anything."""
        self._leases.execute(
            "update operation.leases set expires_at = 'infinity' where expires_at > '-infinity'"
        )

    def run_to_end(self, dispatcher: Dispatcher, steps: int = 60) -> None:
        """Folds and dispatches until no work is left at this instant. Fails the test after `steps` steps."""
        for _ in range(steps):
            self.fold()
            if not dispatcher.advance():
                self.fold()
                if not dispatcher.advance():
                    return
        raise AssertionError(f"the run does not come to an end: {self.log_names()[-12:]}")

    # Questions

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with self.web.reading.snapshot() as connection:
            yield connection

    def head(self) -> int:
        return self.web.store.head()

    def facts(self, after: int = 0) -> list[Recorded]:
        """Returns the facts after this position, in the log's order."""
        rows = self.projector.execute(
            "select notification_id, recorded_at, stream_id, originator_version, stored_name, state"
            " from log.events where notification_id > %s order by notification_id",
            [after],
        )
        mapper = self.web.store.mapper
        return [
            Recorded(position=row[0], recorded_at=row[1], fact=mapper.to_domain_event(LogEvent(*row[2:])))
            for row in rows.fetchall()
        ]

    def run(self, run_id: UUID) -> dict[str, Any]:
        with self.reading() as connection:
            found = campaigns.run(connection, run_id)
        assert found is not None
        return found

    def decisions(self, run_id: UUID) -> dict[UUID, dict[str, Any]]:
        with self.reading() as connection:
            rows = campaigns.decisions(connection, run_id, limit=500)
        return {row["member_id"]: row for row in rows}

    def positions_of(self, stored_name: str, customer_id: UUID | None = None) -> Sequence[int]:
        """Returns the positions of the facts of this kind, of one customer if an id is given."""
        with self.reading() as connection:
            rows = connection.execute(
                "select notification_id as position from log.events where stored_name = %(stored_name)s"
                " and (%(customer)s::uuid is null or customer_id = %(customer)s) order by 1",
                {"stored_name": stored_name, "customer": customer_id},
            ).fetchall()
        return [row["position"] for row in rows]

    def handovers_of(self, run_id: UUID) -> dict[UUID, list[int]]:
        """Returns the positions of a run's handovers by member, whichever profile's contact point they used."""
        with self.reading() as connection:
            rows = connection.execute(
                "select member_id, position from event.message_handed_over where run_id = %s order by position",
                [run_id],
            ).fetchall()
        handed: dict[UUID, list[int]] = {}
        for row in rows:
            handed.setdefault(row["member_id"], []).append(row["position"])
        return handed

    def log_names(self) -> list[str]:
        """Returns the stored names of all facts in the log's order."""
        with self.reading() as connection:
            rows = connection.execute(
                "select stored_name from log.events order by notification_id"
            ).fetchall()
        return [row["stored_name"] for row in rows]
