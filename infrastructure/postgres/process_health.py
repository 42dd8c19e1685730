"""Whether the projector, the dispatcher and the scheduler work, and not only whether they run.

Each process notes the end of its passes of work (`infrastructure.processes.heartbeat`). The dispatcher and the
scheduler have leases, too, and work that is due leaves traces in the read models, which another process can see.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from application.leases import DISPATCHER, SCHEDULER
from infrastructure.postgres.sleeping import Sleeper
from projections.campaigns import dispatching
from projections.schedules import reading as schedules

FRESH_SECONDS = 15.0
"""The age of the last successful pass beyond which a process counts as not working."""
PATIENCE = {DISPATCHER: 180.0, SCHEDULER: 30.0}
"""The seconds for which due work may wait. A mail server that delays each of its answers as long as it may takes about
two minutes for a message: meanwhile the dispatcher is healthy."""
PROCESSES = (Sleeper.PROJECTOR, Sleeper.DISPATCHER, Sleeper.SCHEDULER)
"""The processes that note the ends of their passes, in the order of reports."""
_OF_PROCESSES = """
select asked.name, l.epoch, l.expires_at > clock_timestamp() as leads, isfinite(l.expires_at) as was_cut_off,
       extract(epoch from clock_timestamp() - l.held_since)::float8 as held_seconds,
       extract(epoch from clock_timestamp() - h.ended_well_at)::float8 as silent_seconds,
       l.holder, waiting.since as waits_for_lease_since,
       h.ended_well_at, h.failed_at, h.failed_at > coalesce(h.ended_well_at, '-infinity') as fails, h.error,
       nullif(h.held_back, '{}') as held_back, h.disarmed, h.waits_since, clock_timestamp() as now,
       exists (
           select from operation.processes p
           where p.name = asked.name and p.seen_at > clock_timestamp() - %s * interval '1 second'
       ) as another_runs
from unnest(%s::text[]) with ordinality as asked(name, ordinal)
left join operation.leases l using (name) left join operation.heartbeats h using (name)
-- A process that was seen before the lease was taken may be the one that took it.
left join lateral (
    select min(p.since) as since from operation.processes p
    where p.name = asked.name and p.seen_at > greatest(l.held_since, clock_timestamp() - %s * interval '1 second')
      and l.expires_at > clock_timestamp()
) waiting on true
order by asked.ordinal
"""


class ProcessCode(StrEnum):
    """What is wrong with a process."""

    NOT_RUNNING = "NOT_RUNNING"
    STARTING = "STARTING"
    """It has ended no pass yet: it took its lease a moment ago, or takes over from another process that has ended."""
    SILENT = "SILENT"
    FAILING = "FAILING"
    DISARMED = "DISARMED"
    RUNS_HELD_BACK = "RUNS_HELD_BACK"
    WORK_WAITS = "WORK_WAITS"


def process_parts(
    connection: Connection[Any], due: Mapping[str, datetime | None]
) -> dict[str, dict[str, Any]]:
    """Returns the part of each process in the report on health, by name. `due`: since when the oldest work of a process
    waits that is seen from outside."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_OF_PROCESSES, [FRESH_SECONDS, list(PROCESSES), FRESH_SECONDS]).fetchall()
    return {row["name"]: _part(row, due.get(row["name"])) for row in rows}


def due_work(connection: Connection[Any]) -> dict[str, datetime | None]:
    """Returns since when the oldest due work of a process waits, as the read models of this snapshot show it."""
    row = connection.execute("select clock_timestamp() as now").fetchone()
    assert row is not None
    return {
        DISPATCHER: dispatching.oldest_due(connection, row["now"]),
        SCHEDULER: schedules.oldest_overdue(connection, row["now"]),
    }


