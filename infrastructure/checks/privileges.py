"""Checks that the database roles have their rights and no others."""

from collections.abc import Iterator
from typing import Any

from psycopg import Connection

from application.findings import Finding
from infrastructure.machine.home import Located
from infrastructure.postgres.roles import ROLES

REMEDY = "Take it away, or run `farley migrate` against the right server."
WRITERS = tuple(role for role in ROLES if role not in ("farley_owner", "farley_keys"))

_TOO_MIGHTY = """
select rolname from pg_roles
where rolname = any(%s) and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication)
"""
_ON_THE_LOG = """
select r.role, c.relname, p.privilege
from unnest(%s::text[]) as r(role)
cross join (
    select oid, relname from pg_class where oid in ('log.events'::regclass, 'log.receipts'::regclass)
) c
cross join unnest('{INSERT,UPDATE,DELETE,TRUNCATE}'::text[]) as p(privilege)
where has_table_privilege(r.role, c.oid, p.privilege)
"""
_BEYOND_REPORTING = """
select n.nspname || '.' || c.relname
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm') and n.nspname not in ('reporting', 'pg_catalog', 'information_schema')
  and has_schema_privilege('farley_reporting', n.oid, 'USAGE')
  and has_table_privilege('farley_reporting', c.oid, 'SELECT, INSERT, UPDATE, DELETE')
order by 1
"""


def roles(_: Located, connection: Connection[Any]) -> Iterator[Finding]:
    """All there, and none with a power of its own."""
    present = {row[0] for row in connection.execute("select rolname from pg_roles")}
    for missing in sorted(set(ROLES) - present):
        yield Finding(subject=missing, message="is missing.", wrong=True, remedy="Run `farley migrate`.")
    mighty = connection.execute(_TOO_MIGHTY, [list(ROLES)]).fetchall()
    for (role,) in mighty:
        yield Finding(subject=role, message="has more power than it needs.", wrong=True, remedy=REMEDY)
    if not mighty and set(ROLES) <= present:
        yield Finding(subject="roles", message="are all there, without powers of their own.")


def on_the_log(_: Located, connection: Connection[Any]) -> Iterator[Finding]:
    """Facts enter by the log's functions only."""
    rows = connection.execute(_ON_THE_LOG, [list(WRITERS)]).fetchall()
    for role, table, privilege in rows:
        yield Finding(subject=role, message=f"may {privilege} on log.{table}.", wrong=True, remedy=REMEDY)
    if not rows:
        yield Finding(subject="privileges", message="no role may write the log past its functions.")


def of_reporting(_: Located, connection: Connection[Any]) -> Iterator[Finding]:
    """Checks that reporting tools can read the schema reporting and nothing else."""
    names = [row[0] for row in connection.execute(_BEYOND_REPORTING)]
    for name in names:
        yield Finding(subject="farley_reporting", message=f"can use {name}.", wrong=True, remedy=REMEDY)
    if not names:
        yield Finding(subject="farley_reporting", message="reads schema reporting and nothing else.")
