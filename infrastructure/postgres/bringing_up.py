"""Brings an installation's databases to this version, and notes the fingerprints of its keys."""

import psycopg

from infrastructure.machine.home import Located
from infrastructure.postgres.connections import translated
from infrastructure.postgres.fingerprints import note_keys
from infrastructure.postgres.migrations import migrate, refuse_unsafe_server


def bring_up(located: Located) -> list[str]:
    """Makes the databases of the embedded server, migrates, notes the keys' fingerprints. Repeatable."""
    if located.server is not None:
        _create_databases(located)
    with translated(), psycopg.connect(located.database_url) as connection:
        refuse_unsafe_server(connection)
    done = migrate(located.database_url, located.keys_url)
    note_keys(located)
    return done


def _create_databases(located: Located) -> None:
    assert located.server is not None
    with psycopg.connect(located.server.url("postgres"), autocommit=True) as connection:
        present = {row[0] for row in connection.execute("select datname from pg_database")}
        for name in ("farley", "farley_keys"):
            if name not in present:
                connection.execute(f"create database {name}".encode())
