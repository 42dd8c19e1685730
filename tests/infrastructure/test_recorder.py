"""The log's recorder: the library's own cases, and what the library does not ask."""

import multiprocessing
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import ApplicationRecorder, IntegrityError, StoredEvent
from eventsourcing.tests.persistence import (
    ApplicationRecorderTestCase,
    NonInterleavingNotificationIDsBaseCase,
)

from application.receipts import ReceiptClaim, ReceiptExists
from domain.errors import KeyReused
from infrastructure.postgres.connections import open_pool
from infrastructure.postgres.recorder import LogEvent, LogRecorder
from tests.amounts import amount

pytestmark = pytest.mark.speaks_sql

WRITERS, EVENTS = 4, amount(200_000, quick=20_000)
PER_APPEND = 50


@pytest.fixture
def recorder(database: Any) -> Iterator[LogRecorder]:
    pool = open_pool(database.url, "farley_api", size=8)
    yield LogRecorder(pool)
    pool.close()


class TestLibraryCases(ApplicationRecorderTestCase[ApplicationRecorder]):
    """The library's application recorder test cases, subscriptions included."""

    @pytest.fixture(autouse=True)
    def _recorder(self, recorder: LogRecorder) -> None:
        self.recorder = recorder

    def create_recorder(self) -> ApplicationRecorder:
        return self.recorder

    def test_insert_subscribe(self) -> None:
        super().optional_test_insert_subscribe()


class TestNonInterleaving(NonInterleavingNotificationIDsBaseCase):
    """Two appends at once do not mix their positions."""

    @pytest.fixture(autouse=True)
    def _recorder(self, recorder: LogRecorder) -> None:
        self.recorder = recorder

    def create_recorder(self) -> ApplicationRecorder:
        return self.recorder


del ApplicationRecorderTestCase, NonInterleavingNotificationIDsBaseCase


def event(stream: UUID | None = None, version: int = 1, **columns: Any) -> LogEvent:
    state = b'{"occurred_at": "2026-01-01T00:00:00Z"}'
    return LogEvent(
        originator_id=stream or uuid4(), originator_version=version, topic="t", state=state, **columns
    )


def test_append_of_a_taken_version_stores_nothing_of_the_append(recorder: LogRecorder) -> None:
    stream = uuid4()
    recorder.insert_events([event(stream)])
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(), event(stream)])
    assert recorder.max_notification_id() == 1


def test_receipt_answers_the_same_request_again_and_refuses_another_body(recorder: LogRecorder) -> None:
    claim = ReceiptClaim(subject="me", key="k", fingerprint=b"f", answer={"body": {"id": "1"}})
    recorder.insert_events([event()], receipt=claim)
    with pytest.raises(ReceiptExists) as known:
        recorder.insert_events([event()], receipt=claim)
    assert (known.value.receipt.answer, known.value.receipt.position) == ({"body": {"id": "1"}}, 1)
    other = ReceiptClaim(subject="me", key="k", fingerprint=b"g", answer={})
    with pytest.raises(KeyReused) as reused:
        recorder.insert_events([event()], receipt=other)
    assert reused.value.details == {"position": "1"}
    assert recorder.max_notification_id() == 1


def test_receipt_is_left_even_when_nothing_changed(recorder: LogRecorder) -> None:
    claim = ReceiptClaim(subject="me", key="k", fingerprint=b"f", answer={})
    recorder.insert_events([], receipt=claim)
    with pytest.raises(ReceiptExists):
        recorder.insert_events([], receipt=claim)


def test_receipt_of_a_request_that_changed_nothing_names_the_head_it_was_answered_with(
    recorder: LogRecorder,
) -> None:
    recorder.insert_events([event(), event()])
    claim = ReceiptClaim(subject="me", key="k", fingerprint=b"f", answer={})
    told = recorder.leave_receipt(claim)
    recorder.insert_events([event()])
    with pytest.raises(ReceiptExists) as known:
        recorder.leave_receipt(claim)
    assert told == known.value.receipt.position == 2


