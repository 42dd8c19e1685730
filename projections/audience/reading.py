"""Who meets criteria, how many they are, and whether somebody does."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.sql import SQL, Composed

from domain.criteria import Criteria
from projections.audience.compile import compile


def members(connection: Connection[Any], criteria: Criteria, at: datetime, *, currency: str) -> list[UUID]:
    """The persons who meet the criteria at this instant, by canonical id, ascending."""
    rows = _asked(connection, SQL("select person_id from ({}) m order by person_id"), criteria, at, currency)
    return [row["person_id"] for row in rows]


def some_members(
    connection: Connection[Any], criteria: Criteria, at: datetime, *, currency: str, most: int
) -> list[UUID]:
    """All who meet the criteria, or so many of them: always the same ones of the same people. Ascending."""
    question = SQL(
        "select person_id from (select person_id from ({}) m order by md5(person_id::text), person_id"
        " limit %(most)s) drawn order by person_id"
    )
    rows = _asked(connection, question, criteria, at, currency, most=most)
    return [row["person_id"] for row in rows]


def size(connection: Connection[Any], criteria: Criteria, at: datetime, *, currency: str) -> int:
    """How many persons meet the criteria at this instant, exactly."""
    rows = _asked(connection, SQL("select count(*) as size from ({}) m"), criteria, at, currency)
    return int(rows[0]["size"])


def matching(
    connection: Connection[Any],
    person_ids: Collection[UUID],
    criteria: Criteria,
    at: datetime,
    *,
    currency: str,
) -> set[UUID]:
    """Which of these persons, by canonical id, meet the criteria at this instant."""
    question = SQL("select person_id from ({}) m where person_id = any(%(person_ids)s)")
    rows = _asked(connection, question, criteria, at, currency, person_ids=list(person_ids))
    return {row["person_id"] for row in rows}


def is_member(
    connection: Connection[Any], person_id: UUID, criteria: Criteria, at: datetime, *, currency: str
) -> bool:
    """Whether this person, by canonical id, meets the criteria at this instant."""
    question = SQL("select person_id from ({}) m where person_id = %(person_id)s")
    return bool(_asked(connection, question, criteria, at, currency, person_id=person_id))


def _asked(
    connection: Connection[Any],
    question: SQL,
    criteria: Criteria,
    at: datetime,
    currency: str,
    **parameters: object,
) -> list[dict[str, Any]]:
    statement, values = compile(criteria, at=at, currency=currency)
    asked: Composed = question.format(statement)
    return connection.execute(asked, {**values, **parameters}).fetchall()
