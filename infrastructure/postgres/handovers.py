"""Handing over under the log's lock, and the lease that says who may."""

from collections.abc import Sequence
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool

from application.dispatch.ports import FactsTooOld, LeaseLost, PendingHandover
from application.leases import DISPATCHER
from domain.campaigns.campaign import Campaign
from domain.deciding.stopping import HANDOVER_NAME, STOPPING_NAMES
from domain.policies.events import PolicyKind
from domain.policies.versions import stream_id_of
from domain.ports import Clock
from infrastructure.cryptography.keys import KeyRing
from infrastructure.eventsourcing.mapper import FactMapper
from infrastructure.postgres.connections import borrowed

LONGEST_TAIL = 50_000
"""The largest number of facts after the read position that a handover searches under the lock."""

_HAND_OVER = """
select position from log.hand_over(%s, %s, %s, %s, %s, %s, %s, %s::uuid[], %s::bigint[], %s::bytea[], %s::uuid[],
                                   %s::int[], %s::uuid[], %s::uuid[], %s)
"""


class LockedHandovers:
    """The Handovers port: one call of `log.hand_over` for a group."""

    def __init__(
        self, pool: ConnectionPool, mapper: FactMapper, keys: KeyRing, brought_clock: Clock | None = None
    ) -> None:
        self._pool = pool
        self._mapper = mapper
        self._keys = keys
        self._brought_clock = brought_clock

    def hand_over(
        self, pending: Sequence[PendingHandover], *, campaign_id: UUID, epoch: int, read_position: int
    ) -> list[int | None]:
        facts = [fact for handover in pending for fact in handover.message.collect_events()]
        self._keys.prepare({fact.customer_id for fact in facts})  # type: ignore[attr-defined]
        stored = [self._mapper.to_stored_event(fact) for fact in facts]
        watches = [
            (index, profile)
            for index, handover in enumerate(pending, 1)
            for profile in sorted(handover.watched)
        ]
        arguments = [
            DISPATCHER,
            epoch,
            read_position,
            LONGEST_TAIL,
            list(STOPPING_NAMES),
            HANDOVER_NAME,
            campaign_id,
            [event.originator_id for event in stored],
            [event.originator_version for event in stored],
            [event.state for event in stored],
            [event.customer_id for event in stored],
            [index for index, _ in watches],
            [profile for _, profile in watches],
            [Campaign.stream_of(campaign_id), stream_id_of(PolicyKind.SUPPRESSION)],
            self._brought_clock.now() if self._brought_clock else None,
        ]
        try:
            with borrowed(self._pool) as connection:
                rows = connection.execute(_HAND_OVER, arguments).fetchall()
        except psycopg.DatabaseError as error:
            raise {"FA001": LeaseLost(), "FA002": FactsTooOld()}.get(error.sqlstate or "", error) from error
        return [row[0] for row in rows]


class DatabaseLease:
    """A lease in the database. A process that takes it over from another holder gets a higher epoch.

    It is renewed every second and not at every call, because the fence checks the epoch at every save.
    """

    PROLONG_SECONDS = 1.0

    def __init__(
        self,
        pool: ConnectionPool,
        holder: str,
        clock: Clock,
        *,
        name: str = DISPATCHER,
        seconds: float = 10.0,
    ) -> None:
        self._pool = pool
        self._holder = holder
        self._clock = clock
        self._name = name
        self._seconds = seconds
        self._epoch: int | None = None
        self._asked_at = float("-inf")

    def hold(self) -> int | None:
        now = self._clock.monotonic()
        if now - self._asked_at >= self.PROLONG_SECONDS:
            with borrowed(self._pool) as connection:
                row = connection.execute(
                    "select operation.hold_lease(%s, %s, %s)", [self._name, self._holder, self._seconds]
                ).fetchone()
            self._epoch, self._asked_at = (row[0] if row is not None else None), now
        return self._epoch

    def forget(self) -> None:
        """Makes the next `hold` ask the database."""
        self._asked_at = float("-inf")

    def release(self) -> None:
        with borrowed(self._pool) as connection:
            connection.execute("select operation.release_lease(%s, %s)", [self._name, self._holder])
        self.forget()
