"""Folds the log into the projections: one batch at a time, all projections in one transaction.

So the read models that a decision needs always stand at the same position. If a projection cannot fold a fact,
the runner pauses that projection only and records the error and the fact's position.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import psycopg
from psycopg import Connection

from projections.engine import batch
from projections.engine.definitions import Projection, all_projections, projection
from projections.engine.fold_errors import without_values

UNAVAILABLE = ("08", "25006", "25P03", "40", "53", "55", "57", "58")
"""The beginnings of the SQLSTATEs of errors that no fact causes.

They are: a lost connection; a server that is read-only; a session that rested too long in a transaction; a rollback
after a deadlock or because of another transaction; a full disk or memory; an object in use or locked; a cancelled query
or a server that stops; an I/O error. Errors of class 54 do not belong to them, though psycopg calls them operational: a
value that is too large for an index stays so.
"""


_HOLD_FOLDING = (
    "lock table operation.folding in exclusive mode; select operation.use_serving_tables(), " + batch.BY_INDEX
)


class ProjectionState(StrEnum):
    """Whether a projection folds, or waits for an operator, who paused it or has to deal with a fact."""

    LIVE = "live"
    PAUSED = "paused"


class Intervention(StrEnum):
    """What an operator can do to a projection."""

    PAUSE = "pause"
    RETRY = "retry"
    SKIP = "skip"
    REBUILD = "rebuild"
    VERIFY = "verify"


@dataclass(frozen=True, kw_only=True)
class ProjectionStanding:
    """The position and state of one projection.

    For a projection that met a fact that it cannot fold, `error` says why and `error_at` is the fact's position. A
    projection that an operator paused has neither.
    """

    name: str
    position: int
    state: ProjectionState
    error: str | None = None
    error_at: int | None = None

    @property
    def paused_by_operator(self) -> bool:
        return self.state is ProjectionState.PAUSED and self.error is None


def standings(connection: Connection[Any]) -> dict[str, ProjectionStanding]:
    """Returns the standing of every projection in this database, by name."""
    with connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
        rows = cursor.execute(
            "select name, position, state, error, error_at from operation.projections"
        ).fetchall()
    return {
        row[0]: ProjectionStanding(
            name=row[0], position=row[1], state=ProjectionState(row[2]), error=row[3], error_at=row[4]
        )
        for row in rows
    }


def position_of(connection: Connection[Any], names: Collection[str]) -> int:
    """Returns the position up to which all of these projections have folded."""
    by_name = standings(connection)
    return min(by_name[name].position for name in names)


def live_standings(connection: Connection[Any]) -> dict[str, ProjectionStanding]:
    """Returns the standings of the projections that fold, in the order of `PROJECTIONS`.

    Leaves out a projection if it, or the projection that it needs, is paused.
    """
    by_name = standings(connection)
    live = {
        p.name: by_name[p.name]
        for p in all_projections()
        if p.name in by_name and by_name[p.name].state is ProjectionState.LIVE
    }
    return {name: s for name, s in live.items() if (projection(name).needs or name) in live}


def head(connection: Connection[Any]) -> int:
    """Returns the position of the newest fact, 0 if the log is empty."""
    with connection.cursor(row_factory=psycopg.rows.tuple_row) as cursor:
        row = cursor.execute("select coalesce(max(notification_id), 0) from log.events").fetchone()
    return int(row[0]) if row else 0


def hold_folding(connection: Connection[Any]) -> None:
    """Keeps all others from folding and switching until the transaction ends. Names then mean the serving tables."""
    connection.execute(_HOLD_FOLDING, prepare=False)


def is_unavailable(connection: Connection[Any], error: Exception) -> bool:
    """Whether the database failed and not the fold, which may then succeed later."""
    sqlstate = getattr(error, "sqlstate", None)
    if sqlstate is None:
        return connection.closed or isinstance(error, psycopg.OperationalError)
    return connection.closed or sqlstate.startswith(UNAVAILABLE)


class Runner:
    """Folds on a connection of its own, which is in autocommit mode."""

    def __init__(self, connection: Connection[Any], *, batch_size: int = batch.LIVE_SIZE) -> None:
        self._connection = connection
        self._size = batch_size
        self.folded: frozenset[str] = frozenset()
        """The stored names of the facts in the last batch."""
        batch.prepare(connection)

    def catch_up(self) -> int:
        """Folds until nothing is left. Returns the lowest position of all projections."""
        while self.fold_next():
            pass
        return min((s.position for s in standings(self._connection).values()), default=0)

    def fold_next(self) -> int:
        """Folds one batch for the projections that are furthest behind.

        Returns the number of facts in the batch, 0 if nothing was left to fold.
        """
        live = live_standings(self._connection)
        end = head(self._connection)
        lowest = min((s.position for s in live.values()), default=end)
        if lowest >= end:
            return 0
        group = [projection(name) for name in live if live[name].position == lowest]
        ahead = [s.position for s in live.values() if s.position > lowest]
        held = batch.fill(self._connection, after=lowest, upto=min([lowest + self._size, end, *ahead]))
        if not self._fold(group, held):
            self._fold_each(group, held)
        self.folded = held.stored_names
        return held.upto - held.after

    def _fold(self, group: Collection[Projection], held: batch.Batch) -> bool:
        """Folds the batch for these projections and moves their positions, in one transaction.

        Returns False, with nothing changed, if one of them cannot fold it. A projection whose position another runner
        has moved already stays as it is.
        """
        try:
            with self._connection.transaction():
                hold_folding(self._connection)
                rows = self._connection.execute(
                    "update operation.projections set position = %s where name = any(%s) and position = %s"
                    " and state = 'live' returning name",
                    [held.upto, [member.name for member in group], held.after],
                ).fetchall()
                moved = {row[0] for row in rows}
                for member in group:
                    if member.name in moved:
                        held.fold(member, self._connection)
        except Exception as error:  # no error of a fold may stop the other projections
            if is_unavailable(self._connection, error):
                raise
            return False
        return True

    def _fold_each(self, group: Collection[Projection], held: batch.Batch) -> None:
        """Folds the batch for each projection apart, and pauses those that cannot fold it.

        A projection that needs one of those is neither folded nor paused. It goes on after the one that it needs.
        """
        failed: dict[str, Projection] = {}
        with self._connection.transaction():
            for member in group:
                if member.needs not in failed and not self._fold([member], held):
                    failed[member.name] = member
        for member in failed.values():
            self._isolate(member, held.after, held.upto)

    def _isolate(self, projection: Projection, after: int, upto: int) -> None:
        """Finds the fact that the projection cannot fold, by halving the batch.

        Folds all facts before it and pauses the projection there.
        """
        if upto - after == 1:
            self._pause(projection, after, upto)
            return
        middle = (after + upto) // 2
        for start, end in ((after, middle), (middle, upto)):
            held = batch.fill(self._connection, after=start, upto=end)
            if not self._fold([projection], held):
                self._isolate(projection, start, end)
                return

    def _pause(self, projection: Projection, after: int, upto: int) -> None:
        held = batch.fill(self._connection, after=after, upto=upto)
        try:
            with self._connection.transaction(force_rollback=True):
                hold_folding(self._connection)
                held.fold(projection, self._connection)
            error = "the fold failed in a batch but not alone"
        except Exception as reason:
            if is_unavailable(self._connection, reason):
                raise
            error = without_values(reason)
        self._connection.execute(
            "update operation.projections set state = 'paused', error = %s, error_at = %s, last_error = %s,"
            " last_error_at = clock_timestamp(), changed_at = clock_timestamp() where name = %s and position = %s",
            [error, held.upto, error, projection.name, after],
        )


def pause(connection: Connection[Any], name: str, *, operator: str) -> int | None:
    """Pauses a projection that folds and records the operator who did it. Its tables go on serving as they are.

    Returns its position, or None if it is paused already.
    """
    with connection.transaction():
        row = connection.execute(
            "update operation.projections set state = 'paused', changed_at = clock_timestamp()"
            " where name = %s and state = 'live' returning position",
            [name],
        ).fetchone()
        if row is None:
            return None
        intervene(connection, operator, Intervention.PAUSE, [name], row[0])
    return int(row[0])


def resume(connection: Connection[Any], name: str, *, skip: bool, operator: str) -> int | None:
    """Resumes a paused projection and records the operator who did it.

    With `skip`, the projection leaves out the fact that it could not fold; otherwise it tries that fact again.
    Returns the position after which it continues, or None if it is not paused or has no fact to skip.
    """
    with connection.transaction():
        row = connection.execute(
            "update operation.projections set state = 'live', error = null, error_at = null,"
            " position = position + %s, changed_at = clock_timestamp()"
            " where name = %s and state = 'paused' and (error_at is not null or not %s)"
            " returning position, last_error",
            [1 if skip else 0, name, skip],
        ).fetchone()
        if row is None:
            return None
        if skip:
            intervene(connection, operator, Intervention.SKIP, [name], row[0], note=row[1])
        else:
            intervene(connection, operator, Intervention.RETRY, [name], row[0])
    return int(row[0])


def intervene(
    connection: Connection[Any],
    operator: str,
    action: Intervention,
    names: Collection[str],
    position: int,
    *,
    note: str | None = None,
) -> None:
    """Records what an operator did to projections, where they stood then, and what else is to be known about it."""
    connection.execute(
        'insert into operation.interventions (operator, action, projection, "position", note)'
        " select %s, %s, name, %s, %s from unnest(%s::text[]) as name",
        [operator, action, position, note, list(names)],
    )
