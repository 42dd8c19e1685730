"""A handover whose answer never comes, or comes late, sends nothing twice, nothing late, and ends.

Its client is cut off while its backend waits for the log's lock, and the backend commits after all.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.leases import LeaseLost
from application.mail import Delivery, OutgoingMail, SendResult
from domain.errors import StoreUnavailable
from tests.world import World

HANDED_OVER, LAPSED = "messages.MessageHandedOver", "messages.HandoverLapsed"
PEOPLE = 3


class NextHop:
    """Begins in time or not at all, as the clock that it is given says."""

    name = "smtp"

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self.accepted: Counter[str] = Counter()

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        if self._monotonic() > begin_before:
            return Delivery(result=SendResult.NOT_BEGUN)
        self.accepted[mail.recipient] += 1
        return Delivery(result=SendResult.ACCEPTED, code=250)

    def close(self) -> None: ...


class LogLock:
    """Holds the log's lock on a connection of its own, and sees who waits for it."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg.connect(url)
        self._watching = psycopg.connect(url, autocommit=True)

    def close(self) -> None:
        self._connection.close()
        self._watching.close()

    def take(self) -> None:
        self._connection.execute("select log.lock()")

    def release(self) -> None:
        self._connection.rollback()

    def waiting(self) -> int:
        row = self._watching.execute(
            "select count(distinct pid) from pg_locks where not granted"
            " and database = (select oid from pg_database where datname = current_database())"
        ).fetchone()
        return int(row[0]) if row else 0

    def wait_for(self, waiting: int, seconds: float) -> bool:
        """Whether so many came to wait in this time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.waiting() >= waiting:
                return True
            time.sleep(0.005)
        return False

    @contextmanager
    def released_once_another_waits(self, seconds: float = 3.0) -> Iterator[None]:
        """Lets go as soon as a second one waits behind the first; the first then commits before it."""

        def let_go() -> None:
            self.wait_for(2, seconds)
            self.release()

        thread = threading.Thread(target=let_go, daemon=True)
        thread.start()
        try:
            yield
        finally:
            thread.join()


class CutOffHandovers:
    """The first call's client is cut off while its backend waits for the lock; its thread ends with it."""

    def __init__(self, real: Any, lock: LogLock) -> None:
        self._real = real
        self._lock = lock
        self.late: threading.Thread | None = None
        self.answer: list[int | None] | Exception | None = None

    def hand_over(self, pending: Any, **of: Any) -> list[int | None]:
        if self.late is not None:
            handed: list[int | None] = self._real.hand_over(pending, **of)
            return handed
        self._lock.take()
        self.late = threading.Thread(target=self._call, args=[pending, of], daemon=True)
        self.late.start()
        assert self._lock.wait_for(1, 5.0), self.answer
        raise StoreUnavailable

    def _call(self, pending: Any, of: dict[str, Any]) -> None:
        try:
            self.answer = self._real.hand_over(pending, **of)
        except Exception as error:
            self.answer = error


@pytest.fixture
def lock(database: Any) -> Iterator[LogLock]:
    lock = LogLock(database.url)
    yield lock
    lock.close()


@pytest.fixture
def hop(world: World) -> NextHop:
    hop = NextHop(lambda: world.clock.monotonic())
    world.sending.transport = hop
    return hop


@pytest.fixture
def run_id(world: World) -> UUID:
    for n in range(PEOPLE):
        world.customer(f"p{n}@example.org")
    world.fold()
    return world.start(world.campaign())


def assert_everyone_got_one(world: World, run_id: UUID, hop: NextHop) -> None:
    run = world.run(run_id)
    assert (run["state"], run["balanced"]) == ("finished", True)
    assert {outcome: n for outcome, n in run["outcomes"].items() if n} == {"sent": PEOPLE}
    assert hop.accepted == {f"p{n}@example.org": 1 for n in range(PEOPLE)}


