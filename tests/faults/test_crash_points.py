"""A process that is killed at any point loses nothing and doubles nothing, whoever goes on in its place.

Every effect of a dispatcher is counted: it is killed at the first, then at the second, and so on until a run
comes to its end; once before the effect takes place and once right after. Likewise each statement of a fold.
`make test` tries some of these points, chosen anew each time; `make test-full` tries all of them.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count, product
from pathlib import Path
from random import Random
from typing import Any

import psycopg
import pytest

from application.catalogue.commands import DeclareAttribute
from application.dispatch import deciding
from infrastructure.wiring.projector import projector_connection
from projections.engine import batch
from projections.engine.definitions import PROJECTIONS
from projections.engine.rebuilding import rebuild
from projections.engine.runner import Runner, standings
from tests.amounts import FULL, one_point_in, points
from tests.faults.killed_runs import (
    PEOPLE,
    Effects,
    Killed,
    begun,
    check,
    end,
    expire_lease,
    run_until_killed,
    succeed,
)
from tests.projections.log import Database, ToldLog
from tests.world import World

pytestmark = pytest.mark.long

FEW, PAIRED = 6, 3
SOME_PAIRS = 12
ONE_EFFECT_IN, ONE_STATEMENT_IN = one_point_in(3), one_point_in(5)
EFFECTS = 7
"""Of a run that nobody kills, beside one for each member: audience, decisions, handover, outcomes, end; for the
deferred one again handover, message, outcome; none for the member who complained."""


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    world = World(database, tmp_path)
    attribute = DeclareAttribute(name="trial", scope="customer", type="number")
    world.services.catalogue.declare_attribute(attribute, world.request())
    yield world
    world.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_dispatcher_killed_at_any_effect_is_succeeded_without_loss_or_double(
    world: World, after: bool
) -> None:
    assert effects_until_none_is_fatal(world, PEOPLE, after=after) == EFFECTS + PEOPLE


def test_a_second_dispatcher_killed_after_the_first_at_any_pair_of_effects_is_succeeded(world: World) -> None:
    kills = list(product(range(1, EFFECTS + PAIRED + 1), (False, True)))
    pairs = list(product(kills, kills))
    for number, pair in enumerate(pairs if FULL else Random(os.urandom(8)).sample(pairs, SOME_PAIRS)):
        trial = begun(world, number, PAIRED)
        survived = False
        for fatal, after in pair:
            expire_lease(world)
            survived = survived or run_until_killed(world, trial, Effects(fatal, after=after))
        if not survived:
            succeed(world, trial)
        check(world, trial, killed=True)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_dispatcher_killed_at_any_effect_of_a_run_whose_audience_takes_several_appends_is_succeeded(
    world: World, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "CHUNK", 2)
    monkeypatch.setattr(deciding, "PARTS_AT_ONCE", 1)
    effects = effects_until_none_is_fatal(world, FEW, after=after, replaying=True)
    assert effects == EFFECTS + FEW + 2 * (FEW // 2 - 1)


def effects_until_none_is_fatal(world: World, size: int, *, after: bool, replaying: bool = False) -> int:
    """Kills a dispatcher at its first effect, another one at its second, until one comes to the end: how many
    effects that one had."""
    for fatal in (1 + point for point in points(one_in=ONE_EFFECT_IN)):
        trial, effects = begun(world, fatal, size), Effects(fatal, after=after)
        survived = run_until_killed(world, trial, effects)
        if not survived:
            succeed(world, trial)
        check(world, trial, killed=not survived)
        if replaying:
            assert world.services.replaying.replay(trial.run_id).different == 0, fatal
        if survived:
            assert 0 < fatal - effects.seen <= ONE_EFFECT_IN
            return effects.seen
    raise AssertionError


def test_a_fold_killed_at_any_statement_leaves_nothing_and_is_folded_again(
    world: World, database: Database
) -> None:
    trial = begun(world, 1)
    world.link(trial.people[4], trial.people[5])
    world.withdraw(trial.people[3])
    world.sending.transport = trial.hop
    end(world, trial, world.dispatcher())
    with closing(ToldLog(database)) as log:
        live = hashes(log)
        log.empty_tables(*PROJECTIONS)
        empty, begin = hashes(log), standings(log.connection)
        statements = killed_at_each(
            world, fold_a_batch, lambda: (hashes(log), standings(log.connection)), (empty, begin)
        )
        assert statements > 4 * len(PROJECTIONS)
        assert hashes(log) == live
        for name in PROJECTIONS:
            log.rebuild(name)
        assert hashes(log) == live


def test_a_rebuild_killed_at_any_statement_leaves_the_read_models_as_they_were(
    world: World, database: Database
) -> None:
    trial = begun(world, 1)
    world.sending.transport = trial.hop
    end(world, trial, world.dispatcher())
    with closing(ToldLog(database)) as log:
        before = hashes(log), standings(log.connection)
        statements = killed_at_each(
            world, rebuild_all, lambda: (hashes(log), standings(log.connection)), before
        )
        assert statements > 4 * len(PROJECTIONS)
        assert (hashes(log), standings(log.connection)) == before


def killed_at_each(
    world: World,
    work: Callable[[psycopg.Connection[Any], int], None],
    state: Callable[[], Any],
    unchanged: Any,
) -> int:
    """Kills this work at each statement in turn, until it is not killed; how many it was allowed then.

    `work` takes a projector's connection, and the number of statements after which it is killed.
    """
    for allowed in points(one_in=ONE_STATEMENT_IN):
        with closing(projector_connection(world.located)) as connection:
            try:
                work(connection, allowed)
                return allowed
            except Killed:
                pass
        assert state() == unchanged, allowed
    raise AssertionError


def fold_a_batch(connection: psycopg.Connection[Any], allowed: int) -> None:
    runner = Runner(connection)
    connection.cursor_factory = mortal(allowed)
    assert runner.fold_next()


def rebuild_all(connection: psycopg.Connection[Any], allowed: int) -> None:
    batch.prepare(connection)
    # PostgreSQL notices a little later that the session of a killed rebuild has ended.
    while connection.execute("select operation.begin_rebuild('{orders}')").fetchone() == (None,):
        time.sleep(0.01)
    connection.execute("select operation.end_rebuild()")
    connection.cursor_factory = mortal(allowed)
    for _ in rebuild(connection, *PROJECTIONS, sleep=lambda _: None, operator="olga"):
        pass


def mortal(allowed: int) -> type[psycopg.Cursor[Any]]:
    """Cursors of a process that is killed after so many statements."""
    statements = count(1)

    class MortalCursor(psycopg.Cursor[Any]):
        def execute(self, *values: Any, **named: Any) -> Any:
            if next(statements) > allowed:
                raise Killed
            return super().execute(*values, **named)

    return MortalCursor


def hashes(log: ToldLog) -> dict[str, dict[str, str]]:
    """Of every table of every projection."""
    return {name: log.hashes(name) for name in PROJECTIONS}
