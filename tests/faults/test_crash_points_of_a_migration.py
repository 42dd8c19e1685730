"""A migration that is killed before any of its statements goes on where it stopped, when it is run again."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from domain.errors import StoreUnavailable
from infrastructure.postgres.embedded import RunningServer
from infrastructure.postgres.migrations import migrate
from tests.amounts import FULL
from tests.faults.proxy import Cut, Proxy, never

pytestmark = [pytest.mark.long, pytest.mark.timeout(1200)]

STEP = 1 if FULL else 40
"""Every statement, or some of them."""
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


def killed_before(proxy: Proxy, fatal: int) -> bool:
    """Whether a migration came to its statement of this number, where it was killed."""
    seen = 0

    def plan(_: str) -> Cut | None:
        nonlocal seen
        seen += 1
        return Cut.BEFORE if seen >= fatal else None

    proxy.plan = plan
    try:
        migrate(*map(proxy.url, NAMES))
        return False
    except StoreUnavailable:
        return True
    finally:
        proxy.plan = never


def test_a_migration_killed_before_any_statement_is_finished_by_the_next(
    template: RunningServer, proxy: Proxy
) -> None:
    with empty_databases(template):
        migrate(*map(template.url, NAMES))
        whole = state(template)
    mended: set[State] = set()
    fatal = 1
    while True:
        with empty_databases(template):
            killed = killed_before(proxy, fatal)
            left = state(template)
            if left not in mended:
                migrate(*map(template.url, NAMES))
                assert state(template) == whole, fatal
                mended.add(left)
        if not killed:
            break
        fatal += STEP
    assert left == whole
    assert fatal > 100
    assert len(mended) > 2
