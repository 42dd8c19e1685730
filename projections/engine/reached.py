"""How far the read models are, as a list that a question reads together with its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import msgspec
from psycopg import Connection
from psycopg.rows import tuple_row

from projections.engine.definitions import all_projections
from projections.engine.runner import ProjectionState
from projections.together import Rows


class TablesSwitched(Exception):
    """The statement read tables that do not serve, because the connection's search path is older than a switch."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The position and state of a projection, the log's head, and whether the statement read the serving tables."""

    name: str
    position: int
    state: ProjectionState
    head: int
    serves: bool = True


# The name of a schema is written as `operation.schema_of` writes it. Calling the function for each projection takes as
# long as all else here, because PostgreSQL does not put its body in place of the call.
STANDINGS = Rows(
    select="""
    select name, position, state, (select coalesce(max(notification_id), 0) from log.events) as head,
           strpos(current_setting('search_path'), 'read_' || name || '_' || version || ',') > 0 as serves
    from operation.projections
    """,
    row=Standing,
)
LOG_ALONE = Rows(
    select="""
    select 'log' as name, coalesce(max(notification_id), 0) as position, 'live' as state,
           coalesce(max(notification_id), 0) as head
    from log.events
    """,
    row=Standing,
)
"""For an answer that rests on no read model: it is as far as the log."""


_NOW = """
select name, position, state, (select coalesce(max(notification_id), 0) from log.events) from operation.projections
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """The position up to which every projection that folds has folded, and the head of the log.

    `paused`: the positions of the projections that do not fold, by name: those that are paused, and those that need a
    paused one.
    """

    folded: int
    head: int
    paused: Mapping[str, int] = field(default_factory=dict)


def reached_of(rows: list[Standing]) -> Reached:
    """Returns how far the read models are, from these rows of STANDINGS.

    Raises TablesSwitched if the statement read other tables than those that serve in its snapshot.
    """
    if not all(row.serves for row in rows):
        raise TablesSwitched()
    return _reached(rows)


def reached(connection: Connection[Any]) -> Reached:
    """Returns how far the read models are now, read by one statement."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(_NOW).fetchall()
    return _reached(
        [
            Standing(name=name, position=position, state=ProjectionState(state), head=head)
            for name, position, state, head in rows
        ]
    )


def recorded_after(connection: Connection[Any], position: int) -> datetime | None:
    """Returns when the first fact after this position was recorded, or None if there is none."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        row = cursor.execute(
            "select recorded_at from log.events where notification_id > %s order by notification_id limit 1",
            [position],
        ).fetchone()
    return row[0] if row is not None else None


def _reached(rows: list[Standing]) -> Reached:
    head, needed = rows[0].head if rows else 0, _needed()
    live = {row.name for row in rows if row.state is ProjectionState.LIVE}
    folding, paused = [], {}
    for row in rows:
        if row.name in live and needed.get(row.name) in live:
            folding.append(row.position)
        elif row.name in needed:
            paused[row.name] = row.position
    return Reached(folded=min(folding, default=head), head=head, paused=paused)


@cache
def _needed() -> dict[str, str]:
    """Returns for each projection the one that it needs, or else itself."""
    return {p.name: p.needs or p.name for p in all_projections()}
