"""The index of names: it follows the log in any steps, is made anew with the same rows, and finds profiles."""

from random import Random
from uuid import UUID, uuid4

import psycopg
import pytest

from application.customers.commands import RemoveContactPoint
from domain.customers.name_words import words_of
from infrastructure.cryptography.word_hashes import WordHashes
from infrastructure.name_index import following
from infrastructure.wiring.name_index import name_index
from tests.amounts import amount
from tests.name_index import correct, execute, follow, hashes, register, rows
from tests.world import World

pytestmark = pytest.mark.speaks_sql

NAMES = ("Ana García", "Eva Núñez-Ruiz", "Weiß", "Łukasz O’Brien", "Ana", None)
TOWNS = ("València", "Köln", "Valencia la Nueva")


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


def test_the_database_of_the_log_has_no_hash(world: World) -> None:
    register(world, "Ana García", "Valencia")
    follow(world)
    with psycopg.connect(world.database.url) as connection:
        tables = connection.execute(
            "select format('%I.%I', schemaname, tablename) from pg_tables"
            " where schemaname not in ('pg_catalog', 'information_schema') and schemaname not like 'pg\\_temp%'"
        ).fetchall()
        stored = [
            connection.execute(f"select t::text from {table} t".encode()).fetchall() for (table,) in tables
        ]
    told = str(stored).replace("-", "")
    assert "CustomerRegistered" in told
    assert not any(hashed.hex in told for hashed in hashes(world, "Ana García", "Valencia"))


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
