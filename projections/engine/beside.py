"""Folds the log from the first fact on, beside the live projections."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from psycopg import Connection

from domain.errors import RuleBroken
from projections.engine import batch
from projections.engine.definitions import Projection
from projections.engine.fold_errors import without_values
from projections.engine.runner import Intervention, is_unavailable

_BEGIN_FOLDING = ("select set_config('search_path', %s, true), " + batch.BY_INDEX).encode()


class CannotBeFolded(RuleBroken):
    """A projection cannot fold a fact."""


class BesideFold:
    """Folds projections into empty tables that the search path `path` names. They all have the same position.

    `skipped`: the facts that operators skipped, each with its projection and position. Such a fact is skipped again
    if it still cannot be folded. With `as_of`, only facts said at or before that instant are folded.
    """

    def __init__(
        self,
        connection: Connection[Any],
        members: Collection[Projection],
        path: str,
        skipped: Collection[tuple[str, int]],
        *,
        as_of: datetime | None = None,
    ) -> None:
        self._connection = connection
        self._members = list(members)
        self._path = path
        self._skipped = skipped
        self._as_of = as_of
        self.position = 0

    def fold_to(self, position: int) -> None:
        """Folds up to this position. Raises CannotBeFolded with the projection and the fact's position."""
        self._fold(self.position, position)
        self.position = position

    def leave_out(self, names: Collection[str]) -> None:
        """Folds these projections no further."""
        self._members = [member for member in self._members if member.name not in names]

    def _fold(self, after: int, upto: int) -> None:
        try:
            with self._connection.transaction():
                held = self._fill(after, upto)
                for member in self._members:
                    held.fold(member, self._connection)
        except Exception as error:  # whatever a fold raises
            if is_unavailable(self._connection, error):
                raise
            self._fold_in_parts(after, upto)

    def _fold_in_parts(self, after: int, upto: int) -> None:
        if upto - after == 1:
            self._fold_each(upto)
            return
        middle = (after + upto) // 2
        self._fold(after, middle)
        self._fold(middle, upto)

    def _fold_each(self, position: int) -> None:
        """Folds one fact for each projection apart, to find out which of them cannot."""
        with self._connection.transaction():
            held = self._fill(position - 1, position)
            for member in self._members:
                try:
                    with self._connection.transaction():
                        held.fold(member, self._connection)
                except Exception as error:
                    if is_unavailable(self._connection, error):
                        raise
                    if (member.name, position) not in self._skipped:
                        raise _refusal(member, position, error) from error

    def _fill(self, after: int, upto: int) -> batch.Batch:
        self._connection.execute(_BEGIN_FOLDING, [self._path])
        return batch.fill(self._connection, after=after, upto=upto, as_of=self._as_of)


def skipped(connection: Connection[Any]) -> set[tuple[str, int]]:
    """Returns the facts that operators skipped, each with its projection and position."""
    rows = connection.execute(
        'select projection, "position" from operation.interventions where action = %s', [Intervention.SKIP]
    )
    return {(row[0], row[1]) for row in rows}


def _refusal(member: Projection, position: int, error: Exception) -> CannotBeFolded:
    reason = without_values(error)
    return CannotBeFolded(
        f"{member.name} cannot fold the fact at position {position} ({reason}). Its tables serve on as they"
        " are. Correct the cause and try again.",
        projection=member.name,
        position=position,
        error=reason,
    )
