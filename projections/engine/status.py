"""How far each projection is, and what keeps it from going on. All reports of an installation show this one answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from projections.engine.definitions import PROJECTIONS, projection
from projections.engine.rebuild_status import RebuildStatus, last_rebuild
from projections.engine.runner import ProjectionState

LAGGING, LAGGING_SECONDS = 10_000, 60.0
"""How many facts a projection may be behind, and how old the oldest of them may be. Beyond that it counts as behind."""
SILENT_SECONDS = 15.0
"""The age of the projector's last pass beyond which nobody seems to fold."""

_STATUS = """
select p.name, p.position, p.state, p.error, p.error_at, p.last_error, p.last_error_at,
       (select coalesce(max(notification_id), 0) from log.events) as head,
       coalesce(greatest(extract(epoch from clock_timestamp() - (
           select e.recorded_at from log.events e
           where e.notification_id > p.position order by e.notification_id limit 1
       )), 0), 0)::float8 as lag_seconds,
       coalesce(h.ended_well_at > clock_timestamp() - %s * interval '1 second', false) as attended,
       coalesce((h.rates ->> p.name)::float8, 0) as rate
from operation.projections p
left join operation.heartbeats h on h.name = 'projector'
where p.name = any(%s) order by p.name
"""


class StatusState(StrEnum):
    """What a projection does now."""

    LIVE = "live"
    """It folds what comes."""
    BEHIND = "behind"
    """It folds, and is further behind than it should be."""
    BLOCKED = "blocked"
    """It waits for a paused projection whose tables its fold reads."""
    STALLED = "stalled"
    """Facts wait, and no projector works."""
    PAUSED = "paused"
    """An operator paused it, or it met a fact that it cannot fold."""


class ProjectionCode(StrEnum):
    """What is wrong with a projection."""

    FACT_NOT_FOLDED = "FACT_NOT_FOLDED"
    PAUSED_BY_OPERATOR = "PAUSED_BY_OPERATOR"
    NEEDED_PROJECTION_PAUSED = "NEEDED_PROJECTION_PAUSED"
    PROJECTOR_NOT_WORKING = "PROJECTOR_NOT_WORKING"
    PROJECTION_BEHIND = "PROJECTION_BEHIND"


@dataclass(frozen=True, kw_only=True)
class ProjectionStatus:
    """The status of one projection.

    `lag`: the facts that it has not folded; `lag_seconds`: the age of the oldest of them by the database's clock, 0 if
    there are none. `rate`: facts a second that were folded over the last minute, as the projector measured it; 0 if no
    projector works. Unless it is live, `code` and `error` say what is wrong and `remedy` what to do. `error_at`: the
    position of the fact that it cannot fold. `last_error`: why it was last paused by a fact, and stays afterwards.
    """

    name: str
    state: StatusState
    position: int
    lag: int
    lag_seconds: float
    rate: float
    code: ProjectionCode | None = None
    error: str | None = None
    error_at: int | None = None
    remedy: str | None = None
    last_error: str | None = None
    last_error_at: datetime | None = None

    @property
    def ok(self) -> bool:
        return self.state is StatusState.LIVE


@dataclass(frozen=True, kw_only=True)
class FoldingStatus:
    """The log's head, the status of each projection by name, and the last rebuild, if there ever was one."""

    head: int
    projections: dict[str, ProjectionStatus]
    rebuild: RebuildStatus | None


def folding_status(connection: Connection[Any]) -> FoldingStatus:
    """Returns the status of all projections, from one statement whose cost does not grow with the log."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_STATUS, [SILENT_SECONDS, list(PROJECTIONS)]).fetchall()
    paused = {row["name"] for row in rows if row["state"] == ProjectionState.PAUSED}
    return FoldingStatus(
        head=rows[0]["head"] if rows else 0,
        projections={row["name"]: _status(row, paused) for row in rows},
        rebuild=last_rebuild(connection),
    )


def _status(row: Mapping[str, Any], paused: set[str]) -> ProjectionStatus:
    lag = max(0, row["head"] - row["position"])
    state, wrong = _state(row, lag, paused)
    return ProjectionStatus(
        name=row["name"],
        state=state,
        position=row["position"],
        lag=lag,
        lag_seconds=round(row["lag_seconds"], 1),
        rate=round(row["rate"], 1) if row["attended"] else 0.0,
        error_at=row["error_at"],
        last_error=row["last_error"],
        last_error_at=row["last_error_at"],
        **wrong,
    )


def _state(row: Mapping[str, Any], lag: int, paused: set[str]) -> tuple[StatusState, dict[str, Any]]:
    """Returns the state, and if it is not live the code, the error and the remedy."""
    name, needed = row["name"], projection(row["name"]).needs
    if row["error"] is not None:
        return StatusState.PAUSED, {
            "code": ProjectionCode.FACT_NOT_FOLDED,
            "error": row["error"],
            "remedy": f"Correct the cause and run `farley project retry {name}`, or leave the fact out:"
            f" `farley project skip {name}`.",
        }
    if name in paused:
        return StatusState.PAUSED, {
            "code": ProjectionCode.PAUSED_BY_OPERATOR,
            "error": "An operator paused it.",
            "remedy": f"`farley project retry {name}` lets it continue.",
        }
    if needed in paused:
        return StatusState.BLOCKED, {
            "code": ProjectionCode.NEEDED_PROJECTION_PAUSED,
            "error": f"It waits for {needed}, which is paused.",
            "remedy": f"It continues as soon as {needed} does.",
        }
    if row["lag_seconds"] > SILENT_SECONDS and not row["attended"]:
        return StatusState.STALLED, {
            "code": ProjectionCode.PROJECTOR_NOT_WORKING,
            "error": f"Facts wait, and no projector ended a pass in the last {SILENT_SECONDS:.0f} seconds.",
            "remedy": "Start `farley projector`; if it runs, read its log, and kill the process if it hangs.",
        }
    if lag > LAGGING or row["lag_seconds"] > LAGGING_SECONDS:
        return StatusState.BEHIND, {
            "code": ProjectionCode.PROJECTION_BEHIND,
            "error": f"It is more than {LAGGING:,} facts or {LAGGING_SECONDS:.0f} seconds behind.",
            "remedy": "It catches up at the rate shown, if that is higher than the rate of new facts.",
        }
    return StatusState.LIVE, {}
