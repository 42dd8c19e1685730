"""An import as its routes show it: its file, what the last job does with it, and what came of its rows."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from application.imports.service import Import, NoRefusedRows
from application.jobs import Job
from interfaces.http.contexts.imports.schemas import UPLOADED
from interfaces.http.contexts.jobs.routes import job_shown
from interfaces.http.current import services
from interfaces.imports.refused_lines import refused_in

FIRST_REFUSED = 100
"""The refused rows that a report names. The download has all of them."""


def import_shown(known: Import, position: int, *, with_refused: bool = False) -> dict[str, Any]:
    """Returns the fields of ImportOut."""
    shown = {
        "import_id": known.import_id,
        "owner": known.owner,
        "file_name": known.file_name,
        "file_bytes": known.file_bytes,
        "has_file": known.has_file,
        "uploaded_at": known.uploaded_at,
        "state": UPLOADED,
        "position": position,
    }
    return shown if known.job is None else {**shown, **_of_job(known, known.job, with_refused)}


def _of_job(known: Import, job: Job, with_refused: bool) -> dict[str, Any]:
    of_job = job_shown(job)
    taken = ("job_id", "state", "asked_at", "ended_at", "progress", "error")
    question = job.question
    return {
        **{name: of_job[name] for name in taken if name in of_job},
        "asked": question["asked"],
        "kind": question["options"]["kind"],
        "source": question["source"],
        "dry_run": question["dry_run"],
        "attempts": job.attempt,
        "report": {**_report(job), **({"first_refused": _first_refused(known)} if with_refused else {})},
    }


def _report(job: Job) -> dict[str, Any]:
    result: Mapping[str, Any] = job.result or job.checkpoint or {}
    settled = result.get("settled", {})
    counts = {name: settled.get(name, 0) for name in ("rows", "accepted", "duplicates", "refused")}
    more = ("completed_dates", "possible_doubles", "undeclared")
    is_of_this_attempt = result.get("attempt") == job.attempt
    speed = _speed(job, counts["rows"] - result["rows_before"]) if is_of_this_attempt else {}
    return {**counts, **speed, **{name: result[name] for name in more if name in result}}


def _speed(job: Job, rows: int) -> dict[str, int]:
    if job.begun_at is None:
        return {}
    seconds = ((job.ended_at or services().clock.now()) - job.begun_at).total_seconds()
    return {"rows_per_second": round(rows / seconds)} if seconds > 0 else {}


def _first_refused(known: Import) -> list[Mapping[str, Any]]:
    try:
        with services().imports.refused(known) as file:
            first = islice(refused_in(file), FIRST_REFUSED)
            return [{name: one[name] for name in ("line", "last_line", "errors")} for one in first]
    except NoRefusedRows:
        return []
