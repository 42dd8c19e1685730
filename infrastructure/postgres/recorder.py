"""The log's recorder: appends under the log's lock in one server-side statement, reads in order."""

import json
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Event
from typing import Any, LiteralString, NamedTuple, cast
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
from psycopg_pool import ConnectionPool

from application.leases import Fence, LeaseLost
from application.receipts import Receipt, ReceiptClaim, ReceiptExists
from domain.errors import KeyReused, Unavailable
from domain.ports import Clock
from infrastructure.postgres import arrays
from infrastructure.postgres.connections import borrowed
from infrastructure.postgres.grouped import Grouped

APPEND = """
select * from log.append(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::uuid[], %s::uuid[], %s::int[],
                         %s::text[], %s::text[], %s::bytea[], %s::jsonb[], %s::uuid[], %s::bigint[], %s::int[], %s)
order by request
"""
"""A row for each request: number, first_position, outdated, earlier_fingerprint, earlier_answer, earlier_position."""
APPEND_HELD = """
select * from log.append_held(%s, %s, %s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::uuid[], %s::uuid[],
                              %s::int[], %s::text[], %s::text[], %s::bytea[], %s::jsonb[], %s::uuid[], %s::bigint[],
                              %s::int[], %s)
order by request
"""
"""The same for `log.append_held`, whose first arguments are the name and the epoch of a lease."""
MOST_AT_ONCE = 1_000
"""The number of facts of several requests that are appended at once. They take a few milliseconds under the lock."""


@dataclass(frozen=True)
class LogEvent(StoredEvent):
    """A stored event with the columns by which one customer's events are found."""

    customer_id: UUID | None = None
    other_profile_id: UUID | None = None


class PremiseOutdated(IntegrityError):
    """A stream on which a request rests has new facts."""


class Premise(NamedTuple):
    """A stream, and the last version of it on which a request rests."""

    stream_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class Append:
    """The facts of one request, with its receipt and its premises."""

    events: Sequence[StoredEvent]
    receipt: ReceiptClaim | None = None
    premises: Sequence[Premise] = ()

    def size(self) -> int:
        return len(self.events)

    def names(self) -> set[Hashable]:
        """Returns its streams and its Idempotency-Key: no two appends of a group may have one in common."""
        names: set[Hashable] = {event.originator_id for event in self.events}
        if self.receipt is not None:
            names.add((self.receipt.subject, self.receipt.key))
        return names

    @cached_property
    def elements(self) -> tuple[str, ...]:
        """The elements of the arrays of `log.append`, but for the numbers of requests."""
        events, receipt, premises = self.events, self.receipt, self.premises
        return (
            arrays.of_uuids(cast(UUID, event.originator_id) for event in events),
            arrays.of_numbers(event.originator_version for event in events),
            arrays.of_texts(event.topic for event in events),
            arrays.of_bytes(event.state for event in events),
            arrays.of_uuids(getattr(event, "customer_id", None) for event in events),
            arrays.of_uuids(getattr(event, "other_profile_id", None) for event in events),
            arrays.of_texts([receipt.subject if receipt else None]),
            arrays.of_texts([receipt.key if receipt else None]),
            arrays.of_bytes([receipt.fingerprint if receipt else None]),
            arrays.of_texts([json.dumps(receipt.answer) if receipt else None]),
            arrays.of_uuids(premise.stream_id for premise in premises),
            arrays.of_numbers(premise.version for premise in premises),
        )


