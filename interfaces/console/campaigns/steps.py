"""The steps that somebody takes with a campaign. Each has a page that says what will happen, and a form for a route."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response

from domain.campaigns.campaign import CampaignState
from interfaces.console.campaigns.shown import asked_for, way
from interfaces.console.commands import CommandForm, Field, carry_out, show_form
from interfaces.console.forms import fields as typed_fields
from interfaces.console.notices import done
from interfaces.console.paths import path_of_campaign
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts

room = Room("campaign_steps")


@dataclass(frozen=True, kw_only=True)
class Step:
    """A step: the name that texts and paths have for it, the endpoint of its route, and the action that it needs.

    `will`: the names of the sentences that say what will happen. `danger`: whether nothing takes it back.
    """

    name: str
    endpoint: str
    action: str = "campaigns:write"
    will: tuple[str, ...] = ()
    danger: bool = False


APPROVE = Step(name="approve", endpoint="campaigns.approve_campaign", action="approvals:write")
REVISE = Step(name="revise", endpoint="campaigns.revise_campaign")
SCHEDULE = Step(
    name="schedule", endpoint="schedules.schedule_run", will=("will.schedule", "will.late", "will.decided")
)
RUN = Step(name="run", endpoint="campaigns.start_run", will=("will.run", "will.frozen", "will.decided"))
PAUSE = Step(
    name="pause", endpoint="campaigns.pause_campaign", will=("will.pause", "will.sent", "will.missed")
)
RESUME = Step(name="resume", endpoint="campaigns.resume_campaign", will=("will.resume", "will.again"))
CANCEL = Step(
    name="cancel",
    endpoint="campaigns.cancel_campaign",
    will=("will.cancel", "will.sent", "will.withdrawn"),
    danger=True,
)
_POSSIBLE = {
    CampaignState.DRAFT: (APPROVE, REVISE, CANCEL),
    CampaignState.APPROVED: (RUN, SCHEDULE, PAUSE, REVISE, CANCEL),
    CampaignState.ACTIVE: (PAUSE, SCHEDULE, CANCEL),
    CampaignState.PAUSED: (RESUME, CANCEL),
    CampaignState.ENDED: (REVISE,),
}


def possible_steps(state: str) -> tuple[Step, ...]:
    """Returns the steps that a campaign in this state can take, the most usual first."""
    return _POSSIBLE.get(CampaignState(state), ())


def around(campaign_id: UUID, title: str, *will: str, **more: Any) -> dict[str, Any]:
    """Returns what the template of a step's page needs. `will`: sentences that say what will happen."""
    return {
        "template": "campaign_step",
        "way_here": way(asked_for(campaign_id), title, own_texts()),
        "about": None,
        "will": will,
        **more,
    }


def _form(step: Step, campaign_id: UUID) -> CommandForm:
    here = path_of_campaign(campaign_id)
    return CommandForm(
        title=f"campaign_step.{step.name}",
        button=f"campaign_step.{step.name}",
        action=f"{here}/{step.name}",
        cancel=here,
        fields=_FIELDS.get(step, ()),
        danger=step.danger,
    )


_REASON = (
    Field(name="reason", label="step.reason", hint="campaign.reason_hint", kind="area", optional=True),
)
_FIELDS = {
    SCHEDULE: (
        Field(name="at", label="campaign.at", hint="campaign.at_hint", kind="datetime-local"),
        Field(
            name="grace_minutes",
            label="campaign.grace",
            hint="campaign.grace_hint",
            stated_as="grace_seconds",
            optional=True,
        ),
    ),
    PAUSE: _REASON,
    RESUME: _REASON,
    CANCEL: _REASON,
}


def _stated(step: Step) -> dict[str, Any]:
    """Returns what the form of a step states beside its fields: a time is read in the person's time zone."""
    if step is not SCHEDULE:
        return {}
    minutes = typed_fields().get("grace_minutes", "").strip()
    return {
        "time_zone": formats().time_zone,
        "grace_minutes": None,
        "grace_seconds": _seconds(minutes) if minutes else None,
    }


def _seconds(minutes: str) -> Any:
    """Returns minutes in seconds; a text that is no number as it is, for the route to refuse."""
    return int(minutes) * 60 if minutes.isascii() and minutes.isdecimal() and len(minutes) < 9 else minutes


def _declare(step: Step) -> None:
    """Declares the page and the form of a step."""
    title = f"campaign_step.{step.name}"

    def shown(campaign_id: UUID) -> dict[str, Any]:
        t = own_texts()
        return around(campaign_id, title, *(t(name) for name in step.will), zone=_zone(step))

    def page(campaign_id: UUID) -> Response:
        return show_form(_form(step, campaign_id), **shown(campaign_id))

    def take(campaign_id: UUID) -> Response:
        return carry_out(
            step.endpoint,
            _form(step, campaign_id),
            lambda answer: done(path_of_campaign(campaign_id), f"campaign_{step.name}", answer),
            around=lambda: shown(campaign_id),
            body=_stated(step),
            campaign_id=campaign_id,
        )

    page.__name__, take.__name__ = f"{step.name}_page", f"{step.name}_campaign"
    rule = f"/campaigns/<uuid:campaign_id>/{step.name}"
    room.page(rule, step.action)(page)
    room.form(rule, step.action, stands_for=step.endpoint)(take)


def _zone(step: Step) -> str | None:
    return own_texts()("campaign.zone", zone=formats().time_zone) if step is SCHEDULE else None


for _step in (SCHEDULE, RUN, PAUSE, RESUME, CANCEL):
    _declare(_step)
