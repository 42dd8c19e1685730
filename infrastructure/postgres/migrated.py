"""Is a database at this version, and safe to work on?"""

from typing import Any

import psycopg
from psycopg import Connection

from domain.errors import NotConfigured, StoreUnavailable
from infrastructure.postgres.connections import as_role, translated
from infrastructure.postgres.migrations import FOLDER, refuse_unsafe_server
from projections.engine.definitions import all_projections

MISSING = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.InvalidSchemaName,
    psycopg.errors.InsufficientPrivilege,
)

WRITERS = ("farley_api", "farley_dispatcher", "farley_projector")


class NotMigrated(NotConfigured):
    """The database is not at this version: run `farley migrate`."""


def refuse_unmigrated(database_url: str) -> None:
    """Raises NotMigrated if a part of this version is missing, and StoreUnavailable if the server does not answer."""
    try:
        with translated(), psycopg.connect(as_role(database_url, "farley_api")) as connection:
            missing = pending(connection)
    except MISSING as error:
        raise NotMigrated() from error
    except StoreUnavailable as error:
        if _without_role_or_database(error):
            raise NotMigrated() from error
        raise
    if missing:
        raise NotMigrated(f"The database is not at this version ({missing[0]}): run `farley migrate`.")


def refuse_unsafe(database_url: str, keys_url: str) -> None:
    """Raises NotConfigured, naming the setting, if the server may lose acknowledged data.

    This is checked for every role that writes, because each may have settings of its own.
    """
    for url, role in (*((database_url, writer) for writer in WRITERS), (keys_url, "farley_keys")):
        with translated(), psycopg.connect(as_role(url, role), autocommit=True) as connection:
            refuse_unsafe_server(connection)


def pending(connection: Connection[Any]) -> list[str]:
    """Migrations that have not run here, and projections that have other tables here."""
    applied = {row[0] for row in connection.execute("select name from migration.applied")}
    files = [path.name for path in sorted((FOLDER / "migrations").glob("*.sql")) if path.name not in applied]
    tables = dict(connection.execute("select name, tables from operation.projection_tables").fetchall())
    changed = [f"projection {p.name}" for p in all_projections() if tables.get(p.name) != p.tables]
    return files + changed


def _without_role_or_database(error: StoreUnavailable) -> bool:
    """A server that answers, but has never been migrated."""
    message = str(error.__cause__)
    return "FATAL" in message and "does not exist" in message
