"""Whoever was stopped past a lease and continues commits nothing."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from eventsourcing.persistence import IntegrityError

from application.leases import Fence, LeaseLost
from application.receipts import ReceiptClaim, ReceiptExists
from infrastructure.machine.clock import SystemClock
from infrastructure.postgres.connections import open_pool
from infrastructure.postgres.handovers import DatabaseLease
from infrastructure.postgres.recorder import LogEvent, LogRecorder

NAME = "scheduler"


@pytest.fixture
def pool(database: Any) -> Iterator[Any]:
    pool = open_pool(database.url, "farley_dispatcher", size=4)
    yield pool
    pool.close()


@pytest.fixture
def recorder(pool: Any) -> LogRecorder:
    return LogRecorder(pool)


def lease(pool: Any, holder: str, *, seconds: float = 10.0, name: str = NAME) -> DatabaseLease:
    return DatabaseLease(pool, holder, SystemClock(), name=name, seconds=seconds)


def held(one: DatabaseLease, name: str = NAME) -> Fence:
    """The fence of a lease that this one gets."""
    epoch = one.hold()
    assert epoch is not None
    return Fence(lease=name, epoch=epoch)


def event(stream: UUID | None = None) -> LogEvent:
    state = b'{"occurred_at": "2026-01-01T00:00:00Z"}'
    return LogEvent(originator_id=stream or uuid4(), originator_version=1, topic="t", state=state)


def expire(database: Any) -> None:
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("update operation.leases set expires_at = clock_timestamp()")


def length(recorder: LogRecorder) -> int:
    return recorder.max_notification_id() or 0


def test_the_holder_appends_as_without_a_fence(pool: Any, recorder: LogRecorder) -> None:
    fence, stream = held(lease(pool, "one")), uuid4()
    assert recorder.insert_events([event(stream), event()], fence=fence) == [1, 2]
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(), event(stream)], fence=fence)
    claim = ReceiptClaim(subject="me", key="k", fingerprint=b"f", answer={"body": {}})
    assert recorder.insert_events([event()], fence=fence, receipt=claim) == [3]
    with pytest.raises(ReceiptExists) as known:
        recorder.insert_events([event()], fence=fence, receipt=claim)
    assert (known.value.receipt.position, length(recorder)) == (3, 3)


def test_an_epoch_that_has_passed_is_refused(database: Any, pool: Any, recorder: LogRecorder) -> None:
    old = held(lease(pool, "one"))
    expire(database)
    new = held(lease(pool, "two"))
    assert new.epoch == old.epoch + 1
    with pytest.raises(LeaseLost):
        recorder.insert_events([event()], fence=old)
    assert length(recorder) == 0
    assert recorder.insert_events([event()], fence=new) == [1]


def test_a_lease_that_has_run_out_is_refused_even_if_nobody_took_it(
    database: Any, pool: Any, recorder: LogRecorder
) -> None:
    one = lease(pool, "one")
    fence = held(one)
    expire(database)
    with pytest.raises(LeaseLost):
        recorder.insert_events([event()], fence=fence)
    assert length(recorder) == 0
    one.forget()
    assert held(one) == fence
    assert recorder.insert_events([event()], fence=fence) == [1]


@pytest.mark.parametrize("epochs_on", [-1, 1])
def test_any_other_epoch_and_any_other_name_are_refused(
    pool: Any, recorder: LogRecorder, epochs_on: int
) -> None:
    fence = held(lease(pool, "one"))
    for wrong in (
        Fence(lease=NAME, epoch=fence.epoch + epochs_on),
        Fence(lease="nobody's", epoch=fence.epoch),
    ):
        with pytest.raises(LeaseLost):
            recorder.insert_events([event()], fence=wrong)
    held(lease(pool, "one", name="dispatcher"), "dispatcher")
    assert length(recorder) == 0


@contextmanager
def waiting_for_the_log(database: Any, recorder: LogRecorder, fence: Fence) -> Iterator[list[Any]]:
    """An append that waits for its turn meanwhile. Yields where its result will stand."""
    results: list[Any] = []

    def append() -> None:
        try:
            results.append(recorder.insert_events([event()], fence=fence))
        except Exception as error:
            results.append(error)

    thread = threading.Thread(target=append, daemon=True)
    with psycopg.connect(database.url) as holding, psycopg.connect(database.url, autocommit=True) as looking:
        holding.execute("select log.lock()")
        thread.start()
        deadline = time.monotonic() + 20
        waiting = "select 1 from pg_locks where not granted and relation = 'log.turn'::regclass"
        while looking.execute(waiting).fetchone() is None:
            assert time.monotonic() < deadline
        yield results
        holding.rollback()
    thread.join(20)


def test_a_lease_that_passes_on_while_the_append_waits_for_its_turn_is_seen(
    database: Any, pool: Any, recorder: LogRecorder
) -> None:
    with waiting_for_the_log(database, recorder, held(lease(pool, "one"))) as results:
        expire(database)
        new = held(lease(pool, "two"))
    assert [type(result) for result in results] == [LeaseLost]
    assert recorder.insert_events([event()], fence=new) == [1]


def test_a_lease_that_runs_out_while_the_append_waits_for_its_turn_is_seen(
    database: Any, pool: Any, recorder: LogRecorder
) -> None:
    with waiting_for_the_log(database, recorder, held(lease(pool, "one", seconds=0.2))) as results:
        time.sleep(0.3)
    assert [type(result) for result in results] == [LeaseLost]
    assert length(recorder) == 0


def test_nobody_takes_the_lease_over_before_the_holders_append_is_committed(
    database: Any, pool: Any, recorder: LogRecorder
) -> None:
    fence = held(lease(pool, "one", seconds=0.2))
    successor = lease(pool, "two")
    epochs: list[int | None] = []
    taking_over = threading.Thread(target=lambda: epochs.append(successor.hold()), daemon=True)
    with psycopg.connect(database.url) as appending:
        appending.execute("set role farley_dispatcher")
        appending.execute(
            "select log.append_held(%s, %s, %s, %s::bigint[], '{t}', array['{}'::bytea], '{null}', '{null}', '{1}',"
            " '{null}', '{null}', '{null}', '{null}', '{}', '{}', '{}')",
            [fence.lease, fence.epoch, [uuid4()], [1]],
        )
        time.sleep(0.3)
        taking_over.start()
        taking_over.join(0.5)
        assert epochs == []
        appending.commit()
    taking_over.join(20)
    assert epochs == [fence.epoch + 1]
    assert length(recorder) == 1


@pytest.mark.parametrize("role", ["farley_api", "farley_projector", "farley_reader", "farley_reporting"])
def test_only_who_holds_leases_may_append_behind_a_fence(database: Any, role: str) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute(f"set role {role}".encode())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(("select log.append_held('scheduler', 1" + ", '{}'" * 14 + ")").encode())
