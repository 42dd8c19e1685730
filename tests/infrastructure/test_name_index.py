"""The index of names: it follows the log in any steps, is made anew with the same rows, and goes with the keys."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random
from threading import Event, Thread
from typing import Any, NoReturn
from uuid import UUID, uuid4

import psycopg
import pytest

from application.customers.commands import (
    CorrectCustomerDetails,
    GivenContactPoint,
    RegisterCustomer,
    RemoveContactPoint,
)
from application.personal import Sealed
from domain.customers.name_words import RULES, words_of
from domain.errors import StoreUnavailable
from infrastructure.cryptography.keys import KeyRing
from infrastructure.cryptography.word_hashes import WordHashes
from infrastructure.machine.clock import Interruptible
from infrastructure.name_index import following
from infrastructure.name_index.following import Following
from infrastructure.postgres import health
from infrastructure.postgres.connections import borrowed
from infrastructure.processes.name_indexing import indexing_names
from infrastructure.wiring.name_index import following as following_of
from infrastructure.wiring.name_index import name_index
from tests.amounts import amount
from tests.world import World

pytestmark = pytest.mark.speaks_sql

NAMES = ("Ana García", "Eva Núñez-Ruiz", "Weiß", "Łukasz O’Brien", "Ana", None)
TOWNS = ("València", "Köln", "Valencia la Nueva")


def register(world: World, name: str | None, *towns: str) -> UUID:
    customer_id = uuid4()
    points = tuple(
        GivenContactPoint(
            channel="post", value={"lines": [f"Street {customer_id}"], "city": town, "postal_code": "46001"}
        )
        for town in towns
    )
    command = RegisterCustomer(customer_id=customer_id, kind="person", name=name, contact_points=points)
    world.services.customers.register_customer(command, world.request())
    return customer_id


def correct(world: World, customer_id: UUID, name: str | None) -> None:
    command = CorrectCustomerDetails(customer_id=customer_id, details={"name": name})
    world.services.customers.correct_customer_details(command, world.request())


def follow(world: World, most: int = following.STEP) -> Following:
    world.fold()
    index = following_of(world.web)
    while index.step(most):
        pass
    assert index.position() == world.head()
    return index


def rows(world: World) -> dict[UUID, tuple[frozenset[UUID], frozenset[UUID]]]:
    """The rows of the index: the hashes of names and of towns, by profile."""
    with psycopg.connect(world.database.keys_url) as connection:
        found = connection.execute("select profile_id, names, towns from keys.name_words").fetchall()
    return {profile: (frozenset(names), frozenset(towns)) for profile, names, towns in found}


def hashes(world: World, *texts: str) -> frozenset[UUID]:
    words = frozenset[str]().union(*map(words_of, texts))
    return frozenset(WordHashes(world.located.id_key).of(words).values())


def execute(world: World, statement: str) -> None:
    with psycopg.connect(world.database.keys_url, autocommit=True) as connection:
        connection.execute(statement.encode())


def test_a_row_has_the_hashes_of_the_name_and_of_the_towns(world: World) -> None:
    ana = register(world, "Ana García", "València", "Köln")
    register(world, None)
    eva = register(world, "Eva")
    follow(world)
    assert rows(world) == {
        ana: (hashes(world, "ana", "garcia"), hashes(world, "valencia", "koln", "46001")),
        eva: (hashes(world, "eva"), frozenset()),
    }


def test_hashes_are_of_one_installation_and_no_plain_word_is_stored(world: World) -> None:
    register(world, "Ana Canary", "Valencia")
    follow(world)
    assert WordHashes(b"i" * 32).of(["ana"]) != WordHashes(b"j" * 32).of(["ana"])
    with psycopg.connect(world.database.keys_url) as connection:
        told = str(connection.execute("select w::text from keys.name_words w").fetchall()).lower()
    written = [word.encode().hex() for word in ("ana", "canary", "valencia")]
    assert not any(word in told.replace("-", "") for word in ("canary", "valencia", *written))


def tell(world: World, random: Random, customers: list[UUID]) -> None:
    """One more command about names or towns, on one of the customers or a new one."""
    name = random.choice(NAMES)
    if not customers or random.random() < 0.4:
        customers.append(register(world, name, *random.sample(TOWNS, random.randint(0, 2))))
    elif random.random() < 0.7:
        correct(world, random.choice(customers), name)
    else:
        remove_address(world, random.choice(customers))


def remove_address(world: World, customer_id: UUID) -> None:
    world.fold()
    with world.reading() as connection:
        row = connection.execute(
            "select contact_point_id from contact_point where customer_id = %s and removed_position is null",
            [customer_id],
        ).fetchone()
    if row is not None:
        command = RemoveContactPoint(customer_id=customer_id, contact_point_id=row["contact_point_id"])
        world.services.customers.remove_contact_point(command, world.request())


@pytest.mark.parametrize("seed", range(amount(6, quick=3)))
def test_any_steps_and_a_rebuild_give_the_same_rows(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random, customers = Random(seed), list[UUID]()
    for number in range(25):
        tell(world, random, customers)
        if number == 15:
            world.web.keys.forget(customers[:2])
        if random.random() < 0.3:
            follow(world, most=random.randint(1, 7))
    index = follow(world)
    live = rows(world)
    for most in (1, 3, following.STEP):
        execute(world, "delete from keys.name_words; update keys.name_index set position = 0")
        follow(world, most)
        assert rows(world) == live
    monkeypatch.setattr(following, "CHUNK", 3)
    execute(world, "update keys.name_words set names = '{}', towns = array[gen_random_uuid()]")
    assert list(index.rebuild())[-1] == len(customers)
    assert rows(world) == live
    execute(world, "delete from keys.name_words")
    list(index.rebuild())
    assert rows(world) == live


def test_a_rebuild_deletes_the_rows_of_those_who_are_no_customers(world: World) -> None:
    register(world, "Ana")
    index = follow(world)
    for profile in (UUID(int=0), uuid4(), UUID(int=2**128 - 1)):
        world.web.keys.prepare([profile])
        execute(world, f"insert into keys.name_words values ('{profile}', array[gen_random_uuid()], '{{}}')")
    assert len(rows(world)) == 4
    assert list(index.rebuild()) == [1]
    assert len(rows(world)) == 1


def test_random_searches_find_whom_a_plain_search_finds(world: World) -> None:
    random = Random(7)
    people = {}
    for _ in range(30):
        name = " ".join(random.sample(("Ana", "Eva", "García", "Núñez", "O'Brien"), 2))
        towns = random.sample(TOWNS, random.randint(0, 2))
        people[register(world, name, *towns)] = words_of(name) | words_of(
            " ".join([*towns, *(["46001"] if towns else [])])
        )
    follow(world)
    index = name_index(world.web)
    for _ in range(60):
        words = random.sample(
            ("ana", "garcia", "nunez", "brien", "valencia", "koln", "46001", "nobody"), random.randint(1, 3)
        )
        found = index.candidates(words)
        complete = {profile for profile, matched in found.profiles.items() if matched.keys() == set(words)}
        assert found.are_all and complete == {
            person for person, known in people.items() if known >= set(words)
        }


def test_of_common_words_some_profiles_are_looked_at_and_rarer_words_find_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infrastructure.name_index.index.MOST", 3)
    common = [register(world, "Ana García") for _ in range(5)]
    rare = register(world, "Ana García Quandt")
    linked = register(world, None, "Valencia")
    follow(world)
    index = name_index(world.web)
    some = index.candidates(["ana", "garcia"])
    assert (len(some.profiles), some.are_all) == (3, False)
    assert set(some.profiles) <= {*common, rare}
    assert index.candidates(["garcia", "quandt"]).profiles.keys() == {rare}
    assert index.candidates(["garcia", "valencia"]).profiles.keys() == {linked}
    assert index.candidates(["ana", "nobody"]).profiles == {}


# Forgetting


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
