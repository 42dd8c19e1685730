"""Brings a database to this version: numbered SQL files, roles, event views, projections, reporting views.

Runs under one advisory lock, never at the start of a worker. Files that ran are never changed: their
checksums are kept and compared.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, sql

import domain.registry  # noqa: F401 - the views need every fact
from domain.errors import NotConfigured, StoreUnavailable
from infrastructure.postgres.connections import translated
from infrastructure.postgres.roles import ROLES, SETTINGS
from projections.engine.definitions import Projection, all_projections, schema_of
from projections.engine.views import view_statements

FOLDER = Path(__file__).parent
LOCK = 4702181152
GENERATED = "generated views and projections"
MADE_MEANWHILE = (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation)
"""The errors of making a role, or its first setting, while a migration of another database of the server does."""
CHANGED_MEANWHILE = "tuple concurrently updated"
"""The message, which PostgreSQL never translates, of changing a role while another migration changes it."""
MOST_ATTEMPTS = 10
SAFE_SETTINGS = ("fsync", "full_page_writes")


class MigrationChanged(NotConfigured):
    """A migration that ran here was changed afterwards."""


def migrate(owner_url: str, keys_url: str) -> list[str]:
    """Migrates both databases; the user of each URL must be able to create roles. Returns what it did."""
    with translated(), psycopg.connect(owner_url, autocommit=True) as connection:
        done = _migrate_store(connection)
    with translated(), psycopg.connect(keys_url, autocommit=True) as connection, _as_owner(connection):
        done += apply_files(connection, FOLDER / "key_migrations")
    return done


def refuse_unsafe_server(connection: Connection[Any]) -> None:
    """Raises NotConfigured for a server that may lose data that it acknowledged to this connection, or is too old."""
    settings = dict(
        connection.execute(
            "select name, setting from pg_settings where name = any(%s)",
            [["server_version_num", *SAFE_SETTINGS, "synchronous_commit"]],
        ).fetchall()
    )
    if int(settings["server_version_num"]) < 150000:
        raise NotConfigured("PostgreSQL 15 or later is needed.")
    for name in SAFE_SETTINGS:
        if settings[name] != "on":
            raise NotConfigured(
                f"The server runs with {name} = off: what is acknowledged may be lost. Turn it on."
            )
    if settings["synchronous_commit"] == "off":  # a database or a role may have it so, not only the server
        whose = f"{connection.info.user} in the database {connection.info.dbname}"
        raise NotConfigured(
            f"The server runs with synchronous_commit = off for {whose}: what is acknowledged may be lost."
            " Turn it on."
        )


def _migrate_store(connection: Connection[Any]) -> list[str]:
    with _as_owner(connection):
        done = apply_files(connection, FOLDER / "migrations")
        if _generated_is_current(connection):
            return done
        with connection.transaction():
            _replace_event_views(connection)
            _drop_reporting_views(connection)
            connection.execute("select operation.drop_unfinished()")
            done += [f"projection {p.name}" for p in all_projections() if _replace_projection(connection, p)]
            _create_reporting_views(connection)
            connection.execute(
                "insert into migration.applied values (%s, %s) on conflict (name) do update"
                " set checksum = excluded.checksum, applied_at = clock_timestamp()",
                [GENERATED, _generated_checksum()],
            )
    return [*done, "views"]


def _generated_checksum() -> str:
    """Changes when an event view, a projection or a reporting view does."""
    projections = [text for p in all_projections() for text in (p.definition, p.reporting)]
    return hashlib.sha256(
        "\n".join((*view_statements("log.facts", "event."), *projections)).encode()
    ).hexdigest()


def _generated_is_current(connection: Connection[Any]) -> bool:
    row = connection.execute("select checksum from migration.applied where name = %s", [GENERATED]).fetchone()
    return row is not None and row[0] == _generated_checksum()


@contextmanager
def _as_owner(connection: Connection[Any]) -> Iterator[None]:
    """Under the migrations' lock, as the owner of everything."""
    connection.execute("select pg_advisory_lock(%s)", [LOCK])
    for role in ROLES:
        _create_role(connection, role)
    set_up_roles(connection, SETTINGS)
    database = sql.Identifier(connection.info.dbname)
    connection.execute(sql.SQL("grant create on database {} to farley_owner").format(database))
    # temporary tables are for folding, also for replays, which fold beside the read models
    connection.execute(sql.SQL("revoke temporary on database {} from public").format(database))
    connection.execute(
        sql.SQL("grant temporary on database {} to farley_projector, farley_replayer").format(database)
    )
    connection.execute(
        "set role farley_owner; set search_path = pg_catalog; set client_min_messages = warning"
    )
    try:
        yield
    finally:
        connection.execute("reset role")
        connection.execute("select pg_advisory_unlock(%s)", [LOCK])


def _create_role(connection: Connection[Any], role: str) -> None:
    if connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone():
        return
    name = sql.Identifier(role)
    with suppress(*MADE_MEANWHILE):
        connection.execute(sql.SQL("create role {} login").format(name))
        connection.execute(sql.SQL("grant {} to current_user").format(name))


