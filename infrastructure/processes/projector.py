"""The projector's process. It folds the log into the read models until it is stopped."""

import time
from contextlib import nullcontext
from typing import Any
from uuid import UUID

import psycopg
import structlog

from domain.errors import Unavailable
from domain.runs.events import RunAudienceListed, RunChunkDecided
from infrastructure.machine.clock import Interruptible, RandomIds, SystemClock
from infrastructure.machine.home import Located
from infrastructure.postgres.sleeping import Sleeper, wake
from infrastructure.processes.asked import Asked
from infrastructure.processes.heartbeat import Heartbeat
from infrastructure.processes.rebuilding import rebuilding_changed_folds
from infrastructure.processes.resting import AWAY_SECONDS, Backoff, Rest, opened_bed
from infrastructure.wiring.projector import projector_connection
from projections.engine.batch import SMALL_SIZE
from projections.engine.definitions import projection
from projections.engine.pace import Pace
from projections.engine.runner import ProjectionStanding, ProjectionState, Runner, standings

log = structlog.get_logger("projector")

READERS = {Sleeper.DISPATCHER: "campaigns", Sleeper.SCHEDULER: "schedules"}
"""The projection in which each process finds its work. Facts for that projection wake the process."""
SLEEP_SECONDS = 1.0
"""The projector looks at the log this often even if nothing woke it."""

PAUSE_PER_FOLD = 5
"""How long the projector pauses after a small batch: so many times as long as it folded.

A batch costs little more if it holds some more facts. Without the pause, a projector under load would fold a few facts
at a time and take most of a processor for it.
"""
LONGEST_PAUSE_SECONDS = 0.05
OF_MANY_PEOPLE = frozenset(fact.stored_name for fact in (RunAudienceListed, RunChunkDecided))
"""A batch with such a fact is not small: the fact is about a thousand people, and the dispatcher waits for its fold."""
NOT_WAITING_FOR_THE_DISK = "set synchronous_commit = off"
"""What a crash of the server takes from the read models is folded again. Whoever appends waits for the disk, which then
has all folds on which the new facts may rest."""


def run_projector(located: Located, sleep: Interruptible) -> None:
    """Folds until `sleep` is stopped. A database that is away is waited for."""
    log.info("started")
    with rebuilding_changed_folds(located, sleep):
        _fold_until_stopped(located, sleep)
    log.info("stopped")


def _fold_until_stopped(located: Located, sleep: Interruptible) -> None:
    away, process_id = Backoff(sleep, AWAY_SECONDS, factor=2), RandomIds().new()
    asked = Asked(located, sleep)
    while not sleep.stopped:
        try:
            with (
                projector_connection(located) as connection,
                opened_bed(located.database_url, "farley_projector", Sleeper.PROJECTOR, sleep) as bed,
            ):
                beat = Beat(connection, process_id)
                _fold(connection, Rest(bed, sleep), beat, sleep, away, asked, located.settings.lease_seconds)
        except (Unavailable, psycopg.OperationalError) as reason:
            log.warning("the database is away", error=type(reason).__name__)
            away.wait()


def _fold(
    connection: psycopg.Connection,
    rest: Rest,
    beat: "Beat",
    sleep: Interruptible,
    away: Backoff,
    asked: Asked,
    lease_seconds: float,
) -> None:
    connection.execute(NOT_WAITING_FOR_THE_DISK)
    runner = Runner(connection)
    paused: dict[str, ProjectionStanding] = {}
    rested = True
    while not sleep.stopped:
        asked.do_due(connection, rested=rested)
        rested = False
        began = time.monotonic()
        try:
            with beat.noting():
                facts = runner.fold_next()
        except psycopg.errors.LockNotAvailable:
            _end_stopped(connection, lease_seconds)
            continue
        beat.ended_well()
        if facts:
            wake(connection, _with_work(runner.folded))
            rest.reset()
            if facts < SMALL_SIZE and runner.folded.isdisjoint(OF_MANY_PEOPLE):
                sleep(min(PAUSE_PER_FOLD * (time.monotonic() - began), LONGEST_PAUSE_SECONDS))
            continue
        paused = _name_paused(connection, paused)
        away.reset()
        rest.wait(lambda: SLEEP_SECONDS)
        rested = True
    beat.stopped()


def _end_stopped(connection: psycopg.Connection, seconds: float) -> None:
    """Ends the session of a projector that was stopped while it folded, so that this one can go on."""
    row = connection.execute("select operation.end_stopped_folding(%s)", [seconds]).fetchone()
    if row is not None and row[0]:
        log.warning("the session of a stopped projector was ended", sessions=row[0])


class Beat:
    """The projector's sign of life. It says how fast each projection moves."""

    def __init__(self, connection: psycopg.Connection[Any], process_id: UUID) -> None:
        self._connection = connection
        self._clock = SystemClock()
        self._heartbeat = Heartbeat(
            lambda: nullcontext(connection), Sleeper.PROJECTOR, self._clock, process_id
        )
        self._pace = Pace()
        self.noting, self.stopped = self._heartbeat.noting, self._heartbeat.stopped

    def ended_well(self) -> None:
        """Records a pass that ended well, if that is due."""
        self._heartbeat.runs()
        if self._heartbeat.due:
            positions = {name: s.position for name, s in standings(self._connection).items()}
            self._heartbeat.ended_well(rates=self._pace.note(positions, at=self._clock.monotonic()))


def _with_work(folded: frozenset[str]) -> list[Sleeper]:
    """Who may have work now that facts of these kinds are folded."""
    return [sleeper for sleeper, name in READERS.items() if projection(name).stored_names & folded]


def _name_paused(
    connection: psycopg.Connection, known: dict[str, ProjectionStanding]
) -> dict[str, ProjectionStanding]:
    """Logs each projection that was paused since `known`. Returns those that are paused now."""
    paused = {name: s for name, s in standings(connection).items() if s.state is ProjectionState.PAUSED}
    for name, standing in paused.items():
        if known.get(name) == standing:
            continue
        if standing.paused_by_operator:
            log.warning("an operator paused a projection", projection=name, position=standing.position)
        else:
            log.error(
                "a projection is paused", projection=name, position=standing.error_at, error=standing.error
            )
    return paused