def end(world: World, run_id: UUID, dispatcher: Any) -> None:
    """Goes on past every instant at which something is tried again."""
    for _ in range(6):
        world.run_to_end(dispatcher)
        if world.run(run_id)["state"] == "finished":
            return
        world.clock.move(timedelta(minutes=2))


def cut_off(world: World, handovers: CutOffHandovers) -> Any:
    """A dispatcher whose handover still waits in the database, though it was told that there is none."""
    dispatcher = world.dispatcher(handovers=handovers)
    with pytest.raises(StoreUnavailable):
        world.run_to_end(dispatcher)
    assert world.positions_of(HANDED_OVER) == []
    return dispatcher


def test_a_handover_that_commits_after_the_dispatcher_went_on_is_lapsed_and_made_anew(
    world: World, lock: LogLock, hop: NextHop, run_id: UUID
) -> None:
    handovers = CutOffHandovers(world.sending.handovers(), lock)
    dispatcher = cut_off(world, handovers)
    with lock.released_once_another_waits():
        world.fold()
        dispatcher.advance()
    assert handovers.late is not None
    handovers.late.join(10)
    assert isinstance(handovers.answer, list)
    assert None not in handovers.answer
    end(world, run_id, dispatcher)
    assert_everyone_got_one(world, run_id, hop)
    assert len(world.positions_of(HANDED_OVER)) == 2 * PEOPLE
    assert len(world.positions_of(LAPSED)) == PEOPLE


def test_a_handover_that_waits_while_the_lease_passes_on_is_refused(
    world: World, lock: LogLock, hop: NextHop, run_id: UUID
) -> None:
    handovers = CutOffHandovers(world.sending.handovers(), lock)
    cut_off(world, handovers)
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("update operation.leases set expires_at = '-infinity'")
    successor = world.dispatcher()
    world.fold()
    successor.advance()
    lock.release()
    assert handovers.late is not None
    handovers.late.join(10)
    assert isinstance(handovers.answer, LeaseLost)
    end(world, run_id, successor)
    assert_everyone_got_one(world, run_id, hop)
    assert len(world.positions_of(HANDED_OVER)) == PEOPLE


def test_a_handover_that_the_successor_finds_is_unknown_and_not_sent(
    world: World, lock: LogLock, hop: NextHop, run_id: UUID
) -> None:
    """It committed before the lease passed on: its sender may have been about to begin."""
    handovers = CutOffHandovers(world.sending.handovers(), lock)
    cut_off(world, handovers)
    lock.release()
    assert handovers.late is not None
    handovers.late.join(10)
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("update operation.leases set expires_at = '-infinity'")
    end(world, run_id, world.dispatcher())
    run = world.run(run_id)
    assert (run["state"], run["balanced"], run["outcomes"]["unknown"]) == ("finished", True, PEOPLE)
    assert hop.accepted == Counter()


class SlowHandovers:
    """The answer to the first call comes three seconds after it was committed."""

    def __init__(self, real: Any, pass_by: Callable[[float], None]) -> None:
        self._real = real
        self._pass_by = pass_by
        self._slow = True

    def hand_over(self, pending: Any, **of: Any) -> list[int | None]:
        handed: list[int | None] = self._real.hand_over(pending, **of)
        if self._slow:
            self._pass_by(3.0)
        self._slow = False
        return handed


def test_a_message_whose_handover_is_answered_too_late_is_lapsed_and_not_sent_late(
    world: World, hop: NextHop, run_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [0.0]
    monkeypatch.setattr(world.clock, "monotonic", lambda: time.monotonic() + sum(passed))
    dispatcher = world.dispatcher(handovers=SlowHandovers(world.sending.handovers(), passed.append))
    world.run_to_end(dispatcher)
    assert hop.accepted == Counter()
    assert len(world.positions_of(LAPSED)) == PEOPLE
    assert world.run(run_id)["outcomes"]["deferred"] == PEOPLE
    end(world, run_id, dispatcher)
    assert_everyone_got_one(world, run_id, hop)
