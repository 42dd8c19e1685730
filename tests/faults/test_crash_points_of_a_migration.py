"""A migration that is killed before any of its statements goes on where it stopped, when it is run again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg
import pytest

from domain.errors import StoreUnavailable
from infrastructure.postgres.embedded import RunningServer
from infrastructure.postgres.migrations import migrate
from tests.amounts import FULL
from tests.faults.proxy import Cut, Proxy, never

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

NAMES = ("crashed_store", "crashed_keys")
_STATE = """
select 'relation', n.nspname, c.relname, c.relkind::text, c.relacl::text, count(a.attnum)
from pg_class c join pg_namespace n on n.oid = c.relnamespace left join pg_attribute a on a.attrelid = c.oid
where n.nspname !~ '^pg_|information_schema' group by 1, 2, 3, 4, 5
union all
select 'function', n.nspname, p.proname, p.prokind::text, p.proacl::text, length(p.prosrc)
from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname !~ '^pg_|information_schema'
union all
select 'schema', nspname, '', '', nspacl::text, 0 from pg_namespace where nspname !~ '^pg_|information_schema'
order by 1, 2, 3
"""
State = tuple[Any, ...]


@pytest.fixture
def proxy(template: RunningServer) -> Iterator[Proxy]:
    """In front of a server that has Farley's roles already: its databases share them."""
    with Proxy(template.socket_dir / f".s.PGSQL.{template.port}") as proxy:
        yield proxy


@contextmanager
def empty_databases(server: RunningServer) -> Iterator[None]:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for name in NAMES:
            connection.execute(f"create database {name} strategy file_copy".encode())
        try:
            yield
        finally:
            for name in NAMES:
                connection.execute(f"drop database {name} with (force)".encode())


def state(server: RunningServer) -> State:
    """Everything that both databases have in their catalogues."""
    found: list[Any] = []
    for name in NAMES:
        with psycopg.connect(server.url(name)) as connection:
            found += connection.execute(_STATE).fetchall()
    return tuple(found)


def statements(proxy: Proxy) -> list[str]:
    """Of a migration that nobody kills."""
    seen: list[str] = []

    def note(statement: str) -> None:
        seen.append(statement)

    proxy.plan = note
    migrate(*map(proxy.url, NAMES))
    proxy.plan = never
    return seen


def points(seen: Sequence[str]) -> Iterator[int]:
    """The number of each statement; in a short run, those of a transaction only at its end, since all are undone."""
    inside = False
    for number, statement in enumerate(seen, start=1):
        inside = inside and statement != "COMMIT"
        if FULL or not inside:
            yield number
        inside = inside or statement == "BEGIN"


def kill_before(proxy: Proxy, fatal: int) -> None:
    """Begins a migration that is killed before its statement of this number."""
    seen = count(1)
    proxy.plan = lambda _: Cut.BEFORE if next(seen) >= fatal else None
    with pytest.raises(StoreUnavailable):
        migrate(*map(proxy.url, NAMES))
    proxy.plan = never


def test_a_migration_killed_before_any_statement_is_finished_by_the_next(
    template: RunningServer, proxy: Proxy
) -> None:
    with empty_databases(template):
        seen = statements(proxy)
        whole = state(template)
    mended: set[State] = set()
    for fatal in points(seen):
        with empty_databases(template):
            kill_before(proxy, fatal)
            left = state(template)
            if left not in mended:
                migrate(*map(template.url, NAMES))
                assert state(template) == whole, seen[fatal - 1]
                mended.add(left)
    assert len(seen) > 100
    assert len(mended) > 4
