"""The log's recorder: appends under the log's lock in one server-side statement, reads in order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from eventsourcing.persistence import ApplicationRecorder, Notification, StoredEvent, Subscription
from psycopg_pool import ConnectionPool

from application.leases import Fence, LeaseLost
from application.receipts import ReceiptClaim
from domain.errors import Unavailable
from domain.ports import Clock
from infrastructure.postgres.appends import (
    APPEND,
    APPEND_HELD,
    Append,
    Premise,
    arguments_of,
    encoded,
    of_library,
    outcomes,
)
from infrastructure.postgres.connections import borrowed
from infrastructure.postgres.grouped import Grouped

MOST_AT_ONCE = 1_000
"""The number of facts of several requests that are appended at once. They take a few milliseconds under the lock."""


PROFILES_WITH_FACTS = """
select profile_id from unnest(%s::uuid[]) as asked(profile_id)
where exists (select from log.events where customer_id = profile_id)
   or exists (select from log.events where other_profile_id = profile_id)
"""


@dataclass(frozen=True)
class LogEvent(StoredEvent):
    """A stored event with the columns by which one customer's events are found."""

    customer_id: UUID | None = None
    other_profile_id: UUID | None = None


@dataclass(frozen=True)
class FirstEvent(Notification):
    """The first event of a stream, with its position as `id`, and the customer that it concerns."""

    customer_id: UUID | None = None


