"""The list of jobs, with a way to cancel them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from application.jobs import JobKind, JobState
from domain.errors import RuleBroken
from interfaces.console.actors import name_of
from interfaces.console.asking import ask, command, may
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.live import show_live
from interfaces.console.notices import done
from interfaces.console.paths import path_of_import, path_of_replay
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import formats, go_to, own_texts
from interfaces.http.current import this_request

room = Room("jobs")
HERE = f"{ROOT}/jobs"
MOVING = (JobState.WAITING, JobState.RUNNING)
STATES = {
    "uploaded": "neutral",
    JobState.WAITING: "neutral",
    JobState.RUNNING: "info",
    JobState.FINISHED: "ok",
    JobState.FAILED: "stop",
    JobState.CANCELLED: "warn",
}
"""The state of the badge for each state of a job."""
Answer = Mapping[str, Any]


@room.page("/jobs", "jobs:read")
def jobs_page() -> Response:
    """Shows one's own jobs, the last asked first, and to an administrator those of all."""
    t, f, given = own_texts(), formats(), this_request().args
    listed = ask("jobs.list_jobs", {"cursor": given["cursor"]} if given.get("cursor") else {})
    items, cursor = listed["items"], listed["next_cursor"]
    moving = [one for one in items if one["state"] in MOVING]
    return show_live(
        "jobs",
        position=sum(moved(one) for one in items),
        moving=bool(moving),
        rows=[_shown(one, t, f) for one in items],
        next_page=f"{HERE}?cursor={cursor}" if cursor else None,
    )


@room.form("/jobs/<uuid:job_id>/cancel", "jobs:read", stands_for="jobs.cancel_job")
def cancel_job(job_id: UUID) -> Response:
    """Cancels a job. One that has ended meanwhile stays as it is."""
    try:
        answer = command("jobs.cancel_job", {}, job_id=job_id)
    except RuleBroken:
        return go_to(HERE)
    return go_to(done(HERE, "job_cancelled", answer))


def moved(job: Answer) -> int:
    """Returns a number that changes when the job moves."""
    return int(job["progress"]["done"]) * 8 + list(STATES).index(JobState(job["state"]))


def progress_of(job: Answer, f: Formats) -> dict[str, Any]:
    """Returns the progress as a part of a whole."""
    reached, of_all = job["progress"]["done"], job["progress"]["of"]
    share = 1.0 if job["state"] == JobState.FINISHED else min(reached / of_all, 1.0) if of_all else 0.0
    return {"percent": round(100 * share), "text": f.percent(share, 0)}


def _shown(job: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    return {
        "title": t.word("job_kind", job["kind"]),
        "href": _page_of(job),
        "state": t.word("job_state", job["state"]),
        "badge": STATES[JobState(job["state"])],
        "owner": name_of(job["owner"]),
        "asked": f.moment(job["asked_at"]),
        "progress": progress_of(job, f),
        "error": job["error"]["detail"] if "error" in job else "",
        "cancel": f"{HERE}/{job['job_id']}/cancel" if job["state"] in MOVING else None,
    }


def _page_of(job: Answer) -> str | None:
    """Returns the page of the job's result, or None if there is none, or the person may not see it."""
    if job["kind"] == JobKind.IMPORT and may("imports.show_import"):
        return path_of_import(job["import_id"])
    if job["kind"] == JobKind.REPLAY:
        return path_of_replay(job["campaign_id"], job["run_id"], job["job_id"])
    return None
