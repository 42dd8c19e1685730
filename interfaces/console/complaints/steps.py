"""The steps that an agent takes with a complaint: each is a form for one route."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response

from domain.complaints.events import ComplaintStatus, Outcome, Severity
from interfaces.console.asking import ask
from interfaces.console.commands import CommandForm, Field, Meanwhile, carry_out, show_form, words
from interfaces.console.complaints.happened import shown_step
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.paths import path_of_complaint
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts
from interfaces.http.preconditions import etag
from interfaces.http.waiting import LONGEST_POSITION

room = Room("complaint_steps")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step: the name that texts and paths have for it, and the endpoint of its route."""

    name: str
    endpoint: str


ANSWER = Step(name="answer", endpoint="complaints.respond_to_complaint")
ESCALATE = Step(name="escalate", endpoint="complaints.escalate_complaint")
RESOLVE = Step(name="resolve", endpoint="complaints.resolve_complaint")
CLOSE = Step(name="close", endpoint="complaints.close_complaint")
REOPEN = Step(name="reopen", endpoint="complaints.reopen_complaint")
STEPS = (ANSWER, ESCALATE, RESOLVE, CLOSE, REOPEN)


def possible_steps(status: str) -> tuple[Step, ...]:
    """Returns the steps that a complaint with this status can take, the most usual first."""
    return (REOPEN,) if status == ComplaintStatus.CLOSED else (ANSWER, ESCALATE, RESOLVE, CLOSE)


def _fields(step: Step, t: Texts) -> tuple[Field, ...]:
    severities = [("", t("step.as_it_is")), *words(t, "severity", list(Severity))]
    of_step = {
        ANSWER: (Field(name="text", label="step.text", hint="step.text_hint", kind="area", optional=True),),
        ESCALATE: (
            Field(name="to", label="step.to"),
            Field(name="reason", label="step.reason", kind="area"),
            Field(
                name="severity", label="complaint.severity", kind="select", options=severities, optional=True
            ),
        ),
        RESOLVE: (
            Field(name="summary", label="step.summary", kind="area"),
            Field(
                name="compensation",
                label="step.compensation",
                hint="step.compensation_hint",
                kind="money",
                optional=True,
            ),
        ),
        CLOSE: (
            Field(name="root_cause", label="step.root_cause", hint="step.root_cause_hint"),
            Field(
                name="outcome",
                label="step.outcome",
                kind="select",
                options=words(t, "outcome", list(Outcome)),
            ),
        ),
        REOPEN: (Field(name="reason", label="step.reason", kind="area"),),
    }
    return of_step[step]


def _form(step: Step, complaint_id: UUID, version: str | None = None) -> CommandForm:
    here = path_of_complaint(complaint_id)
    return CommandForm(
        title=f"step.{step.name}",
        button=f"step.{step.name}",
        action=f"{here}/{step.name}",
        cancel=here,
        fields=_fields(step, own_texts()),
        version=version,
    )


def _around(step: Step, complaint: Mapping[str, Any]) -> dict[str, Any]:
    t = own_texts()
    subject = complaint.get("subject") or complaint["category"]
    way = [(subject, path_of_complaint(complaint["complaint_id"])), (t(f"step.{step.name}"), None)]
    return {"way_here": way, "about": complaint.get("description")}


def _meanwhile(step: Step, complaint_id: UUID, seen: str) -> Meanwhile:
    """Returns the form as of now, and the steps that others took since the version that was seen.

    Each step is a fact of the complaint's stream, so a version is the number of steps.
    """
    t, f = own_texts(), formats()
    complaint = ask("complaint-reading.show_complaint", complaint_id=complaint_id)
    number = seen.strip('"')
    before = int(number) if number.isdecimal() and len(number) <= LONGEST_POSITION else 0
    newer = [shown_step(one, t, f) for one in complaint["steps"][before:]]
    return Meanwhile(
        form=_form(step, complaint_id, etag(complaint["version"])),
        changes=[": ".join(filter(None, (_sentence(one, t), one["text"]))) for one in newer],
    )


def _sentence(one: Mapping[str, Any], t: Texts) -> str:
    return t("stale.step", title=one["title"], actor=one["actor"], date=one["when"].title)


def _declare(step: Step) -> None:
    """Declares the page and the form of a step."""

    def page(complaint_id: UUID) -> Response:
        complaint = ask("complaint-reading.show_complaint", complaint_id=complaint_id)
        form = _form(step, complaint_id, etag(complaint["version"]))
        return show_form(form, **_around(step, complaint))

    def take(complaint_id: UUID) -> Response:
        def around() -> dict[str, Any]:
            return _around(step, ask("complaint-reading.show_complaint", complaint_id=complaint_id))

        return carry_out(
            step.endpoint,
            _form(step, complaint_id),
            lambda answer: done(path_of_complaint(complaint_id), f"step_{step.name}", answer),
            around=around,
            meanwhile=lambda seen: _meanwhile(step, complaint_id, seen),
            complaint_id=complaint_id,
        )

    page.__name__, take.__name__ = f"{step.name}_page", step.name
    rule = f"/complaints/<uuid:complaint_id>/{step.name}"
    room.page(rule, "complaints:write")(page)
    room.form(rule, "complaints:write", stands_for=step.endpoint)(take)


for _step in STEPS:
    _declare(_step)
