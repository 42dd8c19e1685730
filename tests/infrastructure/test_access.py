"""Keys of client applications in the database: at most two of a name, and a revoked one ends everywhere in a second."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from application.access.keys import REMEMBERED_SECONDS, AccessKeys, TooManyKeys, hash_of
from domain.errors import NotConfigured
from infrastructure.machine.clock import SystemClock
from infrastructure.processes.administrator import OWNER
from infrastructure.wiring.use_cases import UseCases
from tests.world import located_on


@pytest.fixture
def one(database: Any, tmp_path: Path) -> Iterator[AccessKeys]:
    with UseCases(located_on(database, tmp_path), pool_size=4) as installation:
        yield installation.access


class Skipping(SystemClock):
    """The system's clock, ahead by the seconds that a test skips."""

    skipped = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.skipped

    def skip(self) -> None:
        """Skips the time for which a process remembers a key."""
        self.skipped += REMEMBERED_SECONDS


@pytest.fixture
def clock() -> Skipping:
    return Skipping()


@pytest.fixture
def other(database: Any, tmp_path: Path, clock: Skipping) -> Iterator[AccessKeys]:
    """The same database as another process sees it."""
    with UseCases(located_on(database, tmp_path), pool_size=1, clock=clock) as installation:
        yield installation.access


def test_a_key_that_one_process_revokes_is_refused_within_a_second_by_another_and_at_once_by_itself(
    one: AccessKeys, other: AccessKeys, clock: Skipping
) -> None:
    key_id, key = one.create("shop", ["write"])
    found = other.subject_of(key)
    assert found is not None
    assert found.name == "shop"
    assert one.subject_of(key) == found
    assert one.revoke(key_id)
    assert one.subject_of(key) is None
    clock.skip()
    assert other.subject_of(key) is None
    assert not other.revoke(key_id)


def test_a_name_has_two_live_keys_and_no_third(one: AccessKeys) -> None:
    first, _ = one.create("shop", ["write"])
    one.create("shop", ["write"])
    with pytest.raises(TooManyKeys, match="shop has 2 live keys, as a rotation needs: revoke one first"):
        one.create("shop", ["write"])
    one.create("till", ["write"])
    one.revoke(first)
    one.create("shop", ["write"])
    assert len(one.of_owner("shop")) == 3


def test_a_key_that_has_expired_is_none_of_the_two(one: AccessKeys) -> None:
    for _ in range(3):
        one.create("shop", ["write"], expires_at=datetime(2020, 1, 1, tzinfo=UTC))
    one.create("shop", ["write"])
    one.create("shop", ["write"])
    assert len(one.of_owner("shop")) == 5
    with pytest.raises(TooManyKeys):
        one.create("shop", ["write"])


def test_a_key_that_is_known_is_not_counted_against_itself(one: AccessKeys) -> None:
    own = "an administrator's own key " * 2
    for key in (own, own + "2", own):
        one.create("administrator", ["admin"], key=key)
    assert len(one.of_owner("administrator")) == 2


def test_of_many_that_are_made_at_once_two_are_kept(one: AccessKeys) -> None:
    refused: list[TooManyKeys] = []
    barrier = threading.Barrier(4)

    def make() -> None:
        barrier.wait()
        try:
            one.create("shop", ["write"])
        except TooManyKeys as error:
            refused.append(error)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == len(one.of_owner("shop")) == 2


def test_a_key_is_looked_up_by_its_hash_and_nearly_right_is_wholly_wrong(
    database: Any, one: AccessKeys
) -> None:
    _, key = one.create("shop", ["write"])
    nearly = key[:-1] + ("a" if key[-1] != "a" else "b")
    assert one.subject_of(nearly) is None
    shared = sum(a == b for a, b in zip(hash_of(key), hash_of(nearly), strict=True))
    assert shared < 8  # of 32 bytes: that a prefix is right shows nowhere
    with psycopg.connect(database.url) as connection:
        rows = connection.execute("select hash, to_jsonb(k)::text from access.api_keys k").fetchall()
        connection.execute("set enable_seqscan = off")
        plan = connection.execute("explain select from access.api_keys where hash = ''::bytea").fetchall()
    assert [row[0] for row in rows] == [hash_of(key)]
    assert not any(key in row[1] for row in rows)
    assert "api_keys_hash_key" in str(plan)


FIRST, SECOND = "first key of the variable, long enough", "second key of the variable, long enough"


def configured(access: AccessKeys, key: str | None) -> bool:
    return access.configure(OWNER, key)


def test_a_configured_key_ends_when_the_configuration_names_another_as_often_as_it_changes(
    one: AccessKeys, other: AccessKeys, clock: Skipping
) -> None:
    assert not configured(one, FIRST)
    assert not configured(one, FIRST)
    for new, former in ((SECOND, FIRST), (FIRST, SECOND), (SECOND, FIRST), (FIRST, SECOND)):
        assert configured(one, new)
        clock.skip()
        subject = other.subject_of(new)
        assert subject is not None
        assert (subject.name, subject.scopes) == ("administrator", {"admin"})
        assert other.subject_of(former) is None
    assert configured(one, None)
    clock.skip()
    assert other.subject_of(FIRST) is None
    assert not other.any_administrator()


def test_no_other_key_ends_with_a_configured_one(one: AccessKeys) -> None:
    made = [one.create("administrator", ["admin"])[1], one.create("administrator", ["read"])[1]]
    configured(one, FIRST)
    configured(one, SECOND)
    assert all(one.subject_of(key) for key in (*made, SECOND))


def test_a_configured_key_that_was_revoked_by_hand_stays_dead_and_the_start_says_so(one: AccessKeys) -> None:
    configured(one, FIRST)
    configured(one, SECOND)
    (second,) = (key.key_id for key in one.all() if key.revoked_at is None)
    assert one.revoke(second)
    with pytest.raises(NotConfigured, match="FARLEY_ADMIN_KEY names a key that was revoked: set another one"):
        configured(one, SECOND)
    assert one.subject_of(SECOND) is None
    configured(one, FIRST)
    assert one.subject_of(FIRST) is not None
