"""Imports as PostgreSQL keeps them, without their files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from application.imports.service import IMPORT_DAYS, Import, ImportNotFound, Uploaded
from infrastructure.postgres.connections import borrowed
from infrastructure.postgres.jobs import JOB_COLUMNS, job_of

_IMPORTS = (
    "select i.import_id, i.owner as uploaded_by, i.file_name, i.file_bytes, i.sha256, i.uploaded_at,"
    f" {JOB_COLUMNS} from operation.imports i left join operation.jobs j using (job_id) where true"
)
_FIND = f"{_IMPORTS} and i.import_id = %(id)s"
_BEFORE = " and (i.uploaded_at, i.import_id) < (%(at)s, %(id)s)"
_NEWEST = " order by i.uploaded_at desc, i.import_id desc limit %(limit)s"
_ADD = """
insert into operation.imports (import_id, owner, file_name, file_bytes, sha256)
values (%s, %s, %s, %s, %s)
on conflict do nothing returning import_id
"""
_BEGIN = """
update operation.imports i set job_id = %(job)s
where import_id = %(id)s
  and not exists (select from operation.jobs j where j.job_id = i.job_id and j.ended_at is null)
returning import_id
"""


class ImportsInDatabase:
    """The ImportRows port."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def add(self, uploaded: Uploaded) -> bool:
        values = (
            uploaded.import_id,
            uploaded.owner,
            uploaded.file_name,
            uploaded.file_bytes,
            uploaded.sha256,
        )
        with borrowed(self._pool) as connection:
            return connection.execute(_ADD, values).fetchone() is not None

    def find(self, import_id: UUID) -> Import:
        found = self._imports(_FIND, {"id": import_id})
        if not found:
            raise ImportNotFound()
        return found[0]

    def listed(self, *, before: tuple[datetime, UUID] | None, limit: int) -> Sequence[Import]:
        at, import_id = before or (None, None)
        statement = _IMPORTS + (_BEFORE if before else "") + _NEWEST
        return self._imports(statement, {"at": at, "id": import_id, "limit": limit})

    def begin(self, import_id: UUID, job_id: UUID) -> bool:
        with borrowed(self._pool) as connection:
            return connection.execute(_BEGIN, {"id": import_id, "job": job_id}).fetchone() is not None

    def _imports(self, statement: str, values: Mapping[str, Any]) -> list[Import]:
        with borrowed(self._pool) as connection, connection.cursor(row_factory=dict_row) as cursor:
            return [_import(row) for row in cursor.execute(statement.encode(), values)]


def _import(row: dict[str, Any]) -> Import:
    of_file = {
        name: row.pop(name) for name in ("import_id", "file_name", "file_bytes", "sha256", "uploaded_at")
    }
    owner = row.pop("uploaded_by")
    return Import(**of_file, owner=owner, job=job_of(row) if row["job_id"] is not None else None)


@dataclass(frozen=True, kw_only=True)
class KeptImport:
    """What is known of an import whose folder is there. `rests_for`: seconds since its upload or its job's end.

    `is_imported`: its rows were stored, so that the file is needed no more.
    """

    import_id: UUID
    job_id: UUID | None
    is_at_work: bool
    is_imported: bool
    rests_for: float


class ImportsAtWork:
    """The imports of an installation, for the process that works on jobs."""

    def __init__(self, pool: ConnectionPool) -> None:
        self._pool = pool

    def expire(self) -> None:
        """Deletes imports whose time is over."""
        with borrowed(self._pool) as connection:
            connection.execute("select operation.expire_imports(%s)", [IMPORT_DAYS])

    def kept(self, import_ids: Sequence[UUID]) -> dict[UUID, KeptImport]:
        """Returns which of these imports there are."""
        with borrowed(self._pool) as connection, connection.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute("select * from operation.kept_imports(%s)", [list(import_ids)]).fetchall()
        return {row["import_id"]: KeptImport(**row) for row in rows}
