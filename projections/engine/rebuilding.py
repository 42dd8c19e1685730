"""Rebuilds projections while they serve: into tables beside theirs, and then a switch.

Readers and the live projector use the serving tables meanwhile. A rebuild that fails or is cut off leaves them as they
are; the next one drops what it left.
"""

from collections.abc import Callable, Collection, Generator, Iterator
from contextlib import suppress
from typing import Any

import psycopg
from psycopg import Connection

from domain.errors import Conflict
from domain.ports import Sleep
from projections.engine import batch
from projections.engine.beside import BesideFold, skipped
from projections.engine.definitions import Projection, all_projections, folded_together
from projections.engine.holders import Holder, holders
from projections.engine.rebuild_status import RebuildRecord
from projections.engine.runner import Intervention, ProjectionState, head, hold_folding, intervene, standings

FIRST_TAIL = 1_000
"""The most facts that the first attempt to switch folds while the projector waits. Each further attempt folds more."""
FOLDING_PATIENCE = "2s"
"""How long the switch waits for the batch that the projector folds. It is less than a projector that ends has."""
VIEWS_PATIENCE = "100ms"
"""How long the switch waits for the readers of the reporting views. New readers of these views wait behind it."""
RETRY_SECONDS = 0.5
ATTEMPTS_TO_DROP = 20
"""After these, the old tables are left to the next rebuild or start of the projector: a reader is slow."""


class RebuildRunning(Conflict):
    """Another rebuild is running. Wait until it has ended."""


def rebuild(
    connection: Connection[Any],
    *names: str,
    sleep: Sleep,
    operator: str,
    tell: Callable[[str], None] = lambda _: None,
    batch_size: int = batch.REBUILD_SIZE,
) -> Generator[tuple[int, int], None, None]:
    """Folds projections again from the first fact, with those that they need or that need them, and then switches.

    Each fact is read and parsed once for all of them. They switch together, to the position of the live projections.
    `sleep` waits between two attempts to switch; `tell` gets a sentence for each session that an attempt waited for in
    vain. `operator` is recorded as the one who did it. Needs a connection like a Runner's, with a prepared batch.
    Yields (position reached, last position to fold) after each batch and after each attempt to switch that failed.
    Raises RebuildRunning or, with the old tables still serving, CannotBeFolded.
    """
    members = folded_together(names)
    row = connection.execute(
        "select operation.begin_rebuild(%s)", [[member.name for member in members]]
    ).fetchone()
    if row is None or row[0] is None:
        raise RebuildRunning()
    try:
        yield from _recorded(connection, members, row[0], sleep, operator, tell, batch_size)
    finally:
        with suppress(psycopg.OperationalError):  # the connection is lost, and with it the lock
            connection.execute("select operation.end_rebuild()")
    for _ in range(ATTEMPTS_TO_DROP):
        if not drop_retired(connection):
            break
        sleep(RETRY_SECONDS)


def _recorded(
    connection: Connection[Any],
    members: Collection[Projection],
    path: str,
    sleep: Sleep,
    operator: str,
    tell: Callable[[str], None],
    size: int,
) -> Iterator[tuple[int, int]]:
    """Folds and switches, and records how far it has come and how it ended."""
    record = RebuildRecord(connection, operator, [member.name for member in members])
    rebuilding = _Rebuild(connection, members, path, record, operator, tell)
    try:
        yield from rebuilding.fold_and_switch(size, sleep)
    except BaseException as reason:
        # If the connection is lost, the record shows that the rebuild was cut off.
        with suppress(psycopg.OperationalError):
            record.ended_by(reason)
        raise


def changed_folds(connection: Connection[Any]) -> list[str]:
    """Returns the projections whose serving tables were made by another fold than that of this version."""
    rows = connection.execute("select name, definition from operation.projections").fetchall()
    made_by = {row[0]: row[1] for row in rows}
    return [one.name for one in all_projections() if made_by.get(one.name) != one.definition]


