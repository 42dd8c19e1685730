"""The health of an installation: each part, and what is wrong with it."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from pathlib import Path
from typing import Any

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from application.access import AccessKeys, AccessScope
from application.leases import DISPATCHER, SCHEDULER
from domain.errors import Unavailable
from infrastructure.postgres.connections import borrowed
from infrastructure.processes.reserve import LOW_BYTES, free_bytes
from projections.engine.runner import ProjectionState, head, standings

LAGGING = 10_000
"""The number of facts that a ready projection may be behind."""
CONNECTION_SECONDS = 1.0
"""How long a connection is waited for."""
REPORT_SECONDS = 4.0
"""The time limit for all answers together, because a server that hangs never answers."""
SILENT = {"ok": False, "error": "PostgreSQL does not answer."}
DATABASE_PARTS = ("database", "keys", "administrator", "dispatcher", "scheduler")
NEEDED = ("disk", "database", "keys", "administrator")

FRESH_SECONDS = 15
"""The age in seconds of the last successful pass beyond which a running process counts as not working."""
NOBODY = "No administrator has a key: set FARLEY_ADMIN_KEY, or run `farley keys create NAME --scope admin`."
ALWAYS = ("ok", "epoch")
_WORKS = """
select coalesce(l.expires_at > clock_timestamp()
                and h.ended_well_at > clock_timestamp() - %(fresh)s * interval '1 second'
                and h.ended_well_at > coalesce(h.failed_at, '-infinity')
                and h.held_back = '{}', false) as ok,
       l.epoch, h.ended_well_at as last_good_pass_at, h.error as last_error, h.failed_at as last_error_at,
       nullif(h.held_back, '{}') as held_back,
       case when l.expires_at > clock_timestamp() then null else h.disarmed end as disarmed
from (values (%(name)s)) as asked(name)
left join operation.leases l using (name) left join operation.heartbeats h using (name)
"""


class Health:
    """Reports health for /health/ready, /metrics and `farley check`. `folders` hold the data on this machine."""

    def __init__(
        self, pool: ConnectionPool, keys_pool: ConnectionPool, access: AccessKeys, folders: Sequence[Path]
    ) -> None:
        self._pool = pool
        self._keys_pool = keys_pool
        self._access = access
        self._folders = folders
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._report: Future[dict[str, Any]] | None = None

    def report(self) -> dict[str, Any]:
        """Returns `ready` and one entry for each part: disk, database, keys, administrator, projections, processes.

        It takes at most five seconds, whatever PostgreSQL does.
        """
        if self._report is None or self._report.done():
            self._report = self._asking.submit(self._ask_databases)
        try:
            parts = self._report.result(REPORT_SECONDS)
        except NotInTime:
            parts = {**dict.fromkeys(DATABASE_PARTS, SILENT), "projections": {}}
        parts = {"disk": self._disk(), **parts}
        ready = all(parts[name]["ok"] for name in NEEDED)
        return {"ready": ready and all(p["ok"] for p in parts["projections"].values()), **parts}

    def close(self) -> None:
        self._asking.shutdown(wait=False, cancel_futures=True)

    def _ask_databases(self) -> dict[str, Any]:
        database, keys = self._database(), self._keys()
        if not database["ok"]:
            return {
                **dict.fromkeys(DATABASE_PARTS, SILENT),
                "database": database,
                "keys": keys,
                "projections": {},
            }
        return {
            "database": database,
            "keys": keys,
            "administrator": self._administrator(),
            "dispatcher": self._works(DISPATCHER),
            "scheduler": self._works(SCHEDULER),
            "projections": self._projections(),
        }

    def _disk(self) -> dict[str, Any]:
        free = min(free_bytes(folder) for folder in self._folders)
        if free >= LOW_BYTES:
            return {"ok": True, "free": str(free)}
        return {
            "ok": False,
            "free": str(free),
            "error": f"The disk is full: {free} bytes are free, {LOW_BYTES} are needed. Free some space.",
        }

    def _database(self) -> dict[str, Any]:
        try:
            with borrowed(self._pool, CONNECTION_SECONDS) as connection:
                return {"ok": True, "head": str(head(connection))}
        except Unavailable as error:
            return {"ok": False, "error": error.message}

    def _keys(self) -> dict[str, Any]:
        try:
            with borrowed(self._keys_pool, CONNECTION_SECONDS) as connection:
                connection.execute("select 1")
        except Unavailable as error:
            return {"ok": False, "error": error.message}
        return {"ok": True}

    def _administrator(self) -> dict[str, Any]:
        """Whether an administrator's key is live. Without one nothing can be set up."""
        try:
            has_key = self._access.anyone_with(AccessScope.ADMIN)
        except Unavailable as error:
            return {"ok": False, "error": error.message}
        return {"ok": True} if has_key else {"ok": False, "error": NOBODY}

    def _projections(self) -> dict[str, dict[str, Any]]:
        try:
            with borrowed(self._pool, CONNECTION_SECONDS) as connection:
                end, by_name = head(connection), standings(connection)
        except Unavailable:
            return {}
        return {
            name: {
                "ok": s.state is ProjectionState.LIVE and end - s.position <= LAGGING,
                "position": str(s.position),
                "lag": end - s.position,
                "state": s.state,
                **({"error": s.error, "error_at": str(s.error_at)} if s.error else {}),
            }
            for name, s in by_name.items()
        }

    def _works(self, process: str) -> dict[str, Any]:
        """Whether a process holds the lease, and its last pass ended recently without an error or a held-back run.

        This does not affect `ready`: the installation can still answer while it sends or plans late.
        """
        try:
            with (
                borrowed(self._pool, CONNECTION_SECONDS) as connection,
                connection.cursor(row_factory=dict_row) as cursor,
            ):
                row = cursor.execute(_WORKS, {"name": process, "fresh": FRESH_SECONDS}).fetchone()
        except Unavailable as error:
            return {"ok": False, "error": error.message}
        return {name: value for name, value in (row or {}).items() if name in ALWAYS or value is not None}
