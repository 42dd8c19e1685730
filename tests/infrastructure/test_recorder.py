"""The log's recorder: the library's own cases, and what the library does not ask."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
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
from infrastructure.postgres.appends import Premise, PremiseOutdated
from infrastructure.postgres.connections import open_pool
from infrastructure.postgres.recorder import LogEvent, LogRecorder
from tests.amounts import amount

pytestmark = pytest.mark.speaks_sql

WRITERS, EVENTS = 4, amount(1_000_000, quick=20_000)
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


@pytest.fixture
def together(database: Any) -> Iterator[Callable[..., list["Future[Any]"]]]:
    """Appends that wait for the log's lock at the same time, so that all but the first are one group."""
    pool = open_pool(database.url, "farley_api", size=8)
    recorder = LogRecorder(pool)

    def append(*appends: dict[str, Any]) -> list["Future[Any]"]:
        with psycopg.connect(database.url) as holder, ThreadPoolExecutor(len(appends)) as threads:
            holder.execute("lock table log.turn in exclusive mode")
            futures = []
            for number, given in enumerate(appends):
                futures.append(threads.submit(recorder.insert_events, **given))
                while len(recorder._grouped._waiting) != max(number, 0) or not recorder._grouped._led:
                    time.sleep(0.001)
            holder.rollback()
            return futures

    yield append
    pool.close()


def positions(futures: list["Future[Any]"]) -> list[Any]:
    """What each append came to: its positions, or the class of its error."""
    return [f.result() if f.exception() is None else type(f.exception()) for f in futures]


def test_a_conflict_in_a_group_fails_its_own_request_only(
    recorder: LogRecorder, together: Callable[..., list["Future[Any]"]]
) -> None:
    taken = uuid4()
    recorder.insert_events([event(taken)])
    futures = together(
        {"stored_events": [event()]},
        {"stored_events": [event(), event()]},
        {"stored_events": [event(), event(taken), event()]},
        {"stored_events": [event(), event(taken, 2)]},
        {"stored_events": [event(taken, 3)]},
    )
    assert positions(futures) == [[2], [3, 4], IntegrityError, [5, 6], [7]]
    assert recorder.max_notification_id() == 7


def test_two_appends_to_one_stream_at_once_are_decided_in_their_order(
    recorder: LogRecorder, together: Callable[..., list["Future[Any]"]]
) -> None:
    stream = uuid4()
    futures = together(*({"stored_events": [event(stream)]} for _ in range(4)))
    assert positions(futures) == [[1], *[IntegrityError] * 3]


def test_receipts_of_a_group_each_answer_their_own_request(
    recorder: LogRecorder, together: Callable[..., list["Future[Any]"]]
) -> None:
    def claim(key: str, fingerprint: bytes = b"f") -> ReceiptClaim:
        return ReceiptClaim(subject="me", key=key, fingerprint=fingerprint, answer={"of": f'"{key}"\\'})

    recorder.insert_events([event(), event()], receipt=claim("known"))
    futures = together(
        {"stored_events": [event()]},
        {"stored_events": [event()], "receipt": claim("known")},
        {"stored_events": [event()], "receipt": claim("new")},
        {"stored_events": [event()], "receipt": claim("known", b"g")},
        {"stored_events": [], "receipt": claim("nothing changed")},
        {"stored_events": [event()]},
    )
    assert positions(futures) == [[3], ReceiptExists, [4], KeyReused, [], [5]]
    known = futures[1].exception()
    assert isinstance(known, ReceiptExists)
    assert (known.receipt.answer, known.receipt.position) == ({"of": '"known"\\'}, 2)
    for key, position in (("new", 4), ("nothing changed", 4)):
        with pytest.raises(ReceiptExists) as left:
            recorder.insert_events([event()], receipt=claim(key))
        assert left.value.receipt.position == position


def test_a_premise_that_does_not_hold_any_more_fails_its_own_request_only(
    recorder: LogRecorder, together: Callable[..., list["Future[Any]"]]
) -> None:
    read = uuid4()
    recorder.insert_events([event(read), event(read, 2)])
    futures = together(
        {"stored_events": [event()]},
        {"stored_events": [event()], "premises": [Premise(read, 2)]},
        {"stored_events": [event()], "premises": [Premise(read, 1)]},
        {"stored_events": [event()], "premises": [Premise(uuid4(), 0), Premise(read, 0)]},
        {"stored_events": [event()], "premises": [Premise(uuid4(), 0)]},
    )
    assert positions(futures) == [[3], [4], PremiseOutdated, PremiseOutdated, [5]]


def test_a_premise_does_not_hold_beside_a_request_of_its_group_that_adds_to_the_stream(
    together: Callable[..., list["Future[Any]"]],
) -> None:
    read = uuid4()
    futures = together(
        {"stored_events": [event()]},
        {"stored_events": [event(read)]},
        {"stored_events": [event()], "premises": [Premise(read, 0)]},
    )
    assert positions(futures) == [[1], [2], PremiseOutdated]


def test_what_cannot_be_encoded_fails_its_own_request_only(
    recorder: LogRecorder, together: Callable[..., list["Future[Any]"]]
) -> None:
    no_json = ReceiptClaim(subject="me", key="k", fingerprint=b"f", answer={"a": {1, 2}})
    no_unicode = ReceiptClaim(subject="me", key="\udcff", fingerprint=b"f", answer={})
    for strange, error in ((no_json, TypeError), (no_unicode, UnicodeEncodeError)):
        with pytest.raises(error):
            recorder.insert_events([event()], receipt=strange)
    assert positions(together({"stored_events": [event()]}, {"stored_events": [event()]})) == [[1], [2]]


def test_a_premise_may_be_about_the_stream_that_the_request_adds_to(recorder: LogRecorder) -> None:
    stream = uuid4()
    recorder.insert_events([event(stream)])
    assert recorder.insert_events([event(stream, 2)], premises=[Premise(stream, 1)]) == [2]


def test_a_fact_that_postgresql_refuses_fails_its_own_request_only(
    recorder: LogRecorder, together: Callable[..., list["Future[Any]"]]
) -> None:
    nothing: Any = None
    broken = LogEvent(originator_id=uuid4(), originator_version=1, topic=nothing, state=b"{}")
    futures = together(
        {"stored_events": [event()]},
        {"stored_events": [event()]},
        {"stored_events": [event(), broken]},
        {"stored_events": [event(), event()]},
    )
    assert positions(futures) == [[1], [2], psycopg.errors.NotNullViolation, [3, 4]]
    assert recorder.max_notification_id() == 4


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


@pytest.mark.long
@pytest.mark.timeout(1_800)
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
