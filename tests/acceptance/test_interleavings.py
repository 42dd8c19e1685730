"""Seeded interleavings of what happens to people with what becomes of a run: many in memory, some on PostgreSQL.

Complaints, withdrawals, imposed suppressions, blocked domains, links and unlinkings, addresses that several people
have, steps of the dispatcher, folds, pauses, resumptions, cancellations, crashes before and after any effect, answers
that are lost, a dispatcher whose lease another has taken over, and time passing come in random order, also within
the dispatcher's steps, while the next hop's answers land late. What must hold is in told_of_a_run.py.

    FARLEY_TEST_SEED=17 pytest tests/acceptance/test_interleavings.py       only this seed, in both worlds
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from application.catalogue.commands import DeclareAttribute
from application.dispatch import deciding
from tests.acceptance.interleaving import Interleaving
from tests.amounts import amount
from tests.any_world import AnyWorld
from tests.in_memory.clock import SteppedClock
from tests.in_memory.world import MemoryWorld
from tests.seeded import SeededIds
from tests.world import World

SHARDS = amount(40, quick=4)
IN_MEMORY, ON_POSTGRESQL = range(amount(10_000, quick=1_000)), range(amount(50, quick=10))


@pytest.fixture(autouse=True)
def several_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """An audience of five is listed in two appends and decided in two steps."""
    monkeypatch.setattr(deciding, "CHUNK", 3)
    monkeypatch.setattr(deciding, "PARTS_AT_ONCE", 1)


@pytest.fixture
def world(database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Its ids and its seconds, too, are the same for the same seeds."""
    ids = SeededIds(0)
    monkeypatch.setattr("infrastructure.wiring.use_cases.RandomIds", lambda: ids)
    monkeypatch.setattr("infrastructure.wiring.use_cases.SystemRandomness", lambda: ids)
    monkeypatch.setattr("tests.commands.uuid4", ids.new)
    world = World(database, tmp_path, clock=SteppedClock())
    yield world
    world.close()


def declare_seed(world: AnyWorld) -> None:
    attribute = DeclareAttribute(name="seed", scope="customer", type="number")
    world.services.catalogue.declare_attribute(attribute, world.request())


def seeds(all_of_them: range) -> list[int]:
    only = os.environ.get("FARLEY_TEST_SEED")
    return list(all_of_them) if only is None else [int(only)]


@pytest.mark.long
@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_interleaving_in_memory_breaks_what_holds_of_a_run(shard: int) -> None:
    for seed in seeds(IN_MEMORY)[shard::SHARDS]:
        world = MemoryWorld(seed)
        declare_seed(world)
        Interleaving(world=world, seed=seed).run()


def test_no_interleaving_on_postgresql_breaks_what_holds_of_a_run(world: World) -> None:
    declare_seed(world)
    for seed in seeds(ON_POSTGRESQL):
        Interleaving(world=world, seed=seed).run()
