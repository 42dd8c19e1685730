"""The reading ports on a pool: snapshots, waiting for a position, audiences, schedules."""

from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg_pool import ConnectionPool

from application import codec
from application.audiences import Audiences
from application.catalogue.declared import catalogue_of
from application.personal import PersonalCipher
from application.reading import Progress
from application.scheduling.ports import Slot
from application.store import Store
from domain.catalogue.catalogue import Scope
from domain.criteria import Criteria, parse
from domain.criteria.money import refuse_other_amounts
from domain.ports import Clock, Sleep
from domain.segments.segment import Segment
from infrastructure.postgres.connections import borrowed, snapshot
from infrastructure.waiting import SharedWait
from projections.audience import reading as audience
from projections.engine.runner import folded_and_head, live_standings, standings
from projections.schedules import reading as schedules

LONGEST_TAIL = 50_000
"""Facts that the read models have yet to fold among which somebody's own are looked for."""
_LAST_STATED = """
select notification_id from log.events
where notification_id > greatest(%(after)s, (select max(notification_id) from log.events) - %(longest)s)
  and strpos(convert_from(state, 'UTF8'), %(stated)s) > 0
order by notification_id desc limit 1
"""
MEMBERSHIP = ("identity", "audience", "segments")
"""The projections that criteria are asked of."""


def last_stated_by(connection: Connection[Any], actor: str, *, after: int) -> int:
    """The last position behind `after` at which this actor stated something, 0 for none."""
    stated = codec.encode({"actor": actor}).decode()[1:-1]
    row = connection.execute(
        _LAST_STATED, {"after": after, "longest": LONGEST_TAIL, "stated": stated}
    ).fetchone()
    return row[0] if row is not None else 0


def position_of(connection: Connection[Any], names: Collection[str]) -> int:
    """Up to which position all of these projections have folded."""
    found = standings(connection)
    return min(found[name].position for name in names)


class PooledReading:
    """Reads the projections. Every question of one `snapshot` sees one state."""

    def __init__(
        self, pool: ConnectionPool, cipher: PersonalCipher, clock: Clock, sleep: Sleep, *, threads: int
    ) -> None:
        self._pool = pool
        self.cipher = cipher
        self.clock = clock
        self._waits = SharedWait(self.position, clock, sleep, places=max(1, threads // 4))

    def snapshot(self) -> AbstractContextManager[Connection[Any]]:
        """A read-only connection whose rows are dicts."""
        return snapshot(self._pool)

    def position(self) -> int:
        """Up to which position every live projection has folded."""
        with borrowed(self._pool) as connection:
            return min((s.position for s in live_standings(connection).values()), default=0)

    def progress(self, actor: str) -> Progress:
        """One statement where nobody is behind."""
        with borrowed(self._pool) as connection:
            folded, end = folded_and_head(connection)
            own = last_stated_by(connection, actor, after=folded) if folded < end else 0
            return Progress(folded=folded, head=end, own=own)

    def wait_for(self, position: int, seconds: float, *, without_place: float = 0.0) -> None:
        self._waits.until(position, seconds, without_place=without_place)


class PooledAudiences(Audiences):
    """The Audiences port. Attributes and segments are looked up in the log: what was just declared is known."""

    def __init__(self, reading: PooledReading, clock: Clock, currency: str, store: Store) -> None:
        self._reading = reading
        self._clock = clock
        self.currency = currency
        self._store = store

    def check(self, criteria: Mapping[str, Any]) -> None:
        self.checked(criteria)

    def size(self, criteria: Mapping[str, Any]) -> tuple[int, int]:
        parsed = self.parsed(criteria)
        with self._reading.snapshot() as connection:
            found = audience.size(connection, parsed, self._clock.now(), currency=self.currency)
            return found, position_of(connection, MEMBERSHIP)

    def members(self, connection: Connection[Any], criteria: Mapping[str, Any], at: datetime) -> list[UUID]:
        """Who matches at this instant, by canonical id in order."""
        return audience.members(connection, self.parsed(criteria), at, currency=self.currency)

    def matching(
        self,
        connection: Connection[Any],
        criteria: Mapping[str, Any],
        at: datetime,
        person_ids: Collection[UUID],
    ) -> set[UUID]:
        """Which of these people, by canonical id, match at this instant."""
        parsed = self.parsed(criteria)
        return audience.matching(connection, person_ids, parsed, at, currency=self.currency)

    def checked(self, criteria: Mapping[str, Any]) -> Criteria:
        """As `parsed`, of what a client writes now: amounts in it are money."""
        parsed = self.parsed(criteria)
        refuse_other_amounts(criteria, self.currency)
        return parsed

    def parsed(self, criteria: Mapping[str, Any]) -> Criteria:
        """InvalidCriteria, with its path, for what cannot be read as segments and attributes stand now."""
        return parse(criteria, declared=plain_customer_attributes(self._store), segment=self._segment)

    def _segment(self, segment_id: UUID) -> dict[str, Any] | None:
        found = self._store.find(Segment, segment_id)
        return found.criteria if found is not None else None


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
