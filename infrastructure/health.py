"""How the installation is: each part named, with what is wrong."""

from typing import Any

from psycopg_pool import ConnectionPool

from application.leases import DISPATCHER, SCHEDULER
from domain.errors import Unavailable
from infrastructure.postgres.connections import borrowed
from projections.engine.runner import head, standings

LAGGING = 10_000
"""Facts a projection may be behind and still be called ready."""


class Health:
    """Asked by /health/ready, /metrics and `farley check`."""

    def __init__(self, pool: ConnectionPool, keys_pool: ConnectionPool) -> None:
        self._pool = pool
        self._keys_pool = keys_pool

    def report(self) -> dict[str, Any]:
        """`ready` and one entry a part: database, keys, projections with lag, dispatcher, scheduler."""
        parts = {
            "database": self._database(),
            "keys": self._keys(),
            "dispatcher": self._holder(DISPATCHER),
            "scheduler": self._holder(SCHEDULER),
        }
        projections = self._projections()
        ready = all(p["ok"] for p in (parts["database"], parts["keys"], *projections.values()))
        return {"ready": ready, **parts, "projections": projections}

    def _database(self) -> dict[str, Any]:
        try:
            with borrowed(self._pool) as connection:
                return {"ok": True, "head": str(head(connection))}
        except Unavailable as error:
            return {"ok": False, "error": error.message}

    def _keys(self) -> dict[str, Any]:
        try:
            with borrowed(self._keys_pool) as connection:
                connection.execute("select 1")
        except Unavailable as error:
            return {"ok": False, "error": error.message}
        return {"ok": True}

    def _projections(self) -> dict[str, dict[str, Any]]:
        try:
            with borrowed(self._pool) as connection:
                end, found = head(connection), standings(connection)
        except Unavailable:
            return {}
        return {
            name: {
                "ok": s.state == "live" and end - s.position <= LAGGING,
                "position": str(s.position),
                "lag": end - s.position,
                "state": s.state,
                **({"error": s.error, "error_at": str(s.error_at)} if s.error else {}),
            }
            for name, s in found.items()
        }

    def _holder(self, lease: str) -> dict[str, Any]:
        """The lease tells whether one runs; sending or planning late is not being unable to answer."""
        try:
            with borrowed(self._pool) as connection:
                row = connection.execute(
                    "select epoch, expires_at > clock_timestamp() from operation.leases where name = %s",
                    [lease],
                ).fetchone()
        except Unavailable as error:
            return {"ok": False, "error": error.message}
        return {"ok": bool(row and row[1]), "epoch": row[0] if row else None}
