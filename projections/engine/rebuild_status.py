"""The record of rebuilds: how far each has come, and how it ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from projections.engine.fold_errors import without_values
from projections.engine.pace import Pace

_LAST = """
select r.*, r.rebuild_state = 'running' and not operation.rebuild_runs() as is_cut_off
from operation.rebuilds r order by rebuild_id desc limit 1
"""


PROJECTOR = "projector"
"""The operator of the rebuilds that a projector does by itself, because folds changed."""


class RebuildState(StrEnum):
    """How a rebuild stands: it runs, or how it ended."""

    RUNNING = "running"
    SWITCHED = "switched"
    FAILED = "failed"
    STOPPED = "stopped"
    CUT_OFF = "cut_off"


class RebuildCode(StrEnum):
    """What is wrong with a rebuild."""

    REBUILD_FAILED = "REBUILD_FAILED"
    REBUILD_CUT_OFF = "REBUILD_CUT_OFF"


@dataclass(frozen=True, kw_only=True)
class RebuildStatus:
    """A rebuild of some projections.

    `position`: how far it has folded; `goal`: the last position to fold, which grows with the log. `rate`: facts a
    second over its last minute. `noted_at`: when it said so, or when it ended. `waits_for`: a sentence about the
    session that its switch waits for, while one keeps it waiting. If it failed or was cut off, `code` and `error` say
    what is wrong and `remedy` what to do.
    """

    state: RebuildState
    projections: tuple[str, ...]
    operator: str
    began_at: datetime
    noted_at: datetime
    position: int
    goal: int
    rate: float
    waits_for: str | None = None
    code: RebuildCode | None = None
    error: str | None = None
    remedy: str | None = None


def last_rebuild(connection: Connection[Any]) -> RebuildStatus | None:
    """Returns the newest rebuild, or None if there never was one."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(_LAST).fetchone()
    if row is None:
        return None
    state = RebuildState.CUT_OFF if row["is_cut_off"] else RebuildState(row["rebuild_state"])
    return RebuildStatus(
        state=state,
        projections=tuple(row["projections"]),
        operator=row["operator"],
        began_at=row["began_at"],
        noted_at=row["noted_at"],
        position=row["position"],
        goal=row["goal"],
        rate=round(row["rate"], 1),
        waits_for=row["waits_for"] if state is RebuildState.RUNNING else None,
        **_wrong(state, row["projections"], row["error"]),
    )


def _wrong(state: RebuildState, names: Collection[str], error: str | None) -> dict[str, Any]:
    again = (
        f"`farley project rebuild {' '.join(names)}` begins again; the old tables serve until it has ended."
    )
    if state is RebuildState.FAILED:
        return {"code": RebuildCode.REBUILD_FAILED, "error": error, "remedy": f"Correct the cause. {again}"}
    if state is RebuildState.CUT_OFF:
        return {
            "code": RebuildCode.REBUILD_CUT_OFF,
            "error": "Its process was killed, or lost its connection to the database.",
            "remedy": again,
        }
    return {}


class RebuildRecord:
    """Records a rebuild on the connection of the session that rebuilds."""

    def __init__(self, connection: Connection[Any], operator: str, names: Collection[str]) -> None:
        self._connection = connection
        self._pace = Pace()
        with connection.transaction():
            connection.execute(
                "update operation.rebuilds set rebuild_state = 'cut_off' where rebuild_state = 'running'"
            )
            row = connection.execute(
                "insert into operation.rebuilds (operator, projections) values (%s, %s) returning rebuild_id",
                [operator, list(names)],
            ).fetchone()
        assert row is not None
        self._id = row[0]
        self._rate(0)

    def reached(self, position: int, goal: int, *, waits_for: str | None = None) -> None:
        """Notes how far the rebuild has come, and what its switch waits for."""
        self._connection.execute(
            'update operation.rebuilds set "position" = %s, goal = %s, rate = %s, waits_for = %s,'
            " noted_at = clock_timestamp() where rebuild_id = %s and rebuild_state = 'running'",
            [position, goal, self._rate(position), waits_for, self._id],
        )

    def _rate(self, position: int) -> float:
        row = self._connection.execute("select extract(epoch from clock_timestamp())::float8").fetchone()
        assert row is not None
        return self._pace.note({"": position}, at=row[0])[""]

    def switched(self, position: int) -> None:
        """Notes in the transaction of the switch that the new tables serve from this position on."""
        self._connection.execute(
            'update operation.rebuilds set rebuild_state = %s, "position" = %s, goal = %s,'
            " noted_at = clock_timestamp() where rebuild_id = %s",
            [RebuildState.SWITCHED, position, position, self._id],
        )

    def _ended(self, state: RebuildState, error: str | None = None) -> None:
        self._connection.execute(
            "update operation.rebuilds set rebuild_state = %s, error = %s, noted_at = clock_timestamp()"
            " where rebuild_id = %s and rebuild_state = 'running'",
            [state, error, self._id],
        )

    def ended_by(self, reason: BaseException) -> None:
        """Notes that this ended the rebuild: a stop from outside, or a failure."""
        if isinstance(reason, GeneratorExit | KeyboardInterrupt):
            self._ended(RebuildState.STOPPED)
        else:
            text = without_values(reason)
            self._ended(RebuildState.FAILED, text)
