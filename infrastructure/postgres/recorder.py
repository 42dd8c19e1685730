"""The log's recorder: appends under the log's lock in one server-side statement, reads in order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from threading import Event
from typing import Any
from uuid import UUID

import psycopg
from eventsourcing.persistence import (
    ApplicationRecorder,
    IntegrityError,
    Notification,
    PersistenceError,
    StoredEvent,
    Subscription,
)
from psycopg.types.json import Jsonb
from psycopg_pool import ConnectionPool

from application.leases import Fence, LeaseLost
from application.receipts import Receipt, ReceiptClaim, ReceiptExists
from domain.errors import KeyReused
from domain.ports import Clock
from infrastructure.postgres.connections import borrowed

APPEND = """select * from log.append(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
"""Columns: first_position, earlier_fingerprint, earlier_answer, earlier_position."""
APPEND_HELD = """select * from log.append_held(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"""
"""The same for `log.append_held`, whose first arguments are the name and the epoch of a lease."""


@dataclass(frozen=True)
class LogEvent(StoredEvent):
    """A stored event with the columns by which one customer's events are found."""

    customer_id: UUID | None = None
    other_profile_id: UUID | None = None


class LogRecorder(ApplicationRecorder):
    """Stores facts in `log.events`. Positions have no gaps and are visible in their order.

    The library's originator of a stored event is the stream.
    """

    def __init__(self, pool: ConnectionPool, brought_clock: Clock | None = None) -> None:
        self._pool = pool
        self._brought_clock = brought_clock

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        receipt: ReceiptClaim | None = None,
        fence: Fence | None = None,
        **kwargs: Any,
    ) -> Sequence[int] | None:
        """Appends all of them or none. Returns their positions. Raises IntegrityError if a stream has new events.

        Raises LeaseLost if there is a fence whose lease is no longer held.
        """
        if not stored_events and receipt is None:
            return []
        first = self._append(stored_events, receipt, fence)
        return list(range(first, first + len(stored_events)))

    def leave_receipt(self, receipt: ReceiptClaim) -> int:
        """Writes the receipt of a request that changed nothing. Returns the head, which the receipt names."""
        return self._append([], receipt) - 1

    def _append(
        self, events: Sequence[StoredEvent], receipt: ReceiptClaim | None, fence: Fence | None = None
    ) -> int:
        """Appends these facts. Returns the position of the first, or of the next fact if there are none."""
        held = (fence.lease, fence.epoch) if fence is not None else ()
        statement, values = APPEND_HELD if held else APPEND, (*held, *self._arguments(events, receipt))
        try:
            with borrowed(self._pool) as connection:
                row = connection.execute(statement, values).fetchone()
        except psycopg.errors.UniqueViolation as error:
            raise IntegrityError("another fact has this place in its stream") from error
        except psycopg.DataError as error:
            raise PersistenceError(str(error)) from error
        except psycopg.DatabaseError as error:
            if error.sqlstate != "FA001":
                raise
            raise LeaseLost() from error
        assert row is not None
        first, fingerprint, answer, position = row
        if receipt is not None and fingerprint is not None:
            raise earlier_receipt(receipt, fingerprint, answer, position)
        return int(first)

    def _arguments(self, events: Sequence[StoredEvent], receipt: ReceiptClaim | None) -> tuple[Any, ...]:
        claim = (
            (receipt.subject, receipt.key, receipt.fingerprint, Jsonb(receipt.answer))
            if receipt is not None
            else (None, None, None, None)
        )
        return (
            [e.originator_id for e in events],
            [e.originator_version for e in events],
            [e.topic for e in events],
            [e.state for e in events],
            [getattr(e, "customer_id", None) for e in events],
            [getattr(e, "other_profile_id", None) for e in events],
            *claim,
            self._brought_clock.now() if self._brought_clock else None,
        )

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


def earlier_receipt(
    claim: ReceiptClaim, fingerprint: bytes, answer: dict[str, Any], position: int
) -> Exception:
    """Returns the error for a request whose key was used before: with the earlier answer, or KeyReused."""
    if bytes(fingerprint) != claim.fingerprint:
        return KeyReused(position=str(position))
    return ReceiptExists(Receipt(answer=answer, position=position))
