"""What was asked over HTTP to be done to projections, for the projector, which does it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.engine.runner import Intervention, pause, resume, standings


@dataclass(frozen=True, kw_only=True)
class AskedIntervention:
    """A request that waits. `error_at`: the position of the fact that could not be folded when it was asked."""

    request_id: UUID
    operator: str
    action: Intervention
    projection: str
    error_at: int | None


def waiting(connection: Connection[Any]) -> list[AskedIntervention]:
    """Returns the requests that wait, the oldest first. A rebuild that was cut off waits again."""
    rows = connection.execute(
        "select request_id, operator, asked_action, projection, error_at from operation.requests where ended_at is null"
        " and (request_state = 'waiting' or not operation.rebuild_runs()) order by asked_at, request_id"
    ).fetchall()
    return [
        AskedIntervention(
            request_id=row[0],
            operator=row[1],
            action=Intervention(row[2]),
            projection=row[3],
            error_at=row[4],
        )
        for row in rows
    ]


def do(connection: Connection[Any], asked: AskedIntervention) -> None:
    """Pauses or resumes a projection, and notes what became of the request, in one transaction.

    Only the fact is skipped that could not be folded when somebody asked.
    """
    with connection.transaction():
        stopped_at = standings(connection)[asked.projection].error_at
        if asked.action is Intervention.SKIP and stopped_at not in (None, asked.error_at):
            refuse(connection, asked, f"It cannot fold another fact now, at position {stopped_at}.")
            return
        if asked.action is Intervention.PAUSE:
            done = pause(connection, asked.projection, operator=asked.operator)
        else:
            skip = asked.action is Intervention.SKIP
            done = resume(connection, asked.projection, skip=skip, operator=asked.operator)
        if done is None:
            refuse(connection, asked, f"It is {standings(connection)[asked.projection].state} now.")
        else:
            end(connection, asked)


def begin(connection: Connection[Any], asked: AskedIntervention) -> None:
    """Notes that the projector works on it."""
    connection.execute(
        "update operation.requests set request_state = 'running' where request_id = %s and ended_at is null",
        [asked.request_id],
    )


def end(connection: Connection[Any], asked: AskedIntervention) -> None:
    """Notes that it is done."""
    _note(connection, asked, "done", None)


def refuse(connection: Connection[Any], asked: AskedIntervention, note: str) -> None:
    """Notes why it was not done."""
    _note(connection, asked, "refused", note)


def _note(connection: Connection[Any], asked: AskedIntervention, state: str, note: str | None) -> None:
    connection.execute(
        "update operation.requests set request_state = %s, note = %s, ended_at = clock_timestamp()"
        " where request_id = %s and ended_at is null",
        [state, note, asked.request_id],
    )
