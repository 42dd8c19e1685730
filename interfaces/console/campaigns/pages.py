"""A campaign's page: what it says to whom, what it lacks for its approval, its runs, and what happened to it."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask import Response

from interfaces.console.actors import name_of
from interfaces.console.asking import ask, may
from interfaces.console.campaigns.shown import Answer, asked_for, segment_of, summary
from interfaces.console.campaigns.steps import APPROVE, possible_steps
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_campaign, path_of_run, path_of_segment
from interfaces.console.rooms import Room
from interfaces.console.segments.sentences import criteria_sentence
from interfaces.console.showing import formats, own_texts, show

room = Room("campaign")
A_CAMPAIGN = "/campaigns/<uuid:campaign_id>"
NEWEST = "5"
"""How many runs and planned instants the page shows."""
HISTORY = "campaigns.show_campaign_history"
MOST_FACTS = "100"
_RUNS = {"finished": "ok", "cancelled": "stop", "missed": "stop", "paused": "warn"}


@room.page(A_CAMPAIGN, "campaigns:read")
def campaign_page(campaign_id: UUID) -> Response:
    """Shows a campaign, with the steps that it can take now."""
    t, f = own_texts(), formats()
    known = asked_for(campaign_id)
    steps = [step for step in possible_steps(known["state"]) if may(step.endpoint)]
    happened, more = _happened(campaign_id, t, f)
    return show(
        "campaign",
        campaign=summary(known, t, f),
        path=path_of_campaign(campaign_id),
        details=list(_details(known, t, f)),
        steps=[
            (t(f"campaign_step.{one.name}"), f"{path_of_campaign(campaign_id)}/{one.name}") for one in steps
        ],
        stands=_stands(known, t, f),
        checks=_checks(campaign_id, t) if APPROVE in possible_steps(known["state"]) else None,
        audience=_audience(known["audience"]),
        offer=list(_offer(known, t)),
        measured=list(_measured(known, t, f)),
        message=known["template"],
        may_test=known["cancelled_at"] is None and may("tests.send_test"),
        runs=_runs(campaign_id, t, f),
        planned=_planned(campaign_id, t, f),
        happened=happened,
        more_happened=more,
    )


def _details(known: Answer, t: Texts, f: Formats) -> Iterator[tuple[str | None, str]]:
    yield "send", summary(known, t, f)["about"]
    yield "calendar", t("campaign.drafted", date=f.date(known["drafted_at"]))
    if known["approved_by"]:
        yield (
            "check",
            t(
                "campaign.approved_by",
                person=name_of(known["approved_by"]),
                date=f.date(known["approved_at"]),
            ),
        )
    if known["ends_at"]:
        yield "clock", t("campaign.ends", at=f.instant(known["ends_at"]))


def _stands(known: Answer, t: Texts, f: Formats) -> str | None:
    """Returns why the campaign is paused or cancelled, or None."""
    if known["cancelled_at"] is not None:
        said = t("campaign.cancelled_on", date=f.date(known["cancelled_at"]))
        return ": ".join(filter(None, (said, known["cancellation_reason"])))
    reason = known["pause_reason"]
    return t("campaign.paused_because", reason=reason) if reason else None


def _checks(campaign_id: UUID, t: Texts) -> list[dict[str, Any]]:
    """Returns the checklist for the approval. The API's message, which names lines and attributes, is the detail."""
    return [
        {
            "met": check["met"],
            "required": check["required"],
            "text": t(f"campaign_check.{check['name']}"),
            "detail": check["message"],
        }
        for check in ask("campaigns.show_checklist", campaign_id=campaign_id)["checks"]
    ]


def _audience(criteria: Any) -> dict[str, Any]:
    segment = segment_of(criteria)
    return {
        "sentence": criteria_sentence(criteria),
        "segment": path_of_segment(segment) if segment is not None and may("segments.show_segment") else None,
    }


def _offer(known: Answer, t: Texts) -> Iterator[tuple[str, str]]:
    for name in ("message_class", "purpose", "channel"):
        yield t(f"campaign.{name}"), t.word(name, known[name])
    for name in ("brand", "topic", "from"):
        if known[name]:
            yield t(f"campaign.{name}"), known[name]


def _measured(known: Answer, t: Texts, f: Formats) -> Iterator[tuple[str, str]]:
    held_out, cost, days = known["hold_out"], known["cost_per_contact"], known["attribution_window_days"]
    yield t("campaign.held_out"), f.percent(held_out) if held_out else t("campaign.nobody")
    yield t("campaign.window"), t("campaign.days", n=days) if days else t("campaign.default_window")
    priced = f.money(Decimal(cost), known["currency"]) if cost is not None else t("campaign.not_stated")
    yield t("campaign.cost"), priced
    yield t("campaign.recheck"), t("campaign.yes") if known["recheck_segment"] else t("campaign.no")


def _runs(campaign_id: UUID, t: Texts, f: Formats) -> list[dict[str, Any]]:
    listed = ask("runs.list_runs", {"limit": NEWEST}, campaign_id=campaign_id)["items"]
    return [
        {
            "href": path_of_run(campaign_id, one["run_id"]),
            "planned": f.moment(one["planned_for"]),
            "when": f.instant(one["planned_for"]),
            "state": t.word("run_state", one["state"]),
            "badge": _RUNS.get(one["state"], "info"),
            "audience": f.number(one["audience"]) if one["audience"] is not None else None,
            "sent": f.number(one["outcomes"]["sent"]) if one["audience"] is not None else None,
            "waits": bool(one.get("waits_for_projections")),
        }
        for one in listed
    ]


def _planned(campaign_id: UUID, t: Texts, f: Formats) -> list[tuple[str, str]]:
    """Returns the newest planned instants, each with what became of it."""
    listed = ask("schedules.list_schedules", {"limit": NEWEST}, campaign_id=campaign_id)["items"]
    return [(f.instant(one["planned_for"]), t.word("schedule_state", one["state"])) for one in listed]


def _happened(campaign_id: UUID, t: Texts, f: Formats) -> tuple[list[dict[str, Any]], bool]:
    """Returns the campaign's first facts, the newest first, and whether there are more; none without the permission."""
    if not may(HISTORY):
        return [], False
    listed = ask(HISTORY, {"limit": MOST_FACTS}, campaign_id=campaign_id)
    return [_fact(one, t, f) for one in reversed(listed["items"])], listed["next_cursor"] is not None


def _fact(one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    planned = one["data"].get("planned_for")
    return {
        "when": f.moment(one["recorded_at"]),
        "title": t.word("campaign_fact", one["type"].rpartition(".")[2]),
        "actor": name_of(one["actor"]),
        "text": one["data"].get("reason")
        or (t("campaign.planned_for", at=f.instant(datetime.fromisoformat(planned))) if planned else ""),
        "position": int(one["position"]),
    }
