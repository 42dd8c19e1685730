"""The statements that are sent to the databases, counted; and something that happens in between them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg.pq import TransactionStatus
from psycopg.sql import Composable

Counts = Callable[[Any], bool]
"""Whether the statements of a connection count, as it is right after one."""

OF_A_POOL = ("", "select operation.use_serving_tables()")
"""What a pool executes before it lends a connection: whether it still answers, the version of its tables."""


def in_transactions_of(role: str) -> Counts:
    """Of this role, in transactions: of a reader, what it reads in a snapshot."""

    def counts(connection: Any) -> bool:
        info = connection.info
        inside = info.transaction_status is TransactionStatus.INTRANS
        return inside and info.parameter_status("application_name") == role

    return counts


def of_role(role: str) -> Counts:
    """Of this role, in a transaction or not."""

    def counts(connection: Any) -> bool:
        return bool(connection.info.parameter_status("application_name") == role)

    return counts


@contextmanager
def statements(
    counts: Counts = lambda connection: True, happens: Callable[[], object] | None = None, after: int = 0
) -> Iterator[list[str]]:
    """What is executed meanwhile, without the pools' own statements.

    `happens` once, when so many statements have been answered.
    """
    executed: list[str] = []
    execute = psycopg.Cursor.execute
    left = [happens] if happens is not None else []

    def counting(cursor: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        answered = execute(cursor, query, *arguments, **named)
        text = _text(query, cursor)
        if text not in OF_A_POOL and counts(cursor.connection):
            executed.append(text)
            if left and len(executed) == after:
                left.pop()()
        return answered

    with patch.object(psycopg.Cursor, "execute", counting):
        yield executed


def _text(query: Any, cursor: Any) -> str:
    if isinstance(query, Composable):
        return query.as_string(cursor)
    return query.decode() if isinstance(query, bytes) else str(query)
