"""The ports DecisionReading and PreviewReading. They read what is known now, in one snapshot of the read models."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from psycopg import Connection

from application.deciding.ports import FactsTooOld
from infrastructure.read_models.known import KnownOnConnection
from infrastructure.read_models.pool import PooledReading
from projections.decision_facts.reading import previewed_from, rests_on
from projections.engine.runner import position_of, standings


class PooledDecisionReading:
    """Opens snapshots of a pool."""

    def __init__(self, reading: PooledReading, currency: str) -> None:
        self._reading = reading
        self._currency = currency

    @contextmanager
    def open(self, *, membership: bool = False, whole: bool = False) -> Iterator[KnownOnConnection]:
        with self._reading.snapshot() as connection:
            position = _position(connection, rests_on(membership), whole)
            yield KnownOnConnection(connection, position, self._currency)

    @contextmanager
    def open_preview(self, *, decides: bool, explains: bool = False) -> Iterator[KnownOnConnection]:
        with self._reading.snapshot() as connection:
            position = position_of(connection, previewed_from(decides=decides, explains=explains))
            yield KnownOnConnection(connection, position, self._currency)

    def check_criteria(self, criteria: Mapping[str, Any], at: datetime) -> None:
        """InvalidCriteria, with the path, for criteria that cannot be read or may not be written at `at`."""
        with self.open(membership=True) as known:
            known.check(criteria, at)


def _position(connection: Connection[Any], names: Collection[str], whole: bool) -> int:
    """The position that all of these projections have folded."""
    by_name = standings(connection)
    positions = {by_name[name].position for name in names}
    if whole and len(positions) != 1:
        raise FactsTooOld("The read models are not at one position.")
    return min(positions)