class LogRecorder(ApplicationRecorder):
    """Stores facts in `log.events`. Positions have no gaps and are visible in their order.

    The library's originator of a stored event is the stream.
    """

    def __init__(self, pool: ConnectionPool, brought_clock: Clock | None = None) -> None:
        self._pool = pool
        self._brought_clock = brought_clock
        self._grouped: Grouped[Append, int] = Grouped(
            self._append_all, most=MOST_AT_ONCE, size=Append.size, names=Append.names
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
        append = _encoded(Append(events=stored_events, receipt=receipt, premises=premises))
        first = self._append_held(append, fence) if fence is not None else self._grouped(append)
        return list(range(first, first + len(stored_events)))

    def leave_receipt(self, receipt: ReceiptClaim) -> int:
        """Writes the receipt of a request that changed nothing. Returns the head, which the receipt names."""
        return self._grouped(_encoded(Append(events=(), receipt=receipt))) - 1

    def _append_held(self, append: Append, fence: Fence) -> int:
        try:
            (position,) = self._positions(APPEND_HELD, [append], fence.lease, fence.epoch)
        except psycopg.DatabaseError as error:
            raise LeaseLost() if error.sqlstate == "FA001" else _of_library(error) from error
        if isinstance(position, Exception):
            raise position
        return position

    def _append_all(self, appends: Sequence[Append]) -> Sequence[int | Exception]:
        """Returns the position of the first fact of each append, or of the next fact of the log if it has none."""
        try:
            return self._positions(APPEND, appends)
        except psycopg.DatabaseError as error:
            if len(appends) == 1:
                return [_of_library(error)]
        # One of them cannot be stored as it is. The others must not suffer from it.
        return self._append_one_by_one(appends)

    def _append_one_by_one(self, appends: Sequence[Append]) -> list[int | Exception]:
        """Appends each by itself. Those that follow a failure of the database are not tried."""
        positions: list[int | Exception] = []
        for append in appends:
            try:
                positions += self._append_all([append])
            except Unavailable as error:
                return positions + [error] * (len(appends) - len(positions))
        return positions

    def _positions(
        self, statement: LiteralString, appends: Sequence[Append], *held: Any
    ) -> list[int | Exception]:
        instant = self._brought_clock.now() if self._brought_clock else None
        with borrowed(self._pool) as connection:
            rows = connection.execute(statement, [*held, *arguments_of(appends), instant]).fetchall()
        return [_outcome(append, *row[1:]) for append, row in zip(appends, rows, strict=True)]

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


def _encoded(append: Append) -> Append:
    """Encodes the elements in the request's own thread: what cannot be encoded fails no other request."""
    for elements in append.elements:
        elements.encode()
    return append


def arguments_of(appends: Sequence[Append]) -> list[str]:
    """Returns the arguments of `log.append` but the last, the instant that a test brings."""
    *of_events, subjects, keys, fingerprints, answers, streams, versions = map(
        arrays.joined, zip(*(append.elements for append in appends), strict=True)
    )
    numbered = list(enumerate(appends, 1))
    requests = arrays.of_numbers(number for number, append in numbered for _ in append.events)
    resting = arrays.of_numbers(number for number, append in numbered for _ in append.premises)
    receipts = (subjects, keys, fingerprints, answers)
    return [*of_events, arrays.joined([requests]), *receipts, streams, versions, arrays.joined([resting])]


def _of_library(error: psycopg.DatabaseError) -> Exception:
    """Returns the library's error for an append that PostgreSQL refuses, chained to PostgreSQL's own."""
    library: Exception = error
    if isinstance(error, psycopg.errors.UniqueViolation):
        library = IntegrityError("two facts of this request have the same place in their stream")
    elif isinstance(error, psycopg.DataError):
        library = PersistenceError(str(error))
    if library is not error:
        library.__cause__ = error
    return library


def _outcome(
    append: Append,
    first_position: int | None,
    outdated: bool,
    earlier_fingerprint: bytes | None,
    earlier_answer: dict[str, Any],
    earlier_position: int,
) -> int | Exception:
    if append.receipt is not None and earlier_fingerprint is not None:
        return earlier_receipt(append.receipt, earlier_fingerprint, earlier_answer, earlier_position)
    if outdated:
        return PremiseOutdated("a stream on which this request rests has new facts")
    if first_position is None:
        return IntegrityError("a stream of this request has new facts")
    return first_position


def earlier_receipt(
    claim: ReceiptClaim, fingerprint: bytes, answer: dict[str, Any], position: int
) -> Exception:
    """Returns the error for a request whose key was used before: with the earlier answer, or KeyReused."""
    if bytes(fingerprint) != claim.fingerprint:
        return KeyReused(position=str(position))
    return ReceiptExists(Receipt(answer=answer, position=position))
