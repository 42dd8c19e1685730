"""The health of an installation: each part, what is wrong with it, and what to do."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextlib import AbstractContextManager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from psycopg import Connection
from psycopg_pool import ConnectionPool

from application.access.keys import AccessKeys
from domain.errors import Unavailable
from infrastructure.postgres.connections import borrowed
from infrastructure.postgres.process_health import PROCESSES, ProcessCode, due_work, process_parts
from infrastructure.processes.reserve import LOW_BYTES, free_bytes
from projections.engine.rebuild_status import RebuildStatus
from projections.engine.runner import head
from projections.engine.status import LAGGING, FoldingStatus, ProjectionStatus, folding_status

CONNECTION_SECONDS = 1.0
"""How long a connection is waited for."""
REPORT_SECONDS = 4.0
"""The time limit for all answers together, because a server that hangs never answers."""
AWAY = "DATABASE_AWAY"
SILENT = {
    "ok": False,
    "code": AWAY,
    "error": "PostgreSQL does not answer.",
    "remedy": "Everything goes on by itself when it does. `farley up` starts the embedded server again.",
}
"""The part of each thing that PostgreSQL knows, while it does not answer."""
NOT_ASKED = {
    "code": AWAY,
    "error": "No connection was free to ask how the projections are.",
    "remedy": "Wait some seconds. If it stays so, the web processes have more requests than they can answer.",
}
DATABASE_PARTS = ("database", "keys", "names", "administrator", *map(str, PROCESSES))
NEEDED = ("disk", "database", "keys", "administrator")

NOBODY = {
    "ok": False,
    "code": "NO_ADMINISTRATOR",
    "error": "No administrator has a key.",
    "remedy": "Set FARLEY_ADMIN_KEY, or run `farley keys create NAME --scope admin`.",
}

NAMES_BEHIND = {
    "code": "NAMES_BEHIND",
    "error": f"The index of names is more than {LAGGING:,} facts behind: newer people are not found by name.",
    "remedy": "The scheduler makes it follow the log: see whether one works, and read its log.",
}


class Snapshots(Protocol):
    """The part of the read models that health asks."""

    def snapshot(self) -> AbstractContextManager[Connection[Any]]: ...


class Health:
    """Reports health for /health/ready, /metrics and `farley check`. `folders` hold the data on this machine."""

    def __init__(
        self,
        pool: ConnectionPool,
        keys_pool: ConnectionPool,
        reading: Snapshots,
        access: AccessKeys,
        folders: Sequence[Path],
    ) -> None:
        self._pool = pool
        self._keys_pool = keys_pool
        self._reading = reading
        self._access = access
        self._folders = folders
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._report: Future[dict[str, Any]] | None = None

    def report(self) -> dict[str, Any]:
        """Returns `ready`, one entry for each part, and `problems`: what is wrong, with a code and what to do.

        Parts are disk, database, keys, names (their index), administrator, each process, each of the `projections`, and
        the last `rebuild`. A process that does not work or an index that is behind is a problem, but the installation
        stays ready: it still answers. It is not ready while nobody can say how the projections are; these are empty
        then. The report takes at most five seconds, also while PostgreSQL hangs.
        """
        if self._report is None or self._report.done():
            self._report = self._asking.submit(self._ask_databases)
        try:
            parts = self._report.result(REPORT_SECONDS)
        except NotInTime:
            parts = {**dict.fromkeys(DATABASE_PARTS, SILENT), "projections": {}, "rebuild": None}
        parts = {"disk": self._disk(), **parts}
        projections = parts["projections"].values()
        needed = [*(parts[name] for name in NEEDED), *projections]
        ready = bool(projections) and all(part["ok"] for part in needed)
        return {"ready": ready, "problems": list(_problems(parts)), **parts}

    def close(self) -> None:
        self._asking.shutdown(wait=False, cancel_futures=True)

    def _ask_databases(self) -> dict[str, Any]:
        database, keys = self._database(), self._keys()
        if not database["ok"]:
            parts = {**dict.fromkeys(DATABASE_PARTS, SILENT), "projections": {}, "rebuild": None}
            return {**parts, "database": database, "keys": keys}
        return {
            "database": database,
            "keys": keys,
            "names": self._names(int(database["head"])),
            "administrator": self._administrator(),
            **self._processes(),
            **self._folding(),
        }

    def _disk(self) -> dict[str, Any]:
        free = min(free_bytes(folder) for folder in self._folders)
        if free >= LOW_BYTES:
            return {"ok": True, "free": str(free)}
        return {
            "ok": False,
            "free": str(free),
            "code": "DISK_FULL",
            "error": f"The disk is full: {free} bytes are free, {LOW_BYTES} are needed. Free some space.",
            "remedy": "Free some space. Then everything goes on by itself.",
        }

    def _database(self) -> dict[str, Any]:
        try:
            with borrowed(self._pool, CONNECTION_SECONDS) as connection:
                return {"ok": True, "head": str(head(connection))}
        except Unavailable as error:
            return {**SILENT, "error": error.message}

    def _keys(self) -> dict[str, Any]:
        try:
            with borrowed(self._keys_pool, CONNECTION_SECONDS) as connection:
                connection.execute("select 1")
        except Unavailable as error:
            return {**SILENT, "error": error.message}
        return {"ok": True}

    def _names(self, head: int) -> dict[str, Any]:
        """How far the index of names is behind the log's head. It stands in the database of the keys."""
        try:
            with borrowed(self._keys_pool, CONNECTION_SECONDS) as connection:
                row = connection.execute('select "position" from keys.name_index').fetchone()
        except Unavailable as error:
            return {**SILENT, "error": error.message}
        position = row[0] if row is not None else 0
        lag = max(0, head - position)
        wrong = NAMES_BEHIND if lag > LAGGING else {}
        return {"ok": not wrong, "position": str(position), "lag": lag, **wrong}

    def _administrator(self) -> dict[str, Any]:
        """Whether an administrator's key is live. Without one nothing can be set up."""
        try:
            has_key = self._access.any_administrator()
        except Unavailable as error:
            return {**SILENT, "error": error.message}
        return {"ok": True} if has_key else dict(NOBODY)

    def _processes(self) -> dict[str, dict[str, Any]]:
        try:
            due = self._due_work()
            with borrowed(self._pool, CONNECTION_SECONDS) as connection:
                return {name: _of_process(part) for name, part in process_parts(connection, due).items()}
        except Unavailable as error:
            return {name: {**SILENT, "error": error.message} for name in map(str, PROCESSES)}

    def _due_work(self) -> Mapping[str, datetime | None]:
        """Returns nothing while no reader's connection is free: the passes still tell whether the processes work."""
        try:
            with self._reading.snapshot() as connection:
                return due_work(connection)
        except Unavailable:
            return {}

    def _folding(self) -> dict[str, Any]:
        try:
            with borrowed(self._pool, CONNECTION_SECONDS) as connection:
                return folding_report(folding_status(connection))
        except Unavailable:
            return {"projections": {}, "rebuild": None}


