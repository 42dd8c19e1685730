"""Two migrated databases for each test: copies of the templates, or the emptied databases of an earlier test.

Making and dropping a copy costs twenty times as much as emptying a database. An emptied database has only the rows
of its template. A database is dropped instead if a test changed its schema or settings, left a connection open, or
stored so many rows that the database's size would slow down the next tests.
"""

import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar, LiteralString

import psycopg
from psycopg import Connection, sql

from infrastructure.postgres.embedded import RunningServer
from tests.kept_pools import KeptPools

TEMPLATE = "farley_template"
KEYS_TEMPLATE = "farley_keys_template"
LARGEST = 4 * 1024**2
"""The most bytes of tables in a database that is used again. Deleted rows keep their space and cost time."""
PATIENCE = 0.5
"""The seconds within which the server must notice that a test's connections are closed."""

_SCHEMA = """
with lasting as (select oid, xmin from pg_namespace where nspname !~ '^pg_(toast_)?temp')
select count(*), max(changed::text::bigint) from (
    select xmin from lasting
    union all select c.xmin from pg_class c join lasting n on n.oid = c.relnamespace
    union all select c.xmin from pg_constraint c join lasting n on n.oid = c.connamespace
    union all select r.xmin from pg_rewrite r join pg_class c on c.oid = r.ev_class
                                              join lasting n on n.oid = c.relnamespace
    union all select xmin from pg_trigger
    union all select p.xmin from pg_proc p join lasting n on n.oid = p.pronamespace
    union all select s.xmin from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
                                                     where d.datname = current_database()
) as catalog (changed)
"""
_TABLES = """
select schemaname, tablename, pg_relation_size(format('%I.%I', schemaname, tablename)::regclass) from pg_tables
where schemaname <> 'information_schema' and schemaname !~ '^pg_'
"""
_OTHERS = """
select count(*) from pg_stat_activity
where datname = current_database() and backend_type = 'client backend' and pid <> all(%s) and pid <> pg_backend_pid()
"""
_RESTART = """
select setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) from pg_sequences
"""
_numbers = itertools.count(1)


@dataclass(eq=False, kw_only=True)
class TestDatabase:
    """Two migrated, empty databases. Their URLs name the superuser; `connections.as_role` selects another role.

    `runners` holds projectors' connections with their runners, and `pools` those of the other processes; a test
    leaves them for the next test on these databases. `emptied` empties each of the databases after a test.
    """

    __test__: ClassVar[bool] = False

    url: str
    keys_url: str
    runners: list[tuple[Connection[Any], Any]] = field(default_factory=list)
    pools: KeptPools = field(default_factory=KeptPools)
    emptied: "list[Emptied]" = field(default_factory=list)

    def execute(self, statement: LiteralString) -> None:
        """Executes this in the store as the superuser."""
        if self.emptied:
            self.emptied[0].connection().execute(statement)
            return
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def let_go(self) -> None:
        """Closes the connections that wait for the next test, so that the databases can be copied or dropped."""
        while self.runners:
            self.runners.pop()[0].close()
        self.pools.close()
        for emptied in self.emptied:
            emptied.let_go()


class Emptied:
    """Empties one database again and again. It remembers the rows and the schema of the new copy.

    Its connection stays open, because the first statements of a new one take four times as long. It always has the
    role of a replica, which no trigger stops: a change of the role would discard the plans of all statements.
    """

    def __init__(self, url: str, patience: float = PATIENCE) -> None:
        self._url = url
        self._patience = patience
        self._open = connection = self._connect()
        tables = [sql.Identifier(*name) for *name, _ in connection.execute(_TABLES)]
        deletions = sql.SQL("; ").join(sql.SQL("delete from {}").format(table) for table in tables)
        self._delete = deletions.as_bytes(connection)
        self._rows = [(table, _rows_of(connection, table)) for table in tables]
        self._schema = connection.execute(_SCHEMA).fetchone()

    def empty(self, *known: int) -> bool:
        """Deletes all rows except those of the template. Returns False if the database must not be used again.

        `known` holds the backend ids of connections that stay open for the next test.
        """
        connection = self.connection()
        if not _left_alone(connection, known, self._patience) or _size(connection) > LARGEST:
            return False
        if connection.execute(_SCHEMA).fetchone() != self._schema:
            return False
        with connection.transaction():
            connection.execute(self._delete)
            for table, rows in self._rows:
                _put_back(connection, table, rows)
            connection.execute(_RESTART)
        return True

    def let_go(self) -> None:
        """Closes the connection. The next `empty` opens another."""
        self._open.close()

    def connection(self) -> Connection[Any]:
        if not _lives(self._open):
            self._open = self._connect()
        return self._open

    def _connect(self) -> Connection[Any]:
        return psycopg.connect(self._url, autocommit=True, options="-c session_replication_role=replica")


