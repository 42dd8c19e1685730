"""How the installation is: each part named, with what is wrong."""

from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from application.access import AccessKeys
from application.leases import DISPATCHER, SCHEDULER
from domain.errors import Unavailable
from infrastructure.postgres.connections import borrowed
from projections.engine.runner import head, standings

LAGGING = 10_000
"""Facts a projection may be behind and still be called ready."""


FRESH_SECONDS = 15
"""Seconds after which a process whose last good pass is older does not work, though it may run."""
NOBODY = "No administrator has a key: set FARLEY_ADMIN_KEY, or run `farley keys create NAME --scope admin`."
ALWAYS = ("ok", "epoch")
_WORKS = """
select coalesce(l.expires_at > clock_timestamp()
                and h.ended_well_at > clock_timestamp() - %(fresh)s * interval '1 second'
                and h.ended_well_at > coalesce(h.failed_at, '-infinity')
                and h.held_back = '{}', false) as ok,
       l.epoch, h.ended_well_at as last_good_pass_at, h.error as last_error, h.failed_at as last_error_at,
       nullif(h.held_back, '{}') as held_back
from (values (%(name)s)) as asked(name)
left join operation.leases l using (name) left join operation.heartbeats h using (name)
"""


class Health:
    """Asked by /health/ready, /metrics and `farley check`."""

    def __init__(self, pool: ConnectionPool, keys_pool: ConnectionPool, access: AccessKeys) -> None:
        self._pool = pool
        self._keys_pool = keys_pool
        self._access = access

    def report(self) -> dict[str, Any]:
        """`ready` and one entry a part: database, keys, administrator, projections with lag, and processes."""
        needed = {
            "database": self._database(),
            "keys": self._keys(),
            "administrator": self._administrator(),
        }
        parts = {**needed, "dispatcher": self._works(DISPATCHER), "scheduler": self._works(SCHEDULER)}
        projections = self._projections()
        ready = all(p["ok"] for p in (*needed.values(), *projections.values()))
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

    def _administrator(self) -> dict[str, Any]:
        """Whether anybody can come in with every right: without that nothing can be set up."""
        try:
            has_key = self._access.anyone_with("admin")
        except Unavailable as error:
            return {"ok": False, "error": error.message}
        return {"ok": True} if has_key else {"ok": False, "error": NOBODY}

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

    def _works(self, process: str) -> dict[str, Any]:
        """Whether one holds the lease and its last pass ended well, not long ago, and held no run back.

        It does not make the whole unready: sending or planning late is not being unable to answer.
        """
        try:
            with borrowed(self._pool) as connection, connection.cursor(row_factory=dict_row) as cursor:
                row = cursor.execute(_WORKS, {"name": process, "fresh": FRESH_SECONDS}).fetchone()
        except Unavailable as error:
            return {"ok": False, "error": error.message}
        return {name: value for name, value in (row or {}).items() if name in ALWAYS or value is not None}