def _of_process(part: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the part as a report shows it, which everybody may read: it names no other machine."""
    return {name: value for name, value in part.items() if name != "waits_for_lease_of"}


def folding_report(status: FoldingStatus) -> dict[str, Any]:
    """Returns the projections and the last rebuild as a report shows them: positions are texts.

    Everybody may read a report, so it names neither the operator of the rebuild nor the session that it waits for.
    """
    return {
        "projections": {name: _of_projection(one) for name, one in status.projections.items()},
        "rebuild": _of_rebuild(status.rebuild) if status.rebuild else None,
    }


def _of_rebuild(status: RebuildStatus) -> dict[str, Any]:
    values = _without_nulls(asdict(status))
    del values["operator"]
    values["waits"] = values.pop("waits_for", None) is not None
    return values | {name: str(values[name]) for name in ("position", "goal")}


def _of_projection(status: ProjectionStatus) -> dict[str, Any]:
    values = {"ok": status.ok, **_without_nulls(asdict(status))}
    del values["name"]
    return values | {name: str(values[name]) for name in ("position", "error_at") if name in values}


def _without_nulls(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _problems(parts: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yields what is wrong with each part. A database that is away is one problem, not one for each part in it.

    The index of names is a part of the database of the keys.
    """
    flat = {name: part for name, part in parts.items() if name not in ("projections", "rebuild")}
    flat |= {} if parts["projections"] else {"projections": NOT_ASKED}
    flat |= {f"projection {name}": part for name, part in parts["projections"].items()}
    flat |= {"rebuild": parts["rebuild"]} if parts["rebuild"] else {}
    is_away = not parts["database"]["ok"]
    away = {name for name in flat if is_away or (name == "names" and not parts["keys"]["ok"])}
    for name, part in flat.items():
        is_consequence = part.get("code") == AWAY and name in away - {"database", "keys"}
        if "code" in part and part["code"] != ProcessCode.STARTING and not is_consequence:
            yield {"part": name, **{key: part[key] for key in ("code", "error", "remedy")}}
