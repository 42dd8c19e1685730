"""Jobs: questions about audiences of the past, which a background process answers."""

from typing import Any
from uuid import UUID

from application.jobs import Job, JobError
from application.previews.past import read
from application.previews.shown import of_kept
from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.segments.jobs_schemas import JobOut
from interfaces.http.current import services
from interfaces.http.problems import kebab
from interfaces.http.schemas.common import NoQuery, NothingIn

jobs = Routes("jobs", "Questions that take longer than a request.")
A_JOB = "/api/audiences/jobs/<uuid:job_id>"


@jobs.question(A_JOB, NoQuery, JobOut)
@action("segments:read")
def show_job(query: Body, job_id: UUID) -> dict[str, Any]:
    """Returns a job: how far it is and, once it has ended, its result or why it failed."""
    return job_shown(services().past_preview_jobs.find(job_id))


@jobs.command(A_JOB, NothingIn, JobOut, method="DELETE")
@action("segments:read")
def cancel_job(body: Body, job_id: UUID) -> Answer:
    """Cancels a job that waits or runs. Its work stops within some seconds and leaves nothing behind."""
    job = services().past_preview_jobs.cancel(job_id)
    return Answer(body=JobOut().dump(job_shown(job)), position=job.position)


def job_shown(job: Job) -> dict[str, Any]:
    """Returns the fields of JobOut."""
    moment = read(job.question, job.position).moment
    ended: dict[str, Any] = {} if job.ended_at is None else {"ended_at": job.ended_at}
    if job.result is not None:
        ended["result"] = of_kept(job.result)
    if job.error is not None:
        ended["error"] = _problem(job.error)
    return {
        "job_id": job.job_id,
        "state": job.state,
        **{name: instant for name, instant in vars(moment).items() if instant is not None},
        "asked_at": job.asked_at,
        "progress": {"folded": job.folded, "to_fold": job.to_fold},
        "position": job.position,
        **ended,
    }


def _problem(error: JobError) -> dict[str, Any]:
    return {
        "type": f"/problems/{kebab(error.name)}",
        "title": error.title,
        "detail": error.message,
        **error.details,
    }
