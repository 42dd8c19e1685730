"""The index of names while somebody is forgotten, while a database is away, and when it does not fit the log."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any, NoReturn

import psycopg
import pytest

from application.personal import Sealed
from domain.customers.name_words import RULES
from domain.errors import StoreUnavailable
from infrastructure.cryptography.keys import KeyRing
from infrastructure.machine.clock import Interruptible
from infrastructure.name_index import following
from infrastructure.postgres import health
from infrastructure.postgres.connections import borrowed
from infrastructure.processes.name_indexing import indexing_names
from infrastructure.wiring.name_index import following as following_of
from infrastructure.wiring.name_index import name_index
from tests.name_index import correct, execute, follow, hashes, register, rows
from tests.world import World

pytestmark = pytest.mark.speaks_sql


class Halting:
    """A cipher that opens after `go` is set. `began` is set when it is asked."""

    def __init__(self, cipher: KeyRing) -> None:
        self._cipher = cipher
        self.began, self.go = Event(), Event()

    def unseal(self, sealed: Sequence[Sealed | None]) -> list[Any]:
        opened = self._cipher.unseal(sealed)
        self.began.set()
        self.go.wait(10)
        return opened


@contextmanager
def at_the_same_time(work: Callable[[], object]) -> Iterator[Thread]:
    thread = Thread(target=work)
    thread.start()
    try:
        yield thread
    finally:
        thread.join(10)


def test_whoever_is_forgotten_during_a_step_has_no_row_after_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, eva = register(world, "Ana"), register(world, "Eva")
    world.fold()
    index = following_of(world.web)
    halting = Halting(KeyRing(world.web.keys_pool, world.located.wrapping_key, world.clock))
    monkeypatch.setattr(index, "_new_cipher", lambda: halting)
    with at_the_same_time(index.step):
        assert halting.began.wait(10)
        with at_the_same_time(lambda: world.web.keys.forget([ana])) as forgetting:
            forgetting.join(0.3)
            assert forgetting.is_alive()
            halting.go.set()
    assert rows(world).keys() == {eva}


def test_a_step_during_a_forgetting_changes_nothing_and_the_next_one_does_without_the_key(
    world: World,
) -> None:
    ana, eva = register(world, "Ana"), register(world, "Eva")
    world.fold()
    index = following_of(world.web)
    with psycopg.connect(world.database.keys_url) as forgetting:
        forgetting.execute("delete from keys.profile_keys where profile_id = %s", [ana])
        assert index.step()
        assert (index.position(), rows(world)) == (0, {})
    follow(world)
    assert rows(world).keys() == {eva}


def test_an_old_name_does_not_come_back_with_the_new_key_of_a_forgotten_person(world: World) -> None:
    ana = register(world, "Ana García", "Valencia")
    follow(world)
    world.web.keys.forget([ana])
    assert rows(world) == {}
    correct(world, ana, "Ana Ruiz")
    index = follow(world)
    for _ in range(2):
        assert rows(world) == {ana: (hashes(world, "ana", "ruiz"), frozenset())}
        list(index.rebuild())


# What goes wrong


def away(*_: object) -> NoReturn:
    raise StoreUnavailable()


def test_while_the_keys_are_away_the_projections_go_on_and_the_index_follows_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = register(world, "Ana")
    sleep = Interruptible()
    with monkeypatch.context() as patched:
        patched.setattr(following, "borrowed", away)
        with indexing_names(following_of(world.web), sleep):
            world.fold()
        assert rows(world) == {}
    sleep = Interruptible()
    with indexing_names(following_of(world.web), sleep):
        wait_until(lambda: rows(world).keys() == {ana})


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(200):
        if condition():
            return
        Event().wait(0.05)
    raise AssertionError("it does not come true")


def test_rows_that_other_rules_made_are_made_anew(world: World) -> None:
    ana = register(world, "Ana")
    index = follow(world)
    execute(
        world, f"update keys.name_index set rules = {RULES + 1}; update keys.name_words set names = '{{}}'"
    )
    assert index.is_outdated()
    with indexing_names(index, Interruptible()):
        wait_until(lambda: not index.is_outdated())
    assert rows(world) == {ana: (hashes(world, "ana"), frozenset())}


def test_a_log_that_is_shorter_than_the_index_is_followed_from_its_beginning(world: World) -> None:
    ana = register(world, "Ana")
    execute(world, "update keys.name_index set position = 1000")
    world.fold()
    index = following_of(world.web)
    assert index.step() and index.position() == world.head()
    assert rows(world).keys() == {ana}


def test_more_searches_than_connections_make_the_index_follow_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = [register(world, "Ana") for _ in range(20)]
    position = world.fold()
    monkeypatch.setattr(following, "STEP", 1)
    index, reached = name_index(world.web), list[int]()
    searching = [Thread(target=lambda: reached.append(index.catch_up(position, 20.0))) for _ in range(12)]
    for thread in searching:
        thread.start()
    for thread in searching:
        thread.join()
    assert reached == [position] * 12
    assert rows(world).keys() == set(ana)


def test_the_index_never_gets_ahead_of_the_read_model_of_customers(world: World) -> None:
    register(world, "Ana")
    index = following_of(world.web)
    assert not index.step()
    assert index.position() == 0
    world.fold()
    assert index.step() and not index.step()


def test_health_says_how_far_the_index_is_behind_and_stays_ready(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.services.access.create("boss", ["admin"])
    register(world, "Ana")
    world.fold()
    behind = world.services.health.report()
    assert behind["names"] == {"ok": True, "position": "0", "lag": world.head()}
    follow(world)
    assert world.services.health.report()["names"]["lag"] == 0
    monkeypatch.setattr(health, "LAGGING", -1)
    report = world.services.health.report()
    assert report["ready"] and "NAMES_BEHIND" in {problem["code"] for problem in report["problems"]}


def test_while_the_keys_are_away_health_names_them_and_not_the_index(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys_pool = world.web.keys_pool
    monkeypatch.setattr(
        health, "borrowed", lambda pool, *rest: away() if pool is keys_pool else borrowed(pool, *rest)
    )
    report = world.services.health.report()
    assert "names" not in {problem["part"] for problem in report["problems"]}
    assert "keys" in {problem["part"] for problem in report["problems"]}
