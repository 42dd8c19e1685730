"""What a marketer does with a run: pause, resume, cancel. Each is a form for a route of its campaign."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response

from domain.runs.run import RunState
from interfaces.console.asking import ask
from interfaces.console.commands import CommandForm, Field, carry_out, show_form
from interfaces.console.notices import done
from interfaces.console.paths import path_of_campaign, path_of_run
from interfaces.console.rooms import Room
from interfaces.console.runs.run import ENDED
from interfaces.console.showing import formats, own_texts
from interfaces.http.preconditions import etag

room = Room("run_steps")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step: the name that texts and paths have for it, its route, and how its button looks."""

    name: str
    endpoint: str
    icon: str
    kind: str = "plain"


PAUSE = Step(name="pause", endpoint="campaigns.pause_campaign", icon="pause")
RESUME = Step(name="resume", endpoint="campaigns.resume_campaign", icon="play", kind="primary")
CANCEL = Step(name="cancel", endpoint="campaigns.cancel_campaign", icon="x", kind="danger-line")
STEPS = (PAUSE, RESUME, CANCEL)


def possible_steps(state: str) -> tuple[Step, ...]:
    """Returns the steps that a run in this state can take."""
    if state in ENDED:
        return ()
    return (RESUME, CANCEL) if state == RunState.PAUSED else (PAUSE, CANCEL)


def _form(step: Step, campaign_id: UUID, run_id: UUID, version: str | None = None) -> CommandForm:
    here = path_of_run(campaign_id, run_id)
    return CommandForm(
        title=f"run.{step.name}",
        button=f"run.{step.name}",
        action=f"{here}/{step.name}",
        cancel=here,
        fields=(Field(name="reason", label="run.reason", kind="area", optional=True),),
        version=version,
        danger=step is CANCEL,
    )


def _around(step: Step, campaign: dict[str, Any], run_id: UUID) -> dict[str, Any]:
    """Returns where the form stands, and what will happen."""
    t, campaign_id = own_texts(), campaign["campaign_id"]
    run = ask("runs.show_run", campaign_id=campaign_id, run_id=run_id)
    title = t("run.title", when=formats().instant(run["planned_for"]))
    way = [
        (campaign["name"], path_of_campaign(campaign_id)),
        (title, path_of_run(campaign_id, run_id)),
        (t(f"run.{step.name}"), None),
    ]
    return {"way_here": way, "about": t(f"run.will_{step.name}")}


def _declare(step: Step) -> None:
    """Declares the page and the form of a step."""

    def page(campaign_id: UUID, run_id: UUID) -> Response:
        campaign = ask("campaigns.show_campaign", campaign_id=campaign_id)
        form = _form(step, campaign_id, run_id, etag(campaign["version"]))
        return show_form(form, **_around(step, campaign, run_id))

    def take(campaign_id: UUID, run_id: UUID) -> Response:
        def around() -> dict[str, Any]:
            return _around(step, ask("campaigns.show_campaign", campaign_id=campaign_id), run_id)

        return carry_out(
            step.endpoint,
            _form(step, campaign_id, run_id),
            lambda answer: done(path_of_run(campaign_id, run_id), f"run_{step.name}", answer),
            around=around,
            campaign_id=campaign_id,
        )

    page.__name__, take.__name__ = f"{step.name}_page", step.name
    rule = f"/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>/{step.name}"
    room.page(rule, "campaigns:write")(page)
    room.form(rule, "campaigns:write", stands_for=step.endpoint)(take)


for _step in STEPS:
    _declare(_step)
