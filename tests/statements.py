"""The statements that a role sends, counted; and something that happens in between them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from psycopg.pq import TransactionStatus


@contextmanager
def statements_of(
    role: str, happens: Callable[[], object] | None = None, after: int = 0
) -> Iterator[list[str]]:
    """What connections of this role execute in transactions meanwhile: in snapshots, where they only read.

    `happens` once, when so many statements have been answered.
    """
    executed: list[str] = []
    execute = psycopg.Cursor.execute
    left = [happens] if happens is not None else []

    def counting(cursor: Any, query: Any, *arguments: Any, **named: Any) -> Any:
        answered = execute(cursor, query, *arguments, **named)
        text = (
            query
            if isinstance(query, str)
            else bytes(query).decode()
            if isinstance(query, bytes)
            else repr(query)
        )
        info = cursor.connection.info
        inside = info.transaction_status is TransactionStatus.INTRANS
        if inside and info.parameter_status("application_name") == role:
            executed.append(text)
            if left and len(executed) == after:
                left.pop()()
        return answered

    with patch.object(psycopg.Cursor, "execute", counting):
        yield executed
