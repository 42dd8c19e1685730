"""The kind and time of the fact at a position of the log."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection


@dataclass(frozen=True, kw_only=True)
class FactNamed:
    """A fact's position, its stored name (`type`), and when it happened."""

    position: int
    type: str
    occurred_at: datetime


def facts_at(connection: Connection[Any], positions: Collection[int]) -> dict[int, FactNamed]:
    """Returns the facts at these positions, by position."""
    rows = connection.execute(
        "select position, stored_name as type, occurred_at from log.facts where position = any(%s)",
        [list(positions)],
    )
    return {row["position"]: FactNamed(**row) for row in rows}