def _part(row: Mapping[str, Any], seen: datetime | None) -> dict[str, Any]:
    since = min((one for one in (row["waits_since"], seen) if one is not None), default=None)
    waited = max(0.0, (row["now"] - since).total_seconds()) if since is not None else 0.0
    wrong = _wrong(row, waited)
    details = {
        "last_good_pass_at": row["ended_well_at"],
        "waits_since": since,
        "last_error": row["error"],
        "last_error_at": row["failed_at"],
        "held_back": row["held_back"],
        "disarmed": None if row["leads"] else row["disarmed"],
        **_waiting(row),
    }
    epoch = {} if row["name"] == Sleeper.PROJECTOR else {"epoch": row["epoch"]}
    return {
        "ok": not wrong,
        **wrong,
        **epoch,
        "waited_seconds": round(waited),
        **{name: value for name, value in details.items() if value is not None},
    }


def _waiting(row: Mapping[str, Any]) -> dict[str, Any]:
    """Returns whose lease another process of this kind waits for, as host and process id, and since when."""
    since = row["waits_for_lease_since"]
    holder = ":".join(row["holder"].split(":")[:2]) if since is not None else None
    return {"waits_for_lease_of": holder, "waits_for_lease_since": since}


def _wrong(row: Mapping[str, Any], waited: float) -> dict[str, Any]:
    """Returns the code, the error and the remedy, or nothing if the process works."""
    code = _code(row, waited)
    if code is None:
        return {}
    error, remedy = _explained(code, row, waited)
    return {"code": code, "error": error, "remedy": remedy}


def _code(row: Mapping[str, Any], waited: float) -> ProcessCode | None:
    silent = row["silent_seconds"]
    is_fresh = silent is not None and silent <= FRESH_SECONDS
    if row["disarmed"] is not None and is_fresh and not row["leads"]:
        return ProcessCode.DISARMED
    if row["fails"]:
        return ProcessCode.FAILING
    if row["name"] == Sleeper.PROJECTOR:
        if silent is None:
            return ProcessCode.STARTING if row["another_runs"] else ProcessCode.NOT_RUNNING
        return None if is_fresh else ProcessCode.SILENT
    if not row["leads"]:
        if row["another_runs"]:
            return ProcessCode.STARTING
        return ProcessCode.SILENT if row["was_cut_off"] else ProcessCode.NOT_RUNNING
    if not is_fresh:
        return ProcessCode.STARTING if row["held_seconds"] <= FRESH_SECONDS else ProcessCode.SILENT
    if row["held_back"]:
        return ProcessCode.RUNS_HELD_BACK
    # Work that was due before this process began could not move earlier.
    return ProcessCode.WORK_WAITS if min(waited, row["held_seconds"]) > PATIENCE[row["name"]] else None


def _explained(code: ProcessCode, row: Mapping[str, Any], waited: float) -> tuple[str, str]:
    """Returns what is wrong and what to do."""
    name = row["name"]
    if code is ProcessCode.NOT_RUNNING:
        return f"No {name} runs.", f"Start `farley up`, or `farley {name}` alone."
    if code is ProcessCode.STARTING:
        return f"The {name} takes up its work and has not ended a pass yet.", "Wait some seconds."
    if code is ProcessCode.SILENT:
        seconds = row["silent_seconds"] if row["silent_seconds"] is not None else row["held_seconds"]
        return (
            f"No pass of the {name} has ended for {seconds:.0f} seconds: it hangs, or it was killed.",
            f"If its process is there, read its log and kill it. `farley up` starts another one; so does"
            f" `farley {name}`.",
        )
    if code is ProcessCode.FAILING:
        return (
            f"The last pass of the {name} ended with {row['error']}.",
            "Its log shows where. `farley up` starts it again, after a growing pause.",
        )
    if code is ProcessCode.DISARMED:
        return str(row["disarmed"]), "Nothing is sent. Look at the open runs, then run `farley arm`."
    if code is ProcessCode.RUNS_HELD_BACK:
        return (
            f"Runs that cannot go on, because each step meets an error: {len(row['held_back'])}.",
            "The line `a run is held back` in the dispatcher's log names the error.",
        )
    return (
        f"Work of the {name} has been due for {waited:.0f} seconds and does not move, although its passes end.",
        "Look at `farley project status`: it waits for projections that are not live. Otherwise read its log"
        " and start it again.",
    )
