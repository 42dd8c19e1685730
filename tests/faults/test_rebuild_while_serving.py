"""A rebuild that is killed at any statement harms nobody; readers and writers notice none that succeeds."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest

from infrastructure.postgres.connections import as_role
from infrastructure.wiring.projector import projector_connection
from projections.engine import batch
from projections.engine.definitions import PROJECTIONS, schema_of
from projections.engine.rebuilding import rebuild
from projections.engine.runner import Runner, standings
from tests.amounts import one_point_in, points
from tests.projections.log import hash_tables, rebuilt
from tests.world import World

pytestmark = pytest.mark.long

WRITERS, READERS, SWITCHES = 4, 3, 3
ONE_STATEMENT_IN = one_point_in(4)
AT_REST = 0.002
"""The seconds between two questions of a reader, so that writers have their turn."""
BETWEEN_WRITES = 0.02
"""The seconds between two customers of a writer: a slow machine must be able to fold what they write."""


class Killed(BaseException):
    """Ends a process as a kill would: nothing after it runs."""


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    with closing(World(database, tmp_path)) as world:
        anna, ben = world.customer("anna@example.org"), world.customer("ben@example.org")
        world.link(anna, ben)
        world.complain(anna)
        world.withdraw(ben)
        world.fold()
        yield world


def mortal(allowed: int) -> type[psycopg.Cursor[Any]]:
    """Cursors of a process that is killed before the statement after so many."""
    statements = count(1)

    class MortalCursor(psycopg.Cursor[Any]):
        def execute(self, *values: Any, **named: Any) -> Any:
            if next(statements) > allowed:
                raise Killed
            return super().execute(*values, **named)

    return MortalCursor


def hashes(world: World) -> dict[str, dict[str, str]]:
    return {name: hash_tables(world.projector, schema_of(name)) for name in PROJECTIONS}


def versions(world: World) -> dict[str, int]:
    return dict(world.projector.execute("select name, version from operation.projections").fetchall())


def schemas(world: World) -> set[str]:
    rows = world.projector.execute("select nspname from pg_namespace where nspname ~ '^read_.*_[0-9]+$'")
    return {row[0] for row in rows}


def test_a_rebuild_killed_at_any_statement_leaves_tables_that_serve_and_the_next_one_succeeds(
    world: World,
) -> None:
    live, begin = hashes(world), standings(world.projector)
    switched = 0
    for allowed in points(one_in=ONE_STATEMENT_IN):
        before = versions(world)
        survived = rebuilt_until_killed(world, allowed)
        assert hashes(world) == live, allowed
        assert standings(world.projector) == begin, allowed
        switched += versions(world) != before
        if survived:
            break
    assert allowed > 60
    # killed before the old tables are dropped, and before the rebuild is ended; not killed
    assert switched == 3 if ONE_STATEMENT_IN == 1 else 1 <= switched <= 3
    rebuilt(world.projector, "orders")
    world.projector.execute("select operation.drop_retired()")
    assert schemas(world) == {f"read_{name}_{version}" for name, version in versions(world).items()}


def rebuilt_until_killed(world: World, allowed: int) -> bool:
    """Rebuilds in batches of eight facts. Returns False if the rebuild was killed."""
    with closing(projector_connection(world.located)) as connection:
        batch.prepare(connection)
        connection.cursor_factory = mortal(allowed)
        with suppress(Killed):
            rebuilt(connection, "complaints", "audience", batch_size=8)
            return True
    return False


class Working(threading.Thread):
    """Repeats its work until the test ends, and keeps its error."""

    def __init__(self, work: Callable[[], None], pause: float = 0.0) -> None:
        super().__init__(daemon=True)
        self._work = work
        self._pause = pause
        self._ended = threading.Event()
        self.times = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self._ended.wait(self._pause):
                self._work()
                self.times += 1
        except BaseException as error:
            self.error = error

    def end(self) -> None:
        self._ended.set()
        self.join(60)
        assert not self.is_alive()
        if self.error is not None:
            raise self.error


def test_writers_and_readers_go_on_through_several_switches_without_a_failed_or_torn_read(
    world: World,
) -> None:
    reports: Counter[str] = Counter()
    with closing(projector_connection(world.located)) as live, reporting_tool(world) as tool:
        workers = [
            *(Working(writer(world, number), BETWEEN_WRITES) for number in range(WRITERS)),
            *(Working(lambda: read_whole(world), AT_REST) for _ in range(READERS)),
            Working(lambda: read_report(tool, reports), AT_REST),
        ]
        projector = Working(folding(live))
        for worker in (projector, *workers):
            worker.start()
        for _ in range(SWITCHES):
            for _ in rebuild(
                world.projector, *PROJECTIONS, sleep=time.sleep, operator="olga", batch_size=500
            ):
                pass
        for worker in workers:
            worker.end()
        projector.end()
    assert all(worker.times > SWITCHES for worker in workers)
    assert set(versions(world).values()) == {1 + SWITCHES}
    world.fold()
    folded = hashes(world)
    rebuilt(world.projector, *PROJECTIONS)
    assert hashes(world) == folded


def writer(world: World, number: int) -> Callable[[], None]:
    numbers = count()

    def write() -> None:
        person = world.customer(f"w{number}n{next(numbers)}@example.org")
        world.complain(person)
        if next(numbers) % 3 == 0:
            world.withdraw(person)

    return write


def folding(connection: psycopg.Connection[Any]) -> Callable[[], None]:
    runner = Runner(connection)

    def fold() -> None:
        if not runner.fold_next():
            time.sleep(AT_REST)

    return fold


_READ = """
select (select count(*) from customer) as customers,
       (select count(*) from complaint) as complaints,
       (select count(*) from audience_fact where open_complaints > 0) as complainers
"""
_TOLD = """
select count(*) filter (where stored_name = 'customers.CustomerRegistered') as customers,
       count(*) filter (where stored_name = 'complaints.ComplaintOpened') as complaints,
       count(distinct customer_id) filter (where stored_name = 'complaints.ComplaintOpened') as complainers
from log.events where notification_id <= %s
"""


def read_whole(world: World) -> None:
    """Asks the read models, in a snapshot that rests between two questions, for what the log says at their position."""
    with world.reading() as connection:
        positions = {standing.position for standing in standings(connection).values()}
        time.sleep(AT_REST)
        assert len(positions) == 1
        told = connection.execute(_TOLD, [*positions]).fetchone()
        assert connection.execute(_READ).fetchone() == told


def reporting_tool(world: World) -> psycopg.Connection[Any]:
    return psycopg.connect(as_role(world.database.url, "farley_reporting", "reporting"), autocommit=True)


def read_report(tool: psycopg.Connection[Any], seen: Counter[str]) -> None:
    """No view is ever missing, or has fewer rows than it had."""
    for view in ("customers", "complaints"):
        row = tool.execute(f"select count(*) from {view}".encode()).fetchone()
        assert row is not None
        assert row[0] >= seen[view]
        seen[view] = row[0]
