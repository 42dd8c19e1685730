"""`farley names`: how far the index of names is, and how it is made anew; and what forgetting leaves of it."""

import psycopg
import pytest

from infrastructure.wiring.name_index import name_index
from tests.interfaces.cli.conftest import Operator
from tests.world import World

pytestmark = pytest.mark.speaks_sql


def test_the_status_says_how_far_the_index_is_behind(world: World, operator: Operator) -> None:
    world.customer("ana@example.org", consent=False)
    position = world.fold()
    assert f"at position 0, {position} facts behind" in operator.gets("names", "status")
    name_index(world.web).catch_up(position, 5.0)
    assert f"at position {position}, 0 facts behind" in operator.gets("names", "status")


def test_a_rebuild_brings_back_what_somebody_deleted(world: World, operator: Operator) -> None:
    ana = world.customer("ana@example.org", name="Ana García")
    world.fold()
    with psycopg.connect(world.database.keys_url, autocommit=True) as connection:
        connection.execute("delete from keys.name_words")
    assert "names and towns of 1 customer are" in operator.gets("names", "rebuild")
    assert name_index(world.web).candidates(["garcia"]).profiles.keys() == {ana}


def test_forgetting_a_person_leaves_no_hash_of_any_linked_profile(world: World, operator: Operator) -> None:
    ana, other = (world.customer(f"{name}@example.org", name="Ana García") for name in ("ana", "a"))
    ben = world.customer("ben@example.org", name="Ben García")
    world.link(ana, other)
    index = name_index(world.web)
    index.catch_up(world.fold(), 5.0)
    assert index.candidates(["garcia"]).profiles.keys() == {ana, other, ben}
    operator.gets("keys", "forget", str(ana), "--yes")
    assert index.candidates(["garcia"]).profiles.keys() == {ben}
    operator.gets("names", "rebuild")
    with psycopg.connect(world.database.keys_url) as connection:
        assert connection.execute("select profile_id from keys.name_words").fetchall() == [(ben,)]
