"""Personal data: sealed under the key of its profile, bound to its place, unreadable once the key is gone."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from cryptography.exceptions import InvalidTag
from psycopg_pool import ConnectionPool

from application.personal import Sealed
from domain.errors import Unavailable
from infrastructure.cryptography import keys
from infrastructure.cryptography.keys import CHECKED_SECONDS, NEXT_PORTION_SECONDS, KeyRing
from infrastructure.machine.clock import SystemClock
from infrastructure.postgres.connections import open_pool

pytestmark = pytest.mark.speaks_sql

ANNA, BEN, STREAM = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.fixture
def ring(database: Any) -> Iterator[KeyRing]:
    pool = open_pool(database.keys_url, "farley_keys", size=2)
    yield KeyRing(pool, b"w" * 32, SystemClock())
    pool.close()


def sealed(token: str, *, profile: UUID = ANNA, field: str = "name") -> Sealed:
    return Sealed(profile_id=profile, field=field, token=token)


@pytest.mark.parametrize("value", ["Anna", "", {"a": [1, None, "ß"]}, 3.5, True])
def test_what_is_sealed_opens_where_it_belongs(ring: KeyRing, value: object) -> None:
    assert ring.unseal([sealed(ring.seal(ANNA, STREAM, 1, "name", value)), None]) == [value, None]


def test_a_token_that_was_moved_does_not_open(ring: KeyRing) -> None:
    token = ring.seal(ANNA, STREAM, 1, "name", "Anna")
    other = ring.seal(ANNA, uuid4(), 1, "name", "Bea")
    ring.prepare([BEN])
    moved = token[:20] + other[20:]
    assert (
        ring.unseal(
            [
                sealed(token, profile=BEN),
                sealed(token, field="birth_date"),
                sealed(moved),
                sealed("not a token"),
                sealed(token[:-8]),
            ]
        )
        == [None] * 5
    )


def test_a_whole_token_under_another_fact_of_the_same_person_does_not_open_there(ring: KeyRing) -> None:
    token = ring.seal(ANNA, STREAM, 1, "name", "Anna")
    there = Sealed(profile_id=ANNA, field="name", token=token, stream_id=STREAM, version=1)
    elsewhere = [
        Sealed(profile_id=ANNA, field="name", token=token, stream_id=STREAM, version=2),
        Sealed(profile_id=ANNA, field="name", token=token, stream_id=uuid4(), version=1),
    ]
    assert ring.unseal([there, *elsewhere]) == ["Anna", None, None]


class Seconds:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 3, 2, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.passed


def test_a_key_that_another_process_deleted_seals_and_opens_nothing_a_second_later(
    database: Any, ring: KeyRing
) -> None:
    pool, clock = open_pool(database.keys_url, "farley_keys", size=1), Seconds()
    slow = KeyRing(pool, b"w" * 32, clock)
    slow.prepare([ANNA, BEN])
    before = slow.seal(ANNA, STREAM, 1, "name", "Anna")
    of_ben = slow.seal(BEN, STREAM, 1, "name", "Ben")
    ring.forget([ANNA])
    assert slow.unseal([sealed(before)]) == ["Anna"]
    clock.passed += CHECKED_SECONDS
    assert slow.unseal([sealed(before), sealed(of_ben, profile=BEN)]) == [None, "Ben"]
    slow.prepare([ANNA])
    after = slow.seal(ANNA, STREAM, 1, "name", "Anna again")
    assert ring.unseal([sealed(before), sealed(after)]) == [None, "Anna again"]
    pool.close()


def test_keys_that_are_remembered_ask_the_database_once_a_second(database: Any) -> None:
    pool, clock = open_pool(database.keys_url, "farley_keys", size=1), Seconds()
    ring = KeyRing(pool, b"w" * 32, clock)
    ring.prepare([ANNA])
    token = ring.seal(ANNA, STREAM, 1, "name", "Anna")
    with pool.connection():  # nobody else gets a connection meanwhile
        ring.prepare([ANNA])
        assert ring.unseal([sealed(token)]) == ["Anna"]
        assert ring.seal(ANNA, STREAM, 1, "name", "Anna")
        clock.passed += CHECKED_SECONDS
        pool.timeout = 0.1
        with pytest.raises(Unavailable):
            ring.prepare([ANNA])
    pool.close()


def test_a_new_profile_costs_one_statement_while_remembered_keys_are_fresh(database: Any) -> None:
    seconds = Seconds()
    pool = open_pool(database.keys_url, "farley_keys", size=1)
    try:
        other, ring = KeyRing(pool, b"w" * 32, seconds), KeyRing(pool, b"w" * 32, seconds)
        other.prepare([BEN])
        token = other.seal(BEN, STREAM, 1, "name", "Ben")
        ring.prepare([])  # the first question tells the mark of deletions
        before = pool.get_stats()["requests_num"]
        ring.prepare([ANNA, BEN])
        assert pool.get_stats()["requests_num"] == before + 1
        assert ring.unseal([sealed(token, profile=BEN)]) == ["Ben"]
    finally:
        pool.close()


def test_a_key_that_another_process_made_is_known_a_second_later(database: Any) -> None:
    seconds = Seconds()
    pool = open_pool(database.keys_url, "farley_keys", size=1)
    try:
        other, ring = KeyRing(pool, b"w" * 32, seconds), KeyRing(pool, b"w" * 32, seconds)
        ring.prepare([])
        other.prepare([BEN])
        token = other.seal(BEN, STREAM, 1, "name", "Ben")
        seconds.passed += CHECKED_SECONDS
        ring.prepare([])
        before = pool.get_stats()["requests_num"]
        ring.prepare([BEN])
        assert ring.unseal([sealed(token, profile=BEN)]) == ["Ben"]
        assert pool.get_stats()["requests_num"] == before
        ring.forget([BEN])
        seconds.passed += CHECKED_SECONDS
        assert other.unseal([sealed(token, profile=BEN)]) == [None]
    finally:
        pool.close()


def test_many_keys_that_another_process_made_are_known_portion_by_portion(
    database: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "MOST_FOLLOWED", 2)
    seconds, profiles = Seconds(), sorted(uuid4() for _ in range(5))
    pool = open_pool(database.keys_url, "farley_keys", size=1)

    def questions(use: Callable[[], object]) -> int:
        before = pool.get_stats()["requests_num"]
        use()
        return int(pool.get_stats()["requests_num"]) - before

    try:
        other, ring = KeyRing(pool, b"w" * 32, seconds), KeyRing(pool, b"w" * 32, seconds)
        ring.prepare([])
        other.prepare(profiles)
        seconds.passed += CHECKED_SECONDS
        ring.prepare([])
        ring.recall([uuid4()])  # a question before the next portion is due
        assert questions(lambda: ring.recall(profiles[:2])) == 0
        seconds.passed += NEXT_PORTION_SECONDS
        ring.recall([uuid4()])
        assert questions(lambda: ring.recall(profiles[:4])) == 0
        assert questions(lambda: ring.recall(profiles)) == 1
    finally:
        pool.close()


def test_a_key_that_a_failover_lost_is_not_used_on_the_new_connection(database: Any) -> None:
    pool, clock = open_pool(database.keys_url, "farley_keys", size=1), Seconds()
    ring = KeyRing(pool, b"w" * 32, clock)
    ring.prepare([ANNA, BEN])
    with psycopg.connect(database.keys_url, autocommit=True) as server:
        server.execute("set session_replication_role = replica")  # no trigger marks what a failover loses
        server.execute("delete from keys.profile_keys where profile_id = %s", [ANNA])
        server.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    clock.passed += CHECKED_SECONDS
    ring.prepare([ANNA, BEN])
    token = ring.seal(ANNA, STREAM, 1, "name", "Anna")
    other = KeyRing(pool, b"w" * 32, clock)
    assert other.unseal([sealed(token)]) == ["Anna"]
    pool.close()


def on_two_connections(database: Any) -> tuple[ConnectionPool, Seconds, KeyRing]:
    """Returns a ring that remembers the keys of both people and has asked over both connections of its pool."""
    pool, clock = open_pool(database.keys_url, "farley_keys", size=2), Seconds()
    ring = KeyRing(pool, b"w" * 32, clock)
    ring.prepare([ANNA, BEN])
    with pool.connection():
        clock.passed += CHECKED_SECONDS
        ring.prepare([])
    return pool, clock, ring


def test_a_pool_that_grows_by_a_connection_asks_for_no_key_again(database: Any) -> None:
    pool, _, ring = on_two_connections(database)
    before = pool.get_stats()["requests_num"]
    ring.prepare([ANNA, BEN])
    assert (pool.get_stats()["pool_size"], pool.get_stats()["requests_num"]) == (2, before)
    pool.close()


def test_a_key_that_a_failover_lost_is_not_used_while_another_connection_seems_open(database: Any) -> None:
    pool, clock, ring = on_two_connections(database)
    with pool.connection() as lost, pool.connection() as open_still:
        lost_pid, open_pid = lost.info.backend_pid, open_still.info.backend_pid
    with psycopg.connect(database.keys_url, autocommit=True) as server:
        server.execute("set session_replication_role = replica")  # no trigger marks what a failover loses
        server.execute("delete from keys.profile_keys where profile_id = %s", [ANNA])
        server.execute("select pg_terminate_backend(%s, 5000)", [lost_pid])
    clock.passed += CHECKED_SECONDS
    both = [pool.getconn(), pool.getconn()]
    new, known = sorted(both, key=lambda connection: connection.info.backend_pid == open_pid)
    pool.putconn(new)
    ring.prepare([ANNA, BEN])
    pool.putconn(known)
    token = ring.seal(ANNA, STREAM, 1, "name", "Anna")
    assert KeyRing(pool, b"w" * 32, clock).unseal([sealed(token)]) == ["Anna"]
    pool.close()


def test_a_mark_of_deletions_that_goes_back_costs_one_question_more(database: Any, ring: KeyRing) -> None:
    pool, clock = open_pool(database.keys_url, "farley_keys", size=1), Seconds()
    slow = KeyRing(pool, b"w" * 32, clock)
    slow.prepare([ANNA, BEN])
    of_ben = slow.seal(BEN, STREAM, 1, "name", "Ben")
    with psycopg.connect(database.keys_url, autocommit=True) as server:
        (mark,) = server.execute("select mark from keys.deletions").fetchone() or ()
        ring.forget([ANNA])
        clock.passed += CHECKED_SECONDS
        assert slow.unseal([sealed(of_ben, profile=BEN)]) == ["Ben"]
        server.execute("update keys.deletions set mark = %s", [mark])
    clock.passed += CHECKED_SECONDS
    assert slow.unseal([sealed(of_ben, profile=BEN)]) == ["Ben"]
    pool.close()


def test_an_answer_from_before_forgetting_is_not_remembered_after_it(database: Any, ring: KeyRing) -> None:
    ring.prepare([ANNA])
    token = ring.seal(ANNA, STREAM, 1, "name", "Anna")
    pool = open_pool(database.keys_url, "farley_keys", size=2)
    process = KeyRing(pool, b"w" * 32, SystemClock())
    unwrap = process._unwrap

    def forget_meanwhile(profile_id: UUID, wrapped: bytes) -> bytes:
        process._unwrap = unwrap  # type: ignore[method-assign]
        process.forget([ANNA])
        return unwrap(profile_id, wrapped)

    process._unwrap = forget_meanwhile  # type: ignore[method-assign]
    assert process.unseal([sealed(token)]) == ["Anna"]
    assert process.unseal([sealed(token)]) == [None]
    pool.close()


def test_twenty_threads_that_prepare_new_profiles_at_once_share_few_statements(database: Any) -> None:
    pool = open_pool(database.keys_url, "farley_keys", size=1)
    ring, profiles = KeyRing(pool, b"w" * 32, SystemClock()), [uuid4() for _ in range(20)]
    ring.prepare([ANNA])
    before = pool.get_stats()["requests_num"]
    barrier = threading.Barrier(20)

    def prepare(profile: UUID) -> str:
        barrier.wait()
        ring.prepare([profile, BEN])
        return ring.seal(profile, STREAM, 1, "name", str(profile))

    with ThreadPoolExecutor(20) as threads:
        tokens = list(threads.map(prepare, profiles))
    other = KeyRing(pool, b"w" * 32, SystemClock())
    opened = other.unseal([sealed(t, profile=p) for t, p in zip(tokens, profiles, strict=True)])
    assert opened == [str(profile) for profile in profiles]
    assert pool.get_stats()["requests_num"] - before < 1.5 * len(profiles)
    pool.close()


def test_the_same_value_is_sealed_differently_each_time(ring: KeyRing) -> None:
    assert ring.seal(ANNA, STREAM, 1, "name", "Anna") != ring.seal(ANNA, STREAM, 1, "name", "Anna")


def test_a_forgotten_profile_is_unreadable_and_nobody_else(ring: KeyRing) -> None:
    anna, ben = ring.seal(ANNA, STREAM, 1, "name", "Anna"), ring.seal(BEN, STREAM, 2, "name", "Ben")
    assert ring.forget([ANNA]) == 1
    assert ring.unseal([sealed(anna), sealed(ben, profile=BEN)]) == [None, "Ben"]


def test_a_new_key_after_forgetting_does_not_open_what_was_sealed_before(ring: KeyRing) -> None:
    before = ring.seal(ANNA, STREAM, 1, "name", "Anna")
    ring.forget([ANNA])
    after = ring.seal(ANNA, STREAM, 2, "name", "Anna again")
    assert ring.unseal([sealed(before), sealed(after)]) == [None, "Anna again"]


def test_keys_lie_wrapped_and_another_wrapping_key_opens_none(database: Any, ring: KeyRing) -> None:
    token = ring.seal(ANNA, STREAM, 1, "name", "Anna")
    with psycopg.connect(database.keys_url) as connection:
        rows = connection.execute("select wrapped from keys.profile_keys").fetchall()
    assert [len(row[0]) for row in rows] == [12 + 32 + 16]
    pool = open_pool(database.keys_url, "farley_keys", size=1)
    with pytest.raises(InvalidTag):
        KeyRing(pool, b"x" * 32, SystemClock()).unseal([sealed(token)])
    pool.close()


def test_a_wrapped_key_of_another_profile_is_refused(database: Any, ring: KeyRing) -> None:
    ring.prepare([ANNA, BEN])
    pool = open_pool(database.keys_url, "farley_keys", size=1)
    with psycopg.connect(database.keys_url) as connection:
        connection.execute(
            "update keys.profile_keys k set wrapped = other.wrapped from keys.profile_keys other"
            " where k.profile_id = %s and other.profile_id = %s",
            [ANNA, BEN],
        )
    with pytest.raises(InvalidTag):
        KeyRing(pool, b"w" * 32, SystemClock()).seal(ANNA, STREAM, 1, "name", "Anna")
    pool.close()


def test_two_processes_that_make_the_same_key_agree(database: Any, ring: KeyRing) -> None:
    pool = open_pool(database.keys_url, "farley_keys", size=2)
    other = KeyRing(pool, b"w" * 32, SystemClock())
    ring.prepare([ANNA])
    other.prepare([ANNA])
    assert other.unseal([sealed(ring.seal(ANNA, STREAM, 1, "name", "Anna"))]) == ["Anna"]
    pool.close()


def test_keys_are_prepared_while_another_thread_remembers_new_ones(ring: KeyRing) -> None:
    many = [UUID(int=number) for number in range(10, 3_010)]
    ring.prepare(many)
    done = threading.Event()

    def remember_more() -> None:
        while not done.is_set():
            ring.prepare([uuid4()])

    with ThreadPoolExecutor(1) as threads:
        more = threads.submit(remember_more)
        try:
            for _ in range(300):
                ring.prepare(many[:50])
        finally:
            done.set()
        assert more.exception() is None
