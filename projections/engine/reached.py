"""How far the read models are, as a list that a question reads together with its answer."""

from dataclasses import dataclass
from functools import cache

import msgspec

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Reached:
    """The position up to which every projection that folds has folded, and the head of the log."""

    folded: int
    head: int


def reached_of(rows: list[Standing]) -> Reached:
    """Returns how far the read models are, from these rows of STANDINGS.

    Leaves out a projection if it, or the projection that it needs, is paused. Raises TablesSwitched if the statement
    read other tables than those that serve in its snapshot.
    """
    if not all(row.serves for row in rows):
        raise TablesSwitched()
    head = rows[0].head if rows else 0
    live = {row.name: row.position for row in rows if row.state is ProjectionState.LIVE}
    needed = _needed()
    folding = [position for name, position in live.items() if needed.get(name) in live]
    return Reached(folded=min(folding, default=head), head=head)


@cache
def _needed() -> dict[str, str]:
    """Returns for each projection the one that it needs, or else itself."""
    return {p.name: p.needs or p.name for p in all_projections()}
