"""Tallies: counts, sums and newest instants about some profiles, from several read models in one statement."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from psycopg import Connection

from projections.together import OF_PROFILES, Rows, Together

Tally = str
"""A SELECT of (what text, name text, n bigint, value numeric, last_at timestamptz) about `profile_requested`."""


@dataclass(frozen=True, kw_only=True)
class Tallied:
    """One row of a tally. `what` names the tally; `name` says what the row counts, such as a channel or a currency."""

    what: str
    name: str
    n: int
    value: Decimal | None
    last_at: datetime | None


def counted(*tallies: Tally) -> Rows:
    """Returns the list of the rows of these tallies, ordered by `what` and `name`."""
    return Rows(select="\nunion all\n".join(tallies) + "\norder by 1, 2", row=Tallied)


def tallied(connection: Connection[Any], profile_ids: Collection[UUID], *tallies: Tally) -> list[Tallied]:
    """Returns the rows of these tallies, ordered by `what` and `name`."""
    together = Together(OF_PROFILES, {"counted": counted(*tallies)})
    return together.read(connection, {"ids": list(profile_ids)})["counted"]


def of(what: str, rows: Collection[Tallied]) -> list[Tallied]:
    return [row for row in rows if row.what == what]
