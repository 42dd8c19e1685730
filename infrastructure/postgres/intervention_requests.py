"""Requests for interventions as PostgreSQL keeps them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from application.interventions import AskedAction, InterventionRequest, RequestState, Standing
from infrastructure.postgres.connections import borrowed

_REQUESTS = """
select request_id, asked_at, operator, asked_action, projection, request_state, ended_at, note from operation.requests
"""
_NEWEST = f"""
{_REQUESTS}
where %(instant)s::timestamptz is null or (asked_at, request_id) < (%(instant)s, %(request_id)s)
order by asked_at desc, request_id desc limit %(limit)s
"""


class RequestsInDatabase:
    """The InterventionRequests port."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def standing(self, projection: str) -> Standing | None:
        with borrowed(self._pool) as connection:
            row = connection.execute(
                "select state = 'paused', error_at is not null from operation.projections where name = %s",
                [projection],
            ).fetchone()
        return Standing(is_paused=row[0], cannot_fold=row[1]) if row is not None else None

    def ask(self, request_id: UUID, operator: str, action: AskedAction, projection: str) -> UUID:
        values = [request_id, operator, action, projection]
        with borrowed(self._pool) as connection:
            row = connection.execute("select operation.ask_intervention(%s, %s, %s, %s)", values).fetchone()
        # None: what waited was done in the meantime
        return row[0] if row is not None and row[0] is not None else request_id

    def find(self, request_id: UUID) -> InterventionRequest | None:
        found = self._read(f"{_REQUESTS} where request_id = %(request_id)s", {"request_id": request_id})
        return next(iter(found), None)

    def newest(self, limit: int, before: tuple[datetime, UUID] | None = None) -> list[InterventionRequest]:
        instant, request_id = before or (None, None)
        return self._read(_NEWEST, {"limit": limit, "instant": instant, "request_id": request_id})

    def _read(self, statement: str, values: dict[str, Any]) -> list[InterventionRequest]:
        with borrowed(self._pool) as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_request(**row) for row in cursor.execute(statement.encode(), values)]


def _request(*, asked_action: str, request_state: str, **values: Any) -> InterventionRequest:
    return InterventionRequest(action=AskedAction(asked_action), state=RequestState(request_state), **values)
