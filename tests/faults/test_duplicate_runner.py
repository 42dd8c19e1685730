"""Two runners on one database fold each fact once, while the log grows under them."""

import threading
from contextlib import ExitStack, closing
from typing import Any

import psycopg

from infrastructure.wiring.projector import projector_connection
from projections.engine.definitions import PROJECTIONS
from projections.engine.runner import Runner, standings
from tests.projections.log import hash_tables, rebuilt
from tests.world import World


def tell(world: World, number: int) -> None:
    """What happens to one more person; every third is the same as the one before."""
    person = world.customer(f"p{number}@example.org")
    profile = world.customer(f"q{number}@example.org", consent=False)
    world.complain(person)
    if number % 3 == 0:
        world.link(person, profile)
    if number % 4 == 0:
        world.withdraw(person)


class FoldingThread(threading.Thread):
    """Folds without a pause until it is told to stop, then whatever is left."""

    def __init__(self, world: World, start: threading.Barrier, batch_size: int) -> None:
        super().__init__(daemon=True)
        self._located = world.located
        self._begin = start
        self._size = batch_size
        self._stopped = threading.Event()
        self.batches = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            with closing(projector_connection(self._located)) as connection:
                self._fold(Runner(connection, batch_size=self._size))
        except BaseException as error:
            self.error = error

    def _fold(self, runner: Runner) -> None:
        self._begin.wait(10)
        while not self._stopped.is_set():
            self.batches += runner.fold_next()
        runner.catch_up()

    def stop(self) -> None:
        self._stopped.set()
        self.join(30)
        assert not self.is_alive()
        assert self.error is None, self.error


def test_two_runners_over_a_growing_log_fold_what_one_would(world: World) -> None:
    for number in range(8):
        tell(world, number)
    begin = threading.Barrier(3)
    threads = [FoldingThread(world, begin, size) for size in (3, 5)]
    for thread in threads:
        thread.start()
    begin.wait(10)
    for number in range(8, 24):
        tell(world, number)
    for thread in threads:
        thread.stop()
    assert all(thread.batches > 1 for thread in threads)
    assert_folded_once(world)


def test_a_runner_that_comes_second_with_its_batch_applies_nothing(world: World) -> None:
    for number in range(4):
        tell(world, number)
    with ExitStack() as opened:
        first, second = (opened.enter_context(closing(projector_connection(world.located))) for _ in "ab")
        quick, slow = Runner(first, batch_size=7), Runner(second, batch_size=11)
        second.cursor_factory = overtaken_by(quick)
        assert slow.fold_next()
        assert {s.position for s in standings(first).values()} == {7}
        while slow.fold_next():
            pass
    assert_folded_once(world)


def overtaken_by(other: Runner) -> type[psycopg.Cursor[Any]]:
    """Cursors of a runner that holds its batch while another one folds, just before it begins itself."""
    first = threading.Lock()

    class OvertakenCursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, *values: Any, **named: Any) -> Any:
            begins = "lock table operation.folding" in str(query)
            if begins and first.acquire(blocking=False):
                assert other.fold_next()
            return super().execute(query, *values, **named)

    return OvertakenCursor


def assert_folded_once(world: World) -> None:
    """No projection is paused or behind, and every table is what a rebuild makes of the log."""
    head = world.web.store.head()
    assert {(s.state, s.position) for s in standings(world.projector).values()} == {("live", head)}
    folded = hashes(world)
    for name in PROJECTIONS:
        assert rebuilt(world.projector, name)[-1] == (head, head)
    assert hashes(world) == folded


def hashes(world: World) -> dict[str, dict[str, str]]:
    """Of every table of every projection."""
    return {name: hash_tables(world.projector, f"read_{name}") for name in PROJECTIONS}
