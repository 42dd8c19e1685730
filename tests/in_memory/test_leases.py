"""What every lease does: the one in the database, and its twin in memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from application.leases import DISPATCHER, SCHEDULER, Lease
from infrastructure.postgres.connections import open_pool
from infrastructure.postgres.handovers import DatabaseLease
from tests.application.memory_store import MemoryStore
from tests.in_memory.clock import SteppedClock
from tests.in_memory.leases import MemoryLease, MemoryLeases

pytestmark = pytest.mark.speaks_sql


@dataclass(frozen=True, kw_only=True)
class Leasing:
    """`lease` makes a holder's lease of a name; `expire` ends all leases unnoticed."""

    lease: Callable[[str, str], Lease]
    expire: Callable[[], object]
    clock: SteppedClock

    def pass_a_second(self) -> None:
        """After it every holder asks anew."""
        self.clock.move(timedelta(seconds=1))


@pytest.fixture
def in_memory() -> Leasing:
    leases, clock = MemoryLeases(store=MemoryStore()), SteppedClock()
    return Leasing(
        lease=lambda name, holder: MemoryLease(leases, holder, clock, name=name),
        expire=lambda: [leases.expire(name) for name in (DISPATCHER, SCHEDULER)],
        clock=clock,
    )


@pytest.fixture
def in_database(database: Any) -> Iterator[Leasing]:
    clock = SteppedClock()
    with (
        open_pool(database.url, "farley_dispatcher", size=2) as pool,
        psycopg.connect(database.url, autocommit=True) as connection,
    ):
        yield Leasing(
            lease=lambda name, holder: DatabaseLease(pool, holder, clock, name=name),
            expire=lambda: connection.execute("update operation.leases set expires_at = '-infinity'"),
            clock=clock,
        )


@pytest.fixture(params=["in_memory", "in_database"])
def leasing(request: pytest.FixtureRequest) -> Leasing:
    leasing: Leasing = request.getfixturevalue(request.param)
    return leasing


def test_one_holder_has_the_lease_and_keeps_its_epoch(leasing: Leasing) -> None:
    first, second = leasing.lease(DISPATCHER, "one"), leasing.lease(DISPATCHER, "two")
    assert (first.hold(), second.hold()) == (1, None)
    leasing.pass_a_second()
    assert (first.hold(), second.hold()) == (1, None)


def test_whoever_takes_an_expired_lease_over_gets_the_next_epoch(leasing: Leasing) -> None:
    first, second = leasing.lease(DISPATCHER, "one"), leasing.lease(DISPATCHER, "two")
    assert first.hold() == 1
    leasing.expire()
    assert second.hold() == 2
    leasing.pass_a_second()
    assert first.hold() is None


def test_a_holder_that_asked_within_a_second_believes_its_answer_unless_it_forgets_it(
    leasing: Leasing,
) -> None:
    first, second = leasing.lease(DISPATCHER, "one"), leasing.lease(DISPATCHER, "two")
    assert first.hold() == 1
    leasing.expire()
    assert (second.hold(), first.hold()) == (2, 1)
    first.forget()
    assert first.hold() is None


def test_a_holder_that_takes_its_own_expired_lease_again_keeps_the_epoch(leasing: Leasing) -> None:
    lease = leasing.lease(DISPATCHER, "one")
    assert lease.hold() == 1
    leasing.expire()
    leasing.pass_a_second()
    assert lease.hold() == 1


def test_a_released_lease_is_free_at_once_and_only_its_holder_releases_it(leasing: Leasing) -> None:
    first, second = leasing.lease(DISPATCHER, "one"), leasing.lease(DISPATCHER, "two")
    assert first.hold() == 1
    second.release()
    assert second.hold() is None
    first.release()
    leasing.pass_a_second()
    assert second.hold() == 2


def test_leases_of_two_names_know_nothing_of_each_other(leasing: Leasing) -> None:
    assert leasing.lease(DISPATCHER, "one").hold() == 1
    assert leasing.lease(SCHEDULER, "two").hold() == 1
