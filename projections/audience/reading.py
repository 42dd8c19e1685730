"""Reads which persons meet criteria, and how many."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.sql import SQL, Composed

from domain.criteria import Criteria
from projections.audience.compile import compile, compile_sizes


def members(connection: Connection[Any], criteria: Criteria, at: datetime, *, currency: str) -> list[UUID]:
    """Returns the person ids of the persons who meet the criteria at this instant, ascending."""
    rows = _rows(connection, SQL("select person_id from ({}) m order by person_id"), criteria, at, currency)
    return [row["person_id"] for row in rows]


def some_members(
    connection: Connection[Any], criteria: Criteria, at: datetime, *, currency: str, most: int
) -> list[UUID]:
    """Returns the person ids of at most `most` persons who meet the criteria, ascending.

    The choice is deterministic: the same matching persons always give the same result.
    """
    question = SQL(
        "select person_id from (select person_id from ({}) m order by md5(person_id::text), person_id"
        " limit %(most)s) drawn order by person_id"
    )
    rows = _rows(connection, question, criteria, at, currency, most=most)
    return [row["person_id"] for row in rows]


def size(connection: Connection[Any], criteria: Criteria, at: datetime, *, currency: str) -> int:
    """Returns the exact number of persons who meet the criteria at this instant."""
    rows = _rows(connection, SQL("select count(*) as size from ({}) m"), criteria, at, currency)
    return int(rows[0]["size"])


def sizes(
    connection: Connection[Any], several: Sequence[Criteria], at: datetime, *, currency: str
) -> list[int]:
    """Returns for each of these criteria the exact number of persons who meet them at this instant."""
    statement, values = compile_sizes(several, at=at, currency=currency)
    row = connection.execute(statement, values).fetchone()
    return [row[f"n{index}"] for index in range(len(several))] if row is not None else []


def matching(
    connection: Connection[Any],
    person_ids: Collection[UUID],
    criteria: Criteria,
    at: datetime,
    *,
    currency: str,
) -> set[UUID]:
    """Returns the ids of those persons who meet the criteria at this instant; all ids are canonical."""
    question = SQL("select person_id from ({}) m where person_id = any(%(person_ids)s)")
    rows = _rows(connection, question, criteria, at, currency, person_ids=list(person_ids))
    return {row["person_id"] for row in rows}


def last_active(connection: Connection[Any], person_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """Returns when each of these persons was registered or did something last, by person id."""
    rows = connection.execute(
        """
        select person_id, greatest(registered_at, last_order_at, last_touchpoint_at, last_complaint_at) as at
        from audience_fact where person_id = any(%s)
        """,
        [list(person_ids)],
    )
    return {row["person_id"]: row["at"] for row in rows}


def _rows(
    connection: Connection[Any],
    question: SQL,
    criteria: Criteria,
    at: datetime,
    currency: str,
    **parameters: object,
) -> list[dict[str, Any]]:
    statement, values = compile(criteria, at=at, currency=currency)
    query: Composed = question.format(statement)
    return connection.execute(query, {**values, **parameters}).fetchall()
