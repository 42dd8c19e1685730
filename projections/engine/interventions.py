"""The interventions of operators and of the projector: each pause, retry, skip, rebuild and verification."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from projections.engine.runner import Intervention

Place = tuple[datetime, int]
"""The instant of an intervention and its number."""

# A rebuild that switched is in both tables. Its own record also has those that did not come to an end.
_NEWEST = """
select * from (
    select began_at as happened_at, operator, 'rebuild' as action, projections, "position",
           case when rebuild_state <> 'running' or operation.rebuild_runs() then rebuild_state else 'cut_off' end
               as result,
           case when rebuild_state not in ('running', 'cut_off') then noted_at end as ended_at, error as note,
           2 * rebuild_id as number
    from operation.rebuilds
    union all
    select i.happened_at, i.operator, i.action, array[i.projection], i."position", replace(r.result, ' ', '_'),
           i.happened_at,
           case when i.action = 'verify' then nullif(substr(i.note, length(r.result) + 3), '') else i.note end,
           2 * i.intervention_id + 1
    from operation.interventions i,
         lateral (
             select case when i.action = 'verify' then split_part(i.note, ': ', 1) else 'done' end as result
         ) r
    where i.action <> 'rebuild'
) done
where %(instant)s::timestamptz is null or (happened_at, number) < (%(instant)s, %(number)s)
order by happened_at desc, number desc limit %(limit)s
"""


class InterventionResult(StrEnum):
    """How it ended: a rebuild as its RebuildState says, a verification by what it found, anything else was done."""

    DONE = "done"
    EQUAL = "equal"
    DIFFERS = "differs"
    CANNOT_BE_FOLDED = "cannot_be_folded"
    RUNNING = "running"
    SWITCHED = "switched"
    FAILED = "failed"
    STOPPED = "stopped"
    CUT_OFF = "cut_off"


@dataclass(frozen=True, kw_only=True)
class DoneIntervention:
    """What somebody did to projections. `position`: where they stood then, or how far the rebuild came.

    `ended_at` is None for a rebuild that runs, or that was cut off and of which nobody knows when. `note`: the tables
    that differ, the error, or why a fact that was skipped could not be folded. `number` tells those of one instant
    apart, the later one by the higher number if both are of one kind.
    """

    happened_at: datetime
    operator: str
    action: Intervention
    projections: list[str]
    position: int
    result: InterventionResult
    ended_at: datetime | None
    note: str | None
    number: int

    @property
    def place(self) -> Place:
        """The place in the order of all interventions."""
        return self.happened_at, self.number


def newest_interventions(
    connection: Connection[Any], limit: int, before: Place | None = None
) -> list[DoneIntervention]:
    """Returns at most so many of them, the newest first. `before`: only those before this place."""
    instant, number = before or (None, None)
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_NEWEST, {"limit": limit, "instant": instant, "number": number}).fetchall()
    return [_intervention(**row) for row in rows]


def _intervention(*, action: str, result: str, **values: Any) -> DoneIntervention:
    return DoneIntervention(action=Intervention(action), result=InterventionResult(result), **values)
