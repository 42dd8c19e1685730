"""Fingerprints of everything that the read models hold."""

import hashlib
from typing import Any

import psycopg

from projections.engine.definitions import all_projections, schema_of

WHEN_LEARNED = {"recorded_at", "said_at", "registered_at", "position", "read_position", "actor"}
"""Columns that say in which order, when and from whom something was learned, not what."""
SEALED = {
    "customer": {"name", "birth_date"},
    "customer_statement": {"name", "birth_date", "personal_attributes"},
    "contact_point": {"value"},
    "external_id": {"number"},
    "timeline_entry": {"sealed"},
    "complaint": {"subject", "description"},
    "complaint_step": {"sealed"},
}
"""Columns with tokens, which are other ones whenever the same is sealed."""
TOLD = {("figure", "quarter"): "case when kind <> 'customer' then quarter end"}
"""Columns of which a part says when something was learned, and the rest. A new customer counts when it was learned."""


def fingerprints(url: str, *, of_what_was_told: bool = False) -> dict[str, str]:
    """A hash of each table's rows, in no order; of what was told without `WHEN_LEARNED` and `SEALED`."""
    with psycopg.connect(url) as connection:
        tables = connection.execute(
            "select schemaname, viewname from pg_views where schemaname = any(%s) order by 1, 2",
            [[schema_of(one.name) for one in all_projections()]],
        ).fetchall()
        assert tables
        return {
            f"{schema}.{table}": _fingerprint(connection, schema, table, told_only=of_what_was_told)
            for schema, table in tables
        }


def _fingerprint(connection: Any, schema: str, table: str, *, told_only: bool) -> str:
    told = connection.execute(
        "select column_name from information_schema.columns"
        " where table_schema = %s and table_name = %s order by 1",
        [schema, table],
    )
    left_out = WHEN_LEARNED | SEALED.get(table, set()) if told_only else set()
    names = [name for (name,) in told if not (name in left_out or (told_only and name.endswith("_position")))]
    written = TOLD if told_only else {}
    columns = ", ".join(written.get((table, name), f'"{name}"') for name in names)
    rows = connection.execute(f'select ({columns})::text from {schema}."{table}"'.encode()).fetchall()
    return hashlib.sha256("\n".join(sorted(row[0] for row in rows)).encode()).hexdigest()