def set_up_roles(connection: Connection[Any], settings: Mapping[str, Mapping[str, str]]) -> None:
    """Makes the settings that each role lacks. Keeps other values, which an operator has chosen.

    Raises NotConfigured with all statements that the login may not run.
    """
    for role in settings:
        _make_settings(connection, role, settings[role])
    refused = [text for role in settings for text in _statements_for(connection, role, settings[role])]
    if refused:
        raise NotConfigured(
            "The login may not change these roles. Run this as an administrator of the server, then migrate again:"
            f" {' '.join(refused)}"
        )


def _make_settings(connection: Connection[Any], role: str, settings: Mapping[str, str]) -> None:
    """Makes the settings that the role lacks and the login may make, however many migrations do so at once."""
    for _ in range(MOST_ATTEMPTS):
        try:
            for statement in _statements_for(connection, role, settings):
                with suppress(psycopg.errors.InsufficientPrivilege):
                    connection.execute(statement.encode())
            return
        except MADE_MEANWHILE:
            continue
        except psycopg.errors.InternalError_ as error:
            if CHANGED_MEANWHILE not in str(error):
                raise
    raise StoreUnavailable(f"Other migrations keep changing the role {role}. Migrate again later.")


def _statements_for(connection: Connection[Any], role: str, settings: Mapping[str, str]) -> list[str]:
    """Returns the statements that make the settings that the role lacks, in the order of the settings."""
    row = connection.execute("select rolconfig from pg_roles where rolname = %s", [role]).fetchone()
    present = {text.partition("=")[0] for text in (row and row[0]) or ()}
    return [
        sql.SQL("alter role {} set {} = {};")
        .format(sql.Identifier(role), sql.Identifier(name), value)
        .as_string(connection)
        for name, value in settings.items()
        if name not in present
    ]


def apply_files(connection: Connection[Any], folder: Path) -> list[str]:
    """Runs the SQL files of a folder that have not run here, by number, each in a transaction of its own.

    Returns their names. Raises MigrationChanged if a file that ran has other content now.
    """
    connection.execute("create schema if not exists migration")
    connection.execute(
        "create table if not exists migration.applied"
        " (name text primary key, checksum text not null, applied_at timestamptz not null default clock_timestamp())"
    )
    # A process uses this to check that the database has its version.
    connection.execute(
        "grant usage on schema migration to farley_api; grant select on migration.applied to farley_api"
    )
    applied = dict(connection.execute("select name, checksum from migration.applied").fetchall())
    done = []
    for path in sorted(folder.glob("*.sql")):
        checksum = hashlib.sha256(path.read_bytes()).hexdigest()
        if path.name in applied:
            if applied[path.name] != checksum:
                raise MigrationChanged(f"{path.name} ran here with another content: restore the file.")
            continue
        with connection.transaction():
            connection.execute(path.read_bytes())
            connection.execute("insert into migration.applied values (%s, %s)", [path.name, checksum])
        done.append(path.name)
    return done


def _replace_event_views(connection: Connection[Any]) -> None:
    names = connection.execute("select viewname from pg_views where schemaname = 'event'").fetchall()
    for (name,) in names:
        connection.execute(sql.SQL("drop view event.{}").format(sql.Identifier(name)))
    for statement in view_statements("log.facts", "event."):
        connection.execute(statement.encode())


def _drop_reporting_views(connection: Connection[Any]) -> None:
    names = connection.execute("select viewname from pg_views where schemaname = 'reporting'").fetchall()
    for (name,) in names:
        connection.execute(sql.SQL("drop view if exists reporting.{} cascade").format(sql.Identifier(name)))


def _create_reporting_views(connection: Connection[Any]) -> None:
    """Creates the reporting views, after all tables, because a view may read those of several projections."""
    for projection in all_projections():
        if projection.reporting:
            connection.execute(projection.reporting.encode())


def _replace_projection(connection: Connection[Any], projection: Projection) -> bool:
    """Creates the tables of a new projection, or of one with other tables, which then folds from the first fact on.

    A projection of which only the fold changed keeps its tables. They serve until the projector has rebuilt them.
    """
    row = connection.execute(
        "select tables from operation.projection_tables where name = %s", [projection.name]
    ).fetchone()
    if row is not None and row[0] == projection.tables:
        return False
    connection.execute(
        "insert into operation.projection_tables values (%s, %s)"
        " on conflict (name) do update set tables = excluded.tables",
        [projection.name, projection.tables],
    )
    connection.execute(
        "insert into operation.projections as p (name, version, definition) values (%s, 1, %s)"
        " on conflict (name) do update set version = p.version + 1, definition = excluded.definition, position = 0,"
        " state = 'live', error = null, error_at = null",
        [projection.name, projection.definition],
    )
    connection.execute(
        "select operation.create_tables(operation.schema_of(name, version), %s)"
        " from operation.projections where name = %s",
        [projection.tables, projection.name],
    )
    _create_views(connection, projection.name)
    return True


def _create_views(connection: Connection[Any], name: str) -> None:
    """Creates the schema whose views show the tables of this projection that serve."""
    schema = sql.Identifier(schema_of(name))
    connection.execute(sql.SQL("drop schema if exists {} cascade").format(schema))
    connection.execute(sql.SQL("create schema {}").format(schema))
    connection.execute("select operation.show_tables(%s)", [name])
    for rights in ("usage on schema", "select on all tables in schema"):
        connection.execute(
            sql.SQL("grant {} {} to farley_projector, farley_reader").format(sql.SQL(rights), schema)
        )