class LogRecorder(ApplicationRecorder):
    """Stores facts in `log.events`. Positions have no gaps and are visible in their order.

    The library's originator of a stored event is the stream.
    """

    def __init__(self, pool: ConnectionPool, brought_clock: Clock | None = None) -> None:
        self._pool = pool
        self._brought_clock = brought_clock
        self._grouped: Grouped[Append, int] = Grouped(
            self.append_all, most=MOST_AT_ONCE, size=Append.size, names=Append.names
        )

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        receipt: ReceiptClaim | None = None,
        fence: Fence | None = None,
        premises: Sequence[Premise] = (),
        **kwargs: Any,
    ) -> Sequence[int]:
        """Appends all of them or none. Returns their positions.

        Raises IntegrityError if a stream has new events, and PremiseOutdated if the stream of a premise has. Raises
        LeaseLost if there is a fence whose lease is no longer held.
        """
        if not stored_events and receipt is None:
            return []
        append = encoded(Append(events=stored_events, receipt=receipt, premises=premises))
        first = self._append_held(append, fence) if fence is not None else self._grouped(append)
        return list(range(first, first + len(stored_events)))

    def leave_receipt(self, receipt: ReceiptClaim) -> int:
        """Writes the receipt of a request that changed nothing. Returns the head, which the receipt names."""
        return self._grouped(encoded(Append(events=(), receipt=receipt))) - 1

    def _append_held(self, append: Append, fence: Fence) -> int:
        try:
            (position,) = self._positions(APPEND_HELD, [append], fence.lease, fence.epoch)
        except psycopg.DatabaseError as error:
            raise LeaseLost() if error.sqlstate == "FA001" else of_library(error) from error
        if isinstance(position, Exception):
            raise position
        return position

    def append_all(self, appends: Sequence[Append]) -> Sequence[int | Exception]:
        """Appends all of these at once. None of them may be about a stream of another one.

        Returns the position of the first fact of each, or of the next fact of the log if it has none, or its error.
        """
        try:
            return self._positions(APPEND, appends)
        except psycopg.DatabaseError as error:
            if len(appends) == 1:
                return [of_library(error)]
        # One of them cannot be stored as it is. The others must not suffer from it.
        return self._append_one_by_one(appends)

    def _append_one_by_one(self, appends: Sequence[Append]) -> list[int | Exception]:
        """Appends each by itself. Those that follow a failure of the database are not tried."""
        positions: list[int | Exception] = []
        for append in appends:
            try:
                positions += self.append_all([append])
            except Unavailable as error:
                return positions + [error] * (len(appends) - len(positions))
        return positions

    def _positions(
        self, statement: LiteralString, appends: Sequence[Append], *held: Any
    ) -> list[int | Exception]:
        instant = self._brought_clock.now() if self._brought_clock else None
        with borrowed(self._pool) as connection:
            rows = connection.execute(statement, [*held, *arguments_of(appends), instant]).fetchall()
        return list(outcomes(appends, rows))

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """The facts of one stream, in the order of their versions."""
        statement = (
            "select stream_id, originator_version, stored_name, state from log.events where stream_id = %s"
        )
        values: list[Any] = [originator_id]
        if gt is not None:
            statement += " and originator_version > %s"
            values.append(gt)
        if lte is not None:
            statement += " and originator_version <= %s"
            values.append(lte)
        statement += " order by originator_version" + (" desc" if desc else "")
        if limit is not None:
            statement += " limit %s"
            values.append(limit)
        with borrowed(self._pool) as connection:
            rows = connection.execute(statement, values).fetchall()
        return [StoredEvent(*row) for row in rows]

    def select_streams(self, stream_ids: Collection[UUID]) -> list[StoredEvent]:
        """Yields the facts of these streams, one stream after the other, in the order of their versions."""
        statement = (
            "select stream_id, originator_version, stored_name, state from log.events"
            " where stream_id = any(%s) order by stream_id, originator_version"
        )
        with borrowed(self._pool) as connection:
            rows = connection.execute(statement, [list(stream_ids)]).fetchall()
        return [StoredEvent(*row) for row in rows]

    def select_first(self, stream_ids: Collection[UUID]) -> list[FirstEvent]:
        """Returns the first fact of each of these streams that has one."""
        statement = (
            "select distinct on (stream_id) notification_id, stream_id, originator_version, stored_name, state,"
            " customer_id from log.events where stream_id = any(%s) order by stream_id, originator_version"
        )
        with borrowed(self._pool) as connection:
            rows = connection.execute(statement, [list(stream_ids)]).fetchall()
        return [
            FirstEvent(
                id=row[0],
                originator_id=row[1],
                originator_version=row[2],
                topic=row[3],
                state=row[4],
                customer_id=row[5],
            )
            for row in rows
        ]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """The facts of all streams from `start` on, in the log's order."""
        statement = (
            "select notification_id, stream_id, originator_version, stored_name, state"
            " from log.events where true"
        )
        values: list[Any] = []
        if start is not None:
            statement += f" and notification_id {'>=' if inclusive_of_start else '>'} %s"
            values.append(start)
        if stop is not None:
            statement += " and notification_id <= %s"
            values.append(stop)
        if topics:
            statement += " and stored_name = any(%s)"
            values.append(list(topics))
        statement += " order by notification_id limit %s"
        with borrowed(self._pool) as connection:
            rows = connection.execute(statement, [*values, limit]).fetchall()
        return [
            Notification(
                id=row[0], originator_id=row[1], originator_version=row[2], topic=row[3], state=row[4]
            )
            for row in rows
        ]

    def max_notification_id(self) -> int | None:
        """The log's head, None while it is empty."""
        with borrowed(self._pool) as connection:
            row = connection.execute("select max(notification_id) from log.events").fetchone()
        return None if row is None else row[0]

    def positions_of(self, stream_ids: Collection[UUID], version: int) -> dict[UUID, int]:
        """Returns the position of the fact with this version, for each stream that has one."""
        with borrowed(self._pool) as connection:
            rows = connection.execute(
                "select stream_id, notification_id from log.events"
                " where stream_id = any(%s) and originator_version = %s",
                [list(stream_ids), version],
            ).fetchall()
        return dict(rows)

    def streams_present(self, stream_ids: Sequence[UUID]) -> set[UUID]:
        """Which of these streams have facts."""
        with borrowed(self._pool) as connection:
            rows = connection.execute(
                "select distinct stream_id from log.events where stream_id = any(%s)",
                [list(stream_ids)],
            ).fetchall()
        return {row[0] for row in rows}

    def profiles_with_facts(self, profile_ids: Collection[UUID]) -> set[UUID]:
        """Returns those of these profiles that some fact names."""
        with borrowed(self._pool) as connection:
            rows = connection.execute(PROFILES_WITH_FACTS, [list(profile_ids)]).fetchall()
        return {row[0] for row in rows}

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:
        """Returns a reader that follows the log. It polls, so that it misses no fact even without notifications."""
        return PollingSubscription(self, gt, topics)


class PollingSubscription(Subscription[ApplicationRecorder]):
    """Yields every fact once, in order, and waits for more."""

    PAGE = 500
    PAUSE_SECONDS = 0.02

    def __init__(self, recorder: LogRecorder, gt: int | None, topics: Sequence[str]) -> None:
        super().__init__(recorder, gt, topics)
        self._page: list[Notification] = []
        self._stopped = Event()

    def stop(self) -> None:
        super().stop()
        self._stopped.set()

    def __next__(self) -> Notification:
        while not self._stopped.is_set():
            if self._page:
                return self._page.pop(0)
            self._page = list(
                self._recorder.select_notifications(
                    self._last_notification_id, self.PAGE, topics=self._topics, inclusive_of_start=False
                )
            )
            if self._page:
                self._last_notification_id = self._page[-1].id
            else:
                self._stopped.wait(self.PAUSE_SECONDS)
        raise StopIteration
