"""The approval: it shows whom a run would reach, what it would cost and whom it would stop, and asks for the number."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Response

from interfaces.console.asking import ask, may
from interfaces.console.campaigns.shown import Answer, asked_for, way
from interfaces.console.campaigns.steps import APPROVE
from interfaces.console.charts.shares import Bars, Part, bars
from interfaces.console.commands import CommandForm, Field, Typed, carry_out, show_form
from interfaces.console.formats import Formats
from interfaces.console.forms import fields as typed_fields
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.paths import path_of_campaign
from interfaces.console.rooms import Room
from interfaces.console.segments.sentences import criteria_sentence
from interfaces.console.session import signed_in
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.preconditions import etag

room = Room("campaign_approval")
PREVIEW = "campaigns.preview_campaign"
RULE = "/campaigns/<uuid:campaign_id>/approve"
SHOWN, NUMBER = "reachable", "number"
"""The fields with the number that the page showed, and the number that the person typed."""


@room.page("/campaigns/<uuid:campaign_id>/reach", "campaigns:read")
def reach_page(campaign_id: UUID) -> Response:
    """Counts whom a run would reach if it began now, and whom each reason would stop."""
    t, campaign = own_texts(), asked_for(campaign_id)
    return show(
        "campaign_reach",
        way_here=way(campaign, "campaign.reach", t),
        reach=reach_of(campaign, ask(PREVIEW, campaign_id=campaign_id), t, formats()),
    )


@room.page(RULE, APPROVE.action)
def approve_page(campaign_id: UUID) -> Response:
    """Shows what an approval lets happen. A run does not begin by it."""
    campaign = asked_for(campaign_id)
    return _show(campaign, ask(PREVIEW, campaign_id=campaign_id))


@room.form(RULE, APPROVE.action, stands_for=APPROVE.endpoint)
def approve_campaign(campaign_id: UUID) -> Response:
    """Approves the campaign at the version that the page showed, if the typed number is the one that it showed."""
    given = typed_fields()
    if _digits(given.get(NUMBER, "")) != given.get(SHOWN, ""):
        campaign, preview = asked_for(campaign_id), ask(PREVIEW, campaign_id=campaign_id)
        error = own_texts()("approve.other_number")
        return _show(campaign, preview, Typed(values=given.to_dict(), errors=[(NUMBER, error)]), status=422)
    return carry_out(
        APPROVE.endpoint,
        _form(campaign_id),
        lambda answer: done(path_of_campaign(campaign_id), "campaign_approve", answer),
        around=lambda: _around(asked_for(campaign_id), ask(PREVIEW, campaign_id=campaign_id)),
        body={NUMBER: None},
        campaign_id=campaign_id,
    )


def reach_of(campaign: Answer, preview: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    """Returns the preview of a run in words: people, cost, what stops whom, and messages that cannot be made."""
    reachable, interval, rendering = preview["reachable"], preview.get("interval"), preview["rendering"]
    cost = campaign["cost_per_contact"]
    return {
        "sentence": criteria_sentence(campaign["audience"]),
        "audience": f.number(preview["size"]),
        "reachable": f.number(reachable),
        "number": str(reachable),
        "interval": t("reach.interval", low=f.number(interval["low"]), high=f.number(interval["high"]))
        if interval
        else None,
        "cost": f.money(Decimal(cost) * reachable, campaign["currency"]) if cost is not None else None,
        "stopped": _stopped(preview["loss"], preview["size"], t, f),
        "sample": t("reach.sample", n=rendering["sample"]),
        "faults": [t("reach.fault", n=one["people"], message=one["message"]) for one in rendering["faults"]],
        "position": int(preview["position"]),
    }


def _stopped(loss: Mapping[str, int], size: int, t: Texts, f: Formats) -> Bars | None:
    """Returns how many people each reason stops, the most frequent first. Several reasons may stop one person."""
    if not loss:
        return None
    parts = [
        Part(
            label=t.word("reason", code),
            number=people,
            text=f.number(people),
            share=f.percent(people / size) if size else "",
            tone="violet" if code.startswith("HOLDOUT") else "amber",
        )
        for code, people in sorted(loss.items(), key=lambda one: (-one[1], one[0]))
    ]
    return bars(t("reach.stopped"), [t("reach.reason"), t("reach.people"), t("reach.share")], parts)


def _show(campaign: Answer, preview: Answer, typed: Typed | None = None, *, status: int = 200) -> Response:
    form = _form(campaign["campaign_id"], etag(campaign["version"]))
    return show_form(form, typed, status=status, **_around(campaign, preview))


def _around(campaign: Answer, preview: Answer) -> dict[str, Any]:
    t, f = own_texts(), formats()
    return {
        "template": "campaign_approve",
        "way_here": way(campaign, "campaign_step.approve", t),
        "about": None,
        "will": (t("will.approve"), t("will.decided"), t("will.again_at_start")),
        "reach": reach_of(campaign, preview, t, f),
        "hidden": {SHOWN: str(preview["reachable"])},
        "own": _drafted_by(campaign["campaign_id"]) == signed_in().subject.actor,
    }


def _form(campaign_id: UUID, version: str | None = None) -> CommandForm:
    here = path_of_campaign(campaign_id)
    return CommandForm(
        title="campaign_step.approve",
        button="campaign_step.approve",
        action=f"{here}/approve",
        cancel=here,
        fields=(Field(name=NUMBER, label="approve.number", hint="approve.number_hint"),),
        version=version,
    )


def _drafted_by(campaign_id: UUID) -> str | None:
    """Returns the actor of the draft; None for somebody who may not read histories."""
    if not may("campaigns.show_campaign_history"):
        return None
    first = ask("campaigns.show_campaign_history", {"limit": "1"}, campaign_id=campaign_id)["items"]
    return first[0]["actor"] if first else None


def _digits(text: str) -> str:
    """Returns a number as it was typed without what groups its digits in any language."""
    return "".join(text.split()).replace(",", "").replace(".", "")
