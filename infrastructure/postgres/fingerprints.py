"""Notes in each database the fingerprint of the key it was made with, and refuses another key."""

from typing import LiteralString

import psycopg
from psycopg.sql import SQL, Identifier
from psycopg_pool import ConnectionPool

from domain.errors import NotConfigured
from infrastructure.cryptography.keys import fingerprint
from infrastructure.machine.home import Located
from infrastructure.postgres.connections import translated

_ID_KEY: LiteralString = "select id_key_fingerprint from log.installation"
_WRAPPING_KEY: LiteralString = "select wrapping_key_fingerprint from keys.installation"


def note_keys(located: Located) -> None:
    """Stores both fingerprints if none is stored yet."""
    _note(located.database_url, "log.installation", "id_key_fingerprint", located.id_key)
    _note(located.keys_url, "keys.installation", "wrapping_key_fingerprint", located.wrapping_key)


def refuse_other_keys(located: Located, pool: ConnectionPool, keys_pool: ConnectionPool) -> None:
    """Raises NotConfigured, naming the variable, if a key does not have the stored fingerprint."""
    if _is_other(pool, _ID_KEY, located.id_key):
        raise NotConfigured(
            "FARLEY_ID_KEY is not the key this log was made with: profile ids would change."
            " Put the right key back from your backup."
        )
    if _is_other(keys_pool, _WRAPPING_KEY, located.wrapping_key):
        raise NotConfigured(
            "FARLEY_WRAPPING_KEY is not the key that wraps this keys database."
            " Put the right key back from your backup."
        )


def _is_other(pool: ConnectionPool, question: LiteralString, key: bytes) -> bool:
    with pool.connection() as connection:
        row = connection.execute(question).fetchone()
    return row is not None and row[0] is not None and row[0] != fingerprint(key)


def _note(url: str, table: str, column: str, key: bytes) -> None:
    with translated(), psycopg.connect(url, autocommit=True) as connection:
        statement = SQL("update {table} set {column} = %s where {column} is null")
        names = {"table": Identifier(*table.split(".")), "column": Identifier(column)}
        connection.execute(statement.format(**names), [fingerprint(key)])
