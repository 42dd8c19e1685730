"""Fingerprints of everything that the read models hold."""

import hashlib
from typing import Any

import psycopg

from projections.engine.definitions import all_projections

WHEN_LEARNED = {"recorded_at", "registered_at", "position", "read_position", "actor"}
"""Columns that say in which order, when and from whom something was learned, not what."""


def fingerprints(url: str, *, of_what_was_told: bool = False) -> dict[str, str]:
    """A hash of each table's rows in an order of their own; of what was told without `WHEN_LEARNED`."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "select schemaname, tablename from pg_tables where schemaname = any(%s) order by 1, 2",
            [[one.schema for one in all_projections()]],
        ).fetchall()
        return {
            f"{schema}.{table}": _fingerprint(connection, schema, table, of_what_was_told)
            for schema, table in tables
        }


def _fingerprint(connection: Any, schema: str, table: str, told_only: bool) -> str:
    names = [
        row[0]
        for row in connection.execute(
            "select column_name from information_schema.columns"
            " where table_schema = %s and table_name = %s order by 1",
            [schema, table],
        )
        if not (told_only and (row[0] in WHEN_LEARNED or row[0].endswith("_position")))
    ]
    columns = ", ".join(f'"{name}"' for name in names)
    rows = connection.execute(f'select ({columns})::text from {schema}."{table}"'.encode()).fetchall()
    return hashlib.sha256("\n".join(sorted(row[0] for row in rows)).encode()).hexdigest()
