"""The reading ports on a pool: snapshots, waiting for a position, audiences, schedules."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from application.audiences import Audiences
from application.catalogue.declared import catalogue_of
from application.personal import PersonalCipher
from application.scheduling.ports import Slot
from application.store import Store
from domain.catalogue.catalogue import Scope
from domain.criteria import Criteria, parse
from domain.criteria.money import refuse_other_amounts
from domain.errors import ProjectionBehind
from domain.ports import Clock, Sleep
from infrastructure.postgres.connections import borrowed, snapshot
from projections.audience import reading as audience
from projections.engine.runner import live_standings, standings
from projections.schedules import reading as schedules
from projections.segments import reading as segments

POLL_SECONDS = 0.01
MEMBERSHIP = ("identity", "audience", "segments")
"""The projections that criteria are asked of."""


def position_of(connection: Connection[Any], names: Collection[str]) -> int:
    """Up to which position all of these projections have folded."""
    found = standings(connection)
    return min(found[name].position for name in names)


class PooledReading:
    """Reads the projections. Every question of one `snapshot` sees one state."""

    def __init__(self, pool: ConnectionPool, cipher: PersonalCipher, clock: Clock, sleep: Sleep) -> None:
        self._pool = pool
        self.cipher = cipher
        self.clock = clock
        self._sleep = sleep

    def snapshot(self) -> AbstractContextManager[Connection[Any]]:
        """A read-only connection whose rows are dicts."""
        return snapshot(self._pool)

    def position(self) -> int:
        """Up to which position every live projection has folded."""
        with borrowed(self._pool) as connection:
            return min((s.position for s in live_standings(connection).values()), default=0)

    def wait_for(self, position: int, seconds: float) -> None:
        """Returns once the projections have folded `position`; ProjectionBehind after so many seconds."""
        deadline = self.clock.monotonic() + seconds
        while self.position() < position:
            if self.clock.monotonic() >= deadline:
                raise ProjectionBehind(position=str(position))
            self._sleep(POLL_SECONDS)


class PooledAudiences(Audiences):
    """The Audiences port. `declared`: the types of the attributes that criteria may name, as they stand now."""

    def __init__(
        self, reading: PooledReading, clock: Clock, currency: str, declared: Callable[[], Mapping[str, str]]
    ) -> None:
        self._reading = reading
        self._clock = clock
        self.currency = currency
        self._declared = declared

    def check(self, criteria: Mapping[str, Any]) -> None:
        with self._reading.snapshot() as connection:
            self.checked(connection, criteria)

    def size(self, criteria: Mapping[str, Any]) -> tuple[int, int]:
        with self._reading.snapshot() as connection:
            parsed = self.parsed(connection, criteria)
            found = audience.size(connection, parsed, self._clock.now(), currency=self.currency)
            return found, position_of(connection, MEMBERSHIP)

    def members(self, connection: Connection[Any], criteria: Mapping[str, Any], at: datetime) -> list[UUID]:
        """Who matches at this instant, by canonical id in order."""
        return audience.members(connection, self.parsed(connection, criteria), at, currency=self.currency)

    def matching(
        self,
        connection: Connection[Any],
        criteria: Mapping[str, Any],
        at: datetime,
        person_ids: Collection[UUID],
    ) -> set[UUID]:
        """Which of these people, by canonical id, match at this instant."""
        parsed = self.parsed(connection, criteria)
        return audience.matching(connection, person_ids, parsed, at, currency=self.currency)

    def checked(self, connection: Connection[Any], criteria: Mapping[str, Any]) -> Criteria:
        """As `parsed`, of what a client writes now: amounts in it are money."""
        parsed = self.parsed(connection, criteria)
        refuse_other_amounts(criteria, self.currency)
        return parsed

    def parsed(self, connection: Connection[Any], criteria: Mapping[str, Any]) -> Criteria:
        """InvalidCriteria, with its path, for what cannot be read as segments and attributes stand now."""
        return parse(criteria, declared=self._declared(), segment=segments.criteria_of(connection))


def plain_customer_attributes(store: Store) -> dict[str, str]:
    """The types of the declared customer attributes that stand in the clear, by name."""
    attributes = catalogue_of(store).attributes.values()
    return {a.name: a.type for a in attributes if a.scope == Scope.CUSTOMER and not a.personal}


class PooledScheduleReading:
    """The ScheduleReading port: what the scheduler asks."""

    def __init__(self, reading: PooledReading) -> None:
        self._reading = reading

    def position(self) -> int:
        with self._reading.snapshot() as connection:
            return position_of(connection, ("schedules",))

    def due(self, now: datetime) -> list[Slot]:
        with self._reading.snapshot() as connection:
            return [Slot(**row) for row in schedules.due(connection, now)]
