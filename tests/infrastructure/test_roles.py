"""What each database role may do equals the committed file, and what it may not is refused.

After a wanted change: `python -m pytest tests/infrastructure/test_roles.py` prints the new lines.
"""

from pathlib import Path
from typing import Any

import psycopg
import pytest

pytestmark = pytest.mark.speaks_sql

COMMITTED = Path(__file__).parent / "privileges.txt"
_GRANTS = """
select grantee.rolname, 'schema ' || n.nspname, a.privilege_type
from pg_namespace n, aclexplode(n.nspacl) a join pg_roles grantee on grantee.oid = a.grantee
union
select grantee.rolname, c.relkind::text || ' ' || n.nspname || '.' || c.relname, a.privilege_type
from pg_class c join pg_namespace n on n.oid = c.relnamespace, aclexplode(c.relacl) a
join pg_roles grantee on grantee.oid = a.grantee
union
select grantee.rolname, 'r ' || n.nspname || '.' || c.relname || '.' || t.attname, a.privilege_type
from pg_attribute t join pg_class c on c.oid = t.attrelid join pg_namespace n on n.oid = c.relnamespace,
     aclexplode(t.attacl) a join pg_roles grantee on grantee.oid = a.grantee
union
select grantee.rolname, 'function ' || n.nspname || '.' || p.proname, a.privilege_type
from pg_proc p join pg_namespace n on n.oid = p.pronamespace, aclexplode(p.proacl) a
join pg_roles grantee on grantee.oid = a.grantee
"""
SHOP = (
    "farley_api",
    "farley_projector",
    "farley_dispatcher",
    "farley_reader",
    "farley_replayer",
    "farley_keys",
    "farley_reporting",
)
FORBIDDEN = {
    "farley_api": (
        "insert into log.events select * from log.events",
        "update log.installation set id_key_fingerprint = 'x'",
        "delete from log.receipts",
        "update operation.projections set position = 0",
        "select log.expire_receipts()",
        "select * from read_customers.customer",
        "select operation.hold_lease('dispatcher', 'me', 10)",
        "insert into read_customers_1.customer (customer_id) values (gen_random_uuid())",
        "create table public.mine ()",
        "create schema mine",
        "delete from access.api_keys",
        "update operation.jobs set answer = '{}'",
        "select operation.end_job(null, null, null, null, null, null)",
    ),
    "farley_projector": (
        "insert into log.events select * from log.events",
        "select * from access.api_keys",
        "delete from operation.projections",
        "drop table read_customers_1.customer",
    ),
    "farley_dispatcher": (
        "insert into log.events select * from log.events",
        "select * from access.api_keys",
        "update read_customers_1.customer set kind = 'x'",
        "update operation.leases set epoch = 0",
        "select * from operation.jobs",
        "select operation.ask_job(null, null, null, null, null, null, null, null)",
    ),
    "farley_reader": (
        "select * from log.receipts",
        "select * from access.api_keys",
        "select log.append(null, null, null, null, null, null, null, null, null, null, null, null, null, null)",
        "insert into read_customers_1.customer (customer_id) values (gen_random_uuid())",
        "update operation.projections set position = 0",
        "create table public.mine ()",
    ),
    "farley_replayer": (
        "insert into log.events select * from log.events",
        "select * from log.receipts",
        "select * from log.installation",
        "select * from access.api_keys",
        "select * from read_customers.customer",
        "select * from operation.projections",
        "select * from operation.jobs",
        "select * from event.customer_registered",
        "select log.append(null, null, null, null, null, null, null, null, null, null, null, null, null, null)",
        "create table public.mine ()",
    ),
    "farley_reporting": (
        "select * from log.events",
        "select * from log.facts",
        "select * from event.customer_registered",
        "select * from read_customers.customer",
        "select * from access.api_keys",
        "select * from operation.projections",
        "select * from log.receipts",
        "create table public.mine ()",
        "select log.lock()",
        "lock table log.turn in exclusive mode",
    ),
}


def granted(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            f"select * from ({_GRANTS}) g(grantee, thing, privilege)".encode()
        ).fetchall()
    return sorted(f"{role} {thing} {privilege}" for role, thing, privilege in rows if role in SHOP)


def test_privileges_equal_the_committed_file(database: Any) -> None:
    found = granted(database.url) + [f"keys: {line}" for line in granted(database.keys_url)]
    assert found == COMMITTED.read_text().splitlines()


def test_nothing_of_ours_is_open_to_everyone(database: Any) -> None:
    with psycopg.connect(database.url) as connection:
        rows = connection.execute(
            "select p.proname from pg_proc p join pg_namespace n on n.oid = p.pronamespace"
            " where n.nspname in ('log', 'operation') and has_function_privilege('farley_reporting', p.oid, 'execute')"
            " and has_schema_privilege('farley_reporting', n.oid, 'usage')"
        ).fetchall()
    assert rows == []


@pytest.mark.parametrize(
    ("role", "statement"),
    [(role, statement) for role, statements in FORBIDDEN.items() for statement in statements],
)
def test_a_forbidden_statement_is_refused(database: Any, role: str, statement: str) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute(f"set role {role}".encode())
        with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
            connection.execute(statement.encode())


def test_only_folding_and_replaying_make_temporary_tables(template: Any) -> None:
    with psycopg.connect(template.url("farley_template")) as connection:
        rows = connection.execute(
            "select rolname from pg_roles where rolname = any(%s)"
            " and has_database_privilege(oid, current_database(), 'temporary')",
            [list(SHOP)],
        ).fetchall()
    assert sorted(rows) == [("farley_projector",), ("farley_replayer",)]


def test_the_role_of_keys_sees_keys_only(database: Any) -> None:
    with psycopg.connect(database.url) as connection:
        connection.execute("set role farley_keys")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from log.events")
    with psycopg.connect(database.keys_url) as connection:
        connection.execute("set role farley_api")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select * from keys.profile_keys")
