"""The content of a campaign: the forms that draft and revise it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response

from domain.campaigns.events import MessageClass
from domain.errors import InvalidInput
from domain.zones import instant_of
from interfaces.console.asking import ask
from interfaces.console.campaigns.board import DRAFT
from interfaces.console.campaigns.shown import HERE, Answer, asked_for, segment_of, segments, way, written
from interfaces.console.campaigns.steps import REVISE
from interfaces.console.commands import SEEN, CommandForm, Field, Meanwhile, carry_out, show_form, words
from interfaces.console.forms import fields as typed_fields
from interfaces.console.notices import done
from interfaces.console.paths import path_of_campaign
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts
from interfaces.http.preconditions import etag

room = Room("campaign_contents")
MOST_NAMES = "500"
_TYPED_AS = {"audience": {"segment", "criteria"}, "template": {"subject", "body"}}
"""The fields of the form that state one field of the API."""
REVISE_RULE = "/campaigns/<uuid:campaign_id>/revise"


@room.page("/campaigns/new", "campaigns:write")
def new_campaign_page() -> Response:
    """Shows the form of a new campaign."""
    return show_form(_form("campaign_new.title", "campaign_new.button", f"{HERE}/new", HERE), **_around_new())


@room.form("/campaigns/new", "campaigns:write", stands_for=DRAFT)
def draft_campaign() -> Response:
    """Drafts a campaign. Nobody gets a message before somebody approved it and a run began."""
    return carry_out(
        DRAFT,
        _form("campaign_new.title", "campaign_new.button", f"{HERE}/new", HERE),
        lambda answer: done(path_of_campaign(answer.body["campaign_id"]), "campaign_drafted", answer),
        around=_around_new,
        body={"channel": "email", **_stated(_typed())},
    )


@room.page(REVISE_RULE, "campaigns:write")
def revise_page(campaign_id: UUID) -> Response:
    """Shows the form with the campaign as it stands."""
    known = asked_for(campaign_id)
    return show_form(_revision(known), **_around(known))


@room.form(REVISE_RULE, "campaigns:write", stands_for=REVISE.endpoint)
def revise_campaign(campaign_id: UUID) -> Response:
    """Changes what was typed anew, at the version that the page showed. An approved campaign is a draft again."""
    known, typed = asked_for(campaign_id), _typed()
    changed = {name for name, value in typed.items() if value != typed.get(SEEN + name, "")}

    def meanwhile(_: str) -> Meanwhile:
        form = _revision(asked_for(campaign_id))
        return Meanwhile(form=form, changes=_changes(form, typed))

    return carry_out(
        REVISE.endpoint,
        _revision(known),
        lambda answer: done(path_of_campaign(campaign_id), "campaign_revised", answer),
        around=lambda: _around(known),
        body={
            name: value if changed & _TYPED_AS.get(name, {name}) else None
            for name, value in _stated(typed).items()
        },
        meanwhile=meanwhile,
        campaign_id=campaign_id,
    )


def _changes(form: CommandForm, sent: Mapping[str, str]) -> list[str]:
    """Returns which fields others changed since the form was made."""
    t, now = own_texts(), form.seen or {}
    return [
        t("campaign.changed", field=t(one.label))
        for one in form.fields
        if _one_line_end(now[one.name]) != sent.get(SEEN + one.name, "")
    ]


def _around_new() -> dict[str, Any]:
    t = own_texts()
    way_here = [(t("campaigns.title"), HERE), (t("campaign_new.title"), None)]
    return {"way_here": way_here, "about": t("campaign.zone", zone=formats().time_zone)}


def _around(known: Answer) -> dict[str, Any]:
    t = own_texts()
    zone = t("campaign.zone", zone=formats().time_zone)
    about = zone if known["state"] == "draft" else f"{t('will.revise')} {zone}"
    return {"way_here": way(known, "campaign_step.revise", t), "about": about}


def _revision(known: Answer) -> CommandForm:
    here = path_of_campaign(known["campaign_id"])
    form = _form("campaign_step.revise", "campaign_new.save", f"{here}/revise", here)
    return replace(form, version=etag(known["version"]), seen=_values(known))


def _form(title: str, button: str, action: str, cancel: str) -> CommandForm:
    t = own_texts()
    purposes = [one["name"] for one in ask("catalogue.list_purposes", {"limit": MOST_NAMES})["items"]]
    chosen = [("", t("campaign.by_criteria")), *segments().items()]
    yes_no = [("", t("campaign.no")), ("yes", t("campaign.yes"))]

    def text(name: str, hint: str | None = None, **more: Any) -> Field:
        return Field(name=name, label=f"campaign.{name}", hint=hint, **{"optional": True, **more})

    return CommandForm(
        title=title,
        button=button,
        action=action,
        cancel=cancel,
        fields=(
            text("name", optional=False),
            text(
                "message_class",
                kind="select",
                options=words(t, "message_class", list(MessageClass)),
                optional=False,
            ),
            text("purpose", kind="select", options=words(t, "purpose", purposes), optional=False),
            text("segment", "campaign.segment_hint", kind="select", options=chosen),
            text("criteria", "campaign.criteria_hint", kind="area", stated_as="audience"),
            text("subject", "campaign.subject_hint", stated_as="template.subject", optional=False),
            text("body", "campaign.body_hint", kind="area", stated_as="template.body", optional=False),
            text("from", "campaign.from_hint"),
            text("brand"),
            text("topic"),
            text("ends_at", "campaign.ends_at_hint", kind="datetime-local"),
            text("hold_out", "campaign.hold_out_hint"),
            text("attribution_window_days", "campaign.window_hint"),
            text("cost_per_contact", "campaign.cost_hint"),
            text("recheck_segment", "campaign.recheck_hint", kind="select", options=yes_no),
        ),
    )


def _typed() -> dict[str, str]:
    """Returns what was typed into the form, with the line ends that the API keeps."""
    return {name: _one_line_end(value) for name, value in typed_fields().items()}


def _one_line_end(text: str) -> str:
    return text.replace("\r\n", "\n")


def _stated(given: Mapping[str, str]) -> dict[str, Any]:
    """Returns what the form states to the API where that is not what was typed."""
    typed = {name: value.strip() for name, value in given.items()}
    return {
        "segment": None,
        "criteria": None,
        "audience": _audience(typed.get("segment", ""), typed.get("criteria", "")),
        "subject": None,
        "body": None,
        "template": {"subject": typed.get("subject", ""), "body": given.get("body", "")},
        **{
            name: read(typed[name])
            for name, read in (
                ("ends_at", _instant),
                ("hold_out", _share),
                ("attribution_window_days", _whole),
            )
            if typed.get(name)
        },
        "recheck_segment": bool(typed.get("recheck_segment")),
    }


def _audience(segment: str, criteria: str) -> Any:
    """Returns the chosen segment, else the criteria; what cannot be read as it is, for the route to refuse."""
    if segment and not criteria:
        return {"segment": segment}
    try:
        read = json.loads(criteria) if criteria else None
    except ValueError:
        return criteria
    return {"all": [{"segment": segment}, read]} if segment and read else read


def _instant(text: str) -> str:
    """Returns a local time of the person's zone as an instant; a text that is none as it is."""
    try:
        return instant_of(datetime.fromisoformat(text), formats().time_zone).isoformat()
    except (ValueError, InvalidInput):
        return text


def _share(text: str) -> Any:
    """Returns per cent as a share; a text that is no number as it is."""
    try:
        return float(Decimal(text.removesuffix("%").strip().replace(",", ".")) / 100)
    except InvalidOperation:
        return text


def _whole(text: str) -> Any:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else text


def _values(known: Answer) -> dict[str, str]:
    """Returns the campaign as the fields of its form have it."""
    segment, ends_at, share = segment_of(known["audience"]), known["ends_at"], known["hold_out"]
    zone = ZoneInfo(formats().time_zone)
    return {
        **{
            name: str(known[name] or "")
            for name in ("name", "message_class", "purpose", "from", "brand", "topic")
        },
        "segment": segment or "",
        "criteria": "" if segment else written(known["audience"]),
        "subject": known["template"]["subject"],
        "body": known["template"]["body"],
        "ends_at": ends_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if ends_at is not None else "",
        "hold_out": f"{(Decimal(str(share)) * 100).normalize():f}" if share is not None else "",
        "attribution_window_days": str(known["attribution_window_days"] or ""),
        "cost_per_contact": str(known["cost_per_contact"] or ""),
        "recheck_segment": "yes" if known["recheck_segment"] else "",
    }
