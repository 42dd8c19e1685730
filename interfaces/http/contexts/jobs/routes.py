"""Jobs: work that takes longer than a request. Everybody sees their own jobs, an administrator those of all."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from application.access.roles import ADMIN
from application.jobs import UNITS, Job, JobError, JobKind, JobNotFound
from application.previews.past import read
from application.previews.shown import of_kept
from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.jobs.schemas import JobOut, JobsOut
from interfaces.http.current import services, subject
from interfaces.http.paging import Instant, page, place_of
from interfaces.http.problems import kebab
from interfaces.http.schemas.common import NoQuery, NothingIn, PageQuery

jobs = Routes("jobs", "Work that takes longer than a request: exact and past previews, imports, and replays.")
A_JOB = "/api/jobs/<uuid:job_id>"


@jobs.question("/api/jobs", PageQuery, JobsOut)
@action("jobs:read")
def list_jobs(query: Body) -> dict[str, Any]:
    """Returns one's own jobs, the last asked first; with the scope `admin` those of everybody."""
    limit, before = query["limit"], place_of(query.get("cursor"), tuple[Instant, UUID])
    listed = services().jobs.listed(owner=_owner(), before=before, limit=limit + 1)
    paged = page(listed, limit, lambda job: (job.asked_at, job.job_id))
    return {**paged, "items": [job_shown(job) for job in paged["items"]]}


@jobs.question(A_JOB, NoQuery, JobOut)
@action("jobs:read")
def show_job(query: Body, job_id: UUID) -> dict[str, Any]:
    """Returns a job: how far it is and, once it has ended, its result or why it failed."""
    return job_shown(own_job(job_id))


@jobs.command(A_JOB, NothingIn, JobOut, method="DELETE")
@action("jobs:read")
def cancel_job(body: Body, job_id: UUID) -> Answer:
    """Cancels a job that waits or runs. Its work stops within some seconds.

    A preview leaves nothing behind. What an import has stored stays stored.
    """
    own_job(job_id)
    job = services().jobs.cancel(job_id)
    return Answer(body=JobOut().dump(job_shown(job)), position=job.position)


def own_job(job_id: UUID) -> Job:
    """Returns the job. Raises JobNotFound, also for a job of somebody else."""
    job = services().jobs.find(job_id)
    if _owner() not in (None, job.owner):
        raise JobNotFound()
    return job


def _owner() -> str | None:
    """Returns whose jobs the subject may see, or None for the jobs of everybody."""
    return None if ADMIN in subject().scopes else subject().actor


def job_shown(job: Job) -> dict[str, Any]:
    """Returns the fields of JobOut."""
    ended: dict[str, Any] = {} if job.error is None else {"error": problem_shown(job.error)}
    at = {"begun_at": job.begun_at, "ended_at": job.ended_at}
    return {
        "job_id": job.job_id,
        "kind": job.kind,
        "owner": job.owner,
        "state": job.state,
        "asked_at": job.asked_at,
        "progress": {"done": job.done, "of": job.of_all, "unit": UNITS[job.kind]},
        "position": job.position,
        **{name: instant for name, instant in at.items() if instant is not None},
        **_of_kind(job),
        **ended,
    }


def _of_kind(job: Job) -> Mapping[str, Any]:
    if job.kind is JobKind.IMPORT:
        return {"import_id": UUID(job.question["import_id"])}
    if job.kind is JobKind.REPLAY:
        replay = {} if job.result is None else {"replay": job.result}
        return {**{name: UUID(text) for name, text in job.question.items()}, **replay}
    moment = read(job.question, job.position).moment
    result = {} if job.result is None else {"result": of_kept(job.result)}
    return {**{name: instant for name, instant in vars(moment).items() if instant is not None}, **result}


def problem_shown(error: JobError) -> dict[str, Any]:
    """Returns the fields of JobErrorOut."""
    return {
        "type": f"/problems/{kebab(error.name)}",
        "title": error.title,
        "detail": error.message,
        **error.details,
    }
