"""Exact figures of a large audience: a job decides about everybody, and the page looks how far it is."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from interfaces.console.asking import ask, ask_by_body
from interfaces.console.jobs.pages import MOVING, moved, progress_of
from interfaces.console.live import show_live
from interfaces.console.polls import SHOWN
from interfaces.console.rooms import ROOT, Room
from interfaces.console.segments.figures import PREVIEW, Figures, shown_figures
from interfaces.console.segments.sentences import Sentences
from interfaces.console.showing import formats, own_texts

room = Room("segment_exact")
STEP = "exact-0"
"""The step of the builder that asks for exact figures."""
_OF_MESSAGE = ("audience", "channel", "purpose")


def job_of(question: Mapping[str, Any], step: str, shown: str) -> str | None:
    """Returns the job of a question, with a hash of it, or None. Raises TooManyJobs.

    With the step STEP it is a new job, else the one that is `shown`, if that is of the same question.
    """
    asked = {name: question[name] for name in _OF_MESSAGE if name in question}
    about = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:16]
    if step == STEP and len(asked) == len(_OF_MESSAGE):
        return f"{ask_by_body(PREVIEW, {**asked, 'exact': True})['job_id']} {about}"
    job_id, _, of = shown.partition(" ")
    return shown if of == about and _is_id(job_id) else None


def path_of(job: str) -> str:
    return f"{ROOT}/segments/exact/{job.partition(' ')[0]}"


def first_poll(job: str) -> str:
    return f"{path_of(job)}?{SHOWN}=-1"


@room.page("/segments/exact/<uuid:job_id>", "jobs:read")
def exact_figures_page(job_id: UUID) -> Response:
    """Shows how far a job is, and its figures once it has finished."""
    t, f = own_texts(), formats()
    job = ask("jobs.show_job", job_id=job_id)
    moving = job["state"] in MOVING
    return show_live(
        "segment_exact",
        position=moved(job),
        moving=moving,
        state=t.word("job_state", job["state"]),
        share=progress_of(job, f)["text"] if moving else None,
        known_at=f.instant(job["known_at"]) if "known_at" in job else "",
        figures=shown_figures(Figures(answer=job["result"]), t, f, Sentences(t, f, "", {}))
        if "result" in job
        else None,
    )


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
