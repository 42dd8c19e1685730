"""Projections that are rebuilt together equal the live ones, whatever the size of the batches."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from projections.engine.definitions import PROJECTIONS, schema_of
from projections.engine.runner import standings
from tests.projections.log import hash_tables, rebuilt
from tests.world import World


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    with closing(World(database, tmp_path)) as world:
        anna, ben = world.customer("anna@example.org"), world.customer("ben@example.org")
        world.link(anna, ben)
        world.complain(anna)
        world.withdraw(world.customer("carl@example.org"))
        campaign_id = world.campaign()
        world.start(campaign_id)
        world.run_to_end(world.dispatcher())
        world.unlink(anna, ben)
        world.fold()
        yield world


def hashes(world: World) -> dict[str, Any]:
    return {name: hash_tables(world.projector, schema_of(name)) for name in PROJECTIONS}


@pytest.mark.parametrize("size", [1, 7, 50_000])
def test_all_projections_rebuilt_together_equal_the_live_ones(world: World, size: int) -> None:
    live = hashes(world)
    steps = rebuilt(world.projector, *PROJECTIONS, batch_size=size)
    assert [reached for reached, _ in steps] == [
        min(after + size, world.head()) for after in range(0, world.head(), size)
    ]
    assert hashes(world) == live
    assert {standing.position for standing in standings(world.projector).values()} == {world.head()}


def test_only_the_named_projections_are_folded_again(world: World) -> None:
    live = hashes(world)
    for name in ("audience", "complaints"):
        world.projector.execute(
            f"update operation.projections set position = 3 where name = '{name}'".encode()
        )
    rebuilt(world.projector, "audience", "identity")
    by_name = standings(world.projector)
    assert (by_name["complaints"].position, by_name["audience"].position) == (3, world.head())
    assert hashes(world) == live


@pytest.mark.parametrize("name", ["identity", "audience"])
def test_a_projection_and_the_one_that_it_reads_are_rebuilt_and_switched_together(
    world: World, name: str
) -> None:
    assert rebuilt(world.projector, name)[-1] == (world.head(), world.head())
    versions = world.projector.execute(
        "select name, version from operation.projections where version > 1 order by name"
    ).fetchall()
    assert versions == [("audience", 2), ("identity", 2)]