def test_receipt_of_another_client_is_another_receipt(recorder: LogRecorder) -> None:
    for subject in ("me", "you"):
        recorder.insert_events(
            [event()], receipt=ReceiptClaim(subject=subject, key="k", fingerprint=b"f", answer={})
        )
    assert recorder.max_notification_id() == 2


def test_receipt_of_a_failed_append_is_not_left(recorder: LogRecorder) -> None:
    stream = uuid4()
    recorder.insert_events([event(stream)])
    claim = ReceiptClaim(subject="me", key="k", fingerprint=b"f", answer={})
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(stream)], receipt=claim)
    recorder.insert_events([event()], receipt=claim)
    assert recorder.max_notification_id() == 2


def test_an_append_whose_receipt_cannot_be_left_stores_nothing(recorder: LogRecorder) -> None:
    nameless: Any = None
    claim = ReceiptClaim(subject=nameless, key="k", fingerprint=b"f", answer={})
    with pytest.raises(psycopg.errors.NotNullViolation):
        recorder.insert_events([event()], receipt=claim)
    assert recorder.max_notification_id() is None


def test_log_refuses_change_to_everyone(database: Any, recorder: LogRecorder) -> None:
    recorder.insert_events([event()])
    for role in ("postgres", "farley_owner", "farley_api", "farley_projector", "farley_dispatcher"):
        for statement in (
            "update log.events set stored_name = 'x'",
            "delete from log.events",
            "truncate log.events",
        ):
            with psycopg.connect(database.url) as connection:
                connection.execute(f"set role {role}".encode())
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())
    assert recorder.max_notification_id() == 1


def test_positions_have_no_gaps_and_recorded_at_never_goes_back(database: Any) -> None:
    class Backwards:
        def __init__(self) -> None:
            self.instant = datetime(2026, 1, 1, tzinfo=UTC)

        def now(self) -> datetime:
            self.instant -= timedelta(hours=1)
            return self.instant

        def monotonic(self) -> float:
            return 0.0

    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("update log.installation set brings_own_clock = true")
        pool = open_pool(database.url, "farley_api", size=2)
        brought = LogRecorder(pool, Backwards())
        for _ in range(5):
            brought.insert_events([event(), event()])
        rows = connection.execute(
            "select notification_id, recorded_at from log.events order by notification_id"
        ).fetchall()
        pool.close()
    assert [row[0] for row in rows] == list(range(1, 11))
    assert [row[1] for row in rows] == sorted(row[1] for row in rows)


def test_production_refuses_a_clock_that_is_brought(database: Any, recorder: LogRecorder) -> None:
    class Clock:
        def now(self) -> datetime:
            return datetime(2000, 1, 1, tzinfo=UTC)

        def monotonic(self) -> float:
            return 0.0

    pool = open_pool(database.url, "farley_api", size=2)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        LogRecorder(pool, Clock()).insert_events([event()])
    pool.close()
    assert recorder.max_notification_id() is None


def _write(url: str, count: int) -> None:
    pool = open_pool(url, "farley_api", size=1)
    recorder = LogRecorder(pool)
    for _ in range(count // PER_APPEND):
        stream = uuid4()
        recorder.insert_events([event(stream, version) for version in range(1, PER_APPEND + 1)])
    pool.close()


def test_tailing_reader_misses_none_of_the_events_of_four_writing_processes(database: Any) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write, args=(database.url, EVENTS // WRITERS)) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()
    expected = 1
    with psycopg.connect(database.url, autocommit=True) as connection:
        while expected <= EVENTS:
            rows = connection.execute(
                "select notification_id from log.events where notification_id >= %s"
                " order by notification_id limit 5000",
                [expected],
            ).fetchall()
            seen = [row[0] for row in rows]
            assert seen == list(range(expected, expected + len(seen)))
            expected += len(seen)
            assert seen or any(writer.is_alive() for writer in writers) or expected > EVENTS
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * WRITERS


def test_stored_event_of_the_library_is_taken_without_our_columns(recorder: LogRecorder) -> None:
    plain = StoredEvent(originator_id=uuid4(), originator_version=1, topic="t", state=b"{}")
    recorder.insert_events([plain])
    assert recorder.select_events(plain.originator_id) == [plain]