class Databases:
    """The databases of one pytest process. `patience` is in seconds, see PATIENCE."""

    def __init__(self, server: RunningServer, patience: float = PATIENCE) -> None:
        self._server = server
        self._patience = patience
        self._idle: list[TestDatabase] = []

    @contextmanager
    def one(self) -> Iterator[TestDatabase]:
        """Lends two databases to one test; no other test uses them within the block."""
        database = self._idle.pop() if self._idle else self._remembered()
        yield database
        database.runners[:] = [left for left in database.runners if _lives(left[0])]
        kept = [connection.info.backend_pid for connection, _ in database.runners] + database.pools.backends()
        if all(emptied.empty(*kept) for emptied in database.emptied):
            self._idle.append(database)
        else:
            self.drop(database)

    def close(self) -> None:
        """Drops the databases that wait for another test."""
        while self._idle:
            self.drop(self._idle.pop())

    def copy(self) -> TestDatabase:
        """Makes new databases, which the caller must drop."""
        name = f"t{os.getpid()}_{next(_numbers)}"
        copies = {f"{name}_store": TEMPLATE, f"{name}_keys": KEYS_TEMPLATE}
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            for copy, original in copies.items():
                # In memory, a measured copy takes 16 ms by file_copy and 120 ms by wal_log.
                connection.execute(
                    f'create database "{copy}" template "{original}" strategy file_copy'.encode()
                )
                # A copy has no grants of its own. A rebuild creates schemas as the owner, who may do so by migration.
                connection.execute(f'grant create on database "{copy}" to farley_owner'.encode())
        store, keys = copies
        return TestDatabase(url=self._server.url(store), keys_url=self._server.url(keys))

    def drop(self, database: TestDatabase) -> None:
        """Drops both databases and ends all connections to them."""
        database.let_go()
        with psycopg.connect(self._server.url(), autocommit=True) as connection:
            for url in (database.url, database.keys_url):
                name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
                connection.execute(f'drop database "{name}" with (force)'.encode())

    def _remembered(self) -> TestDatabase:
        database = self.copy()
        urls = (database.url, database.keys_url)
        database.emptied = [Emptied(url, self._patience) for url in urls]
        return database


def _lives(connection: Connection[Any]) -> bool:
    """Says whether the connection works; a test may have ended it on the server's side."""
    try:
        connection.execute("select")
    except psycopg.OperationalError:
        connection.close()
        return False
    return True


def _left_alone(connection: Connection[Any], known: tuple[int, ...], patience: float) -> bool:
    """Says whether a test closed all its connections. `known` holds the backends that may stay."""
    until = time.monotonic() + patience
    while connection.execute(_OTHERS, [list(known)]).fetchone() != (0,):
        if time.monotonic() > until:
            return False
        time.sleep(0.005)
    return True


def _size(connection: Connection[Any]) -> int:
    """Returns the bytes of all tables."""
    return sum(size for *_, size in connection.execute(_TABLES))


def _rows_of(connection: Connection[Any], table: sql.Identifier) -> str | None:
    row = connection.execute(sql.SQL("select jsonb_agg(t)::text from {} t").format(table)).fetchone()
    return row[0] if row else None


def _put_back(connection: Connection[Any], table: sql.Identifier, rows: str | None) -> None:
    if rows is not None:
        statement = sql.SQL("insert into {0} select * from jsonb_populate_recordset(null::{0}, %s)")
        connection.execute(statement.format(table), [rows])