def drop_retired(connection: Connection[Any]) -> int:
    """Drops the tables of earlier versions that nobody can read any more. Returns how many schemas have to wait."""
    row = connection.execute("select operation.drop_retired()").fetchone()
    return int(row[0]) if row else 0


class _Rebuild:
    """The tables beside the serving ones, which `path` names, and the position that they have reached."""

    def __init__(
        self,
        connection: Connection[Any],
        members: Collection[Projection],
        path: str,
        record: RebuildRecord,
        operator: str,
        tell: Callable[[str], None],
    ) -> None:
        self._connection = connection
        self._record = record
        self._operator = operator
        self._tell = tell
        self._told: int | None = None
        self._held_before: set[Holder] | None = None
        self._names = [member.name for member in members]
        self._definitions = [member.definition for member in members]
        self._fold = BesideFold(connection, members, path, skipped(connection))

    def fold_and_switch(self, size: int, sleep: Sleep) -> Iterator[tuple[int, int]]:
        tail = FIRST_TAIL
        self._record.reached(0, self._position_to_reach())
        yield from self._catch_up(size, min(tail, size))
        if self._fold.position > 0:
            self._connection.execute("select operation.analyze_rebuilt(%s)", [self._names])
        while True:
            yield from self._catch_up(size, min(tail, size))
            before = self._fold.position
            try:
                if self._switched(tail):
                    break
                tail *= 2
            except psycopg.errors.LockNotAvailable:
                self._fold.position = before
                self._tell_holder()
                sleep(RETRY_SECONDS)
                yield before, self._position_to_reach()
        if self._fold.position > before:
            yield self._fold.position, self._fold.position

    def _catch_up(self, size: int, tail: int) -> Iterator[tuple[int, int]]:
        """Folds until at most `tail` facts are left that the live projections have folded."""
        while (end := self._position_to_reach()) - self._fold.position > tail:
            self._fold.fold_to(min(self._fold.position + size, end))
            self._record.reached(self._fold.position, end)
            yield self._fold.position, end

    def _switched(self, tail: int) -> bool:
        """Folds the last facts and switches, in one transaction, unless there are more than `tail` facts.

        Raises LockNotAvailable, with nothing changed, while another session folds or a slow reader holds a view.
        """
        self._held_before = None
        with self._connection.transaction():
            self._wait_for_locks(FOLDING_PATIENCE)
            hold_folding(self._connection)
            end = self._position_to_reach()
            if end - self._fold.position > tail:
                return False
            self._fold.fold_to(end)
            intervene(self._connection, self._operator, Intervention.REBUILD, self._names, end)
            self._record.switched(end)
            self._held_before = holders(self._connection, self._names)
            self._wait_for_locks(VIEWS_PATIENCE)
            self._connection.execute(
                "select operation.switch_to_rebuilt(%s, %s, %s)", [self._names, self._definitions, end]
            )
        return True

    def _tell_holder(self) -> None:
        """Notes which session the last attempt waited for, and tells it unless that was told already."""
        holder = self._holder()
        waits_for = str(holder) if holder is not None else None
        self._record.reached(self._fold.position, self._position_to_reach(), waits_for=waits_for)
        if holder is not None and holder.pid != self._told:
            self._tell(str(holder))
            self._told = holder.pid

    def _holder(self) -> Holder | None:
        """Returns a session that the last attempt waited for in vain, None if nobody holds it up any more.

        An attempt that could fold has waited for readers, and only for those that had read before it.
        """
        held = holders(self._connection, self._names)
        if self._held_before is None:
            return min((holder for holder in held if holder.folds), default=None)
        return min(held & self._held_before, default=None)

    def _wait_for_locks(self, time_limit: str) -> None:
        self._connection.execute("select set_config('lock_timeout', %s, true)", [time_limit])

    def _position_to_reach(self) -> int:
        """Returns the highest position of a live projection or of one that is rebuilt; the head if none is live."""
        by_name = standings(self._connection)
        live = [s.position for s in by_name.values() if s.state is ProjectionState.LIVE]
        own = [by_name[name].position for name in self._names]
        return max([*live, *own], default=0) if live else head(self._connection)
