"""A run decided again: at once if it is short, else by a job whose page shows how far it is."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from application.jobs import JobState
from domain.errors import NotFound
from interfaces.console.asking import ask, command
from interfaces.console.jobs.pages import MOVING, STATES, moved, progress_of
from interfaces.console.languages import Texts
from interfaces.console.live import show_live
from interfaces.console.paths import (
    path_of_campaign,
    path_of_decision,
    path_of_fact,
    path_of_replay,
    path_of_run,
)
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, go_to, own_texts

room = Room("run_replays")
REPLAY = "replays.replay_run"
A_RUN = "/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>"
MOST_SHOWN = 50
Answer = Mapping[str, Any]


@room.form(f"{A_RUN}/replay", "campaigns:read", stands_for=REPLAY)
def replay(campaign_id: UUID, run_id: UUID) -> Response:
    """Decides the run again, or leads to the job that does."""
    answer = command(REPLAY, {}, campaign_id=campaign_id, run_id=run_id)
    if "job_id" in answer.body:
        return go_to(path_of_replay(campaign_id, run_id, answer.body["job_id"]))
    return _shown(campaign_id, run_id, None, answer.body)


@room.page(f"{A_RUN}/replays/<uuid:job_id>", "jobs:read")
def replay_page(campaign_id: UUID, run_id: UUID, job_id: UUID) -> Response:
    """Shows how far the job is, and what it found."""
    job = ask("jobs.show_job", job_id=job_id)
    if job.get("run_id") != run_id:
        raise NotFound()
    return _shown(campaign_id, run_id, job, job.get("replay"))


def _shown(campaign_id: UUID, run_id: UUID, job: Answer | None, found: Answer | None) -> Response:
    t, f = own_texts(), formats()
    way = [
        (t("run.campaign"), path_of_campaign(campaign_id)),
        (t("run.one"), path_of_run(campaign_id, run_id)),
        (t("run.replay"), None),
    ]
    return show_live(
        "run_replay",
        position=moved(job) if job is not None else 0,
        moving=job is not None and job["state"] in MOVING,
        way_here=way,
        state=t.word("job_state", job["state"]) if job is not None else None,
        badge_state=STATES[JobState(job["state"])] if job is not None else "neutral",
        progress=progress_of(job, f)["text"] if job is not None else None,
        error=job["error"]["detail"] if job is not None and "error" in job else None,
        counts=_counts(found, t) if found is not None else (),
        same=found is not None and not int(found["different"]),
        differences=[
            _difference(one, campaign_id, run_id, t) for one in (found or {"differences": ()})["differences"]
        ][:MOST_SHOWN],
    )


def _counts(found: Answer, t: Texts) -> list[tuple[str, str]]:
    names = ("decisions", "handovers", "withheld", "different")
    return [(t(f"run.replay_{name}"), formats().number(int(found[name]))) for name in names]


def _difference(one: Answer, campaign_id: UUID, run_id: UUID, t: Texts) -> dict[str, Any]:
    """Returns which part differs, with both sides as they are recorded and decided."""
    member = one["customer_id"]
    return {
        "part": one["part"],
        "href": path_of_decision(campaign_id, run_id, member) if member is not None else None,
        "position": int(one["position"]),
        "fact": path_of_fact(one["position"]),
        "recorded": _side(one["recorded"], t),
        "decided": _side(one["decided"], t),
    }


def _side(values: Answer, t: Texts) -> str:
    return ", ".join(f"{name}: {value}" for name, value in values.items()) or t("run.replay_nothing")
