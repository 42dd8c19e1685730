"""Why, or why not: the decision about one person in a run, asked by address, number or name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response

from domain.errors import NotFound
from domain.messages.events import MessageOutcome
from interfaces.console.asking import ask, may
from interfaces.console.finding.candidates import found_by
from interfaces.console.formats import Formats
from interfaces.console.forms import fields
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_campaign, path_of_decision, path_of_person, path_of_run
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, go_to, own_texts, show

room = Room("run_why")
LIST_DECISIONS = "runs.list_decisions"
A_RUN = "/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>"
STATES = {MessageOutcome.SENT: "ok", MessageOutcome.PENDING: "info", MessageOutcome.DEFERRED: "info"}
Answer = Mapping[str, Any]


@room.form(f"{A_RUN}/why", "campaigns:read", stands_for=LIST_DECISIONS)
def ask_why(campaign_id: UUID, run_id: UUID) -> Response:
    """Leads to the one person who is meant, or shows all who may be meant."""
    ask("runs.show_run", campaign_id=campaign_id, run_id=run_id)
    text, here = fields().get("who", "").strip(), path_of_run(campaign_id, run_id)
    found = found_by(text)
    if len(found.people) == 1:
        return go_to(f"{here}/why/{found.people[0]['customer_id']}")
    people = [(_name(one, own_texts()), f"{here}/why/{one['customer_id']}") for one in found.people]
    return show(
        "run_who", asked=text, people=people, more=found.more, way_here=_way(campaign_id, run_id, own_texts())
    )


@room.page(f"{A_RUN}/why/<uuid:customer_id>", "campaigns:read")
def why_page(campaign_id: UUID, run_id: UUID, customer_id: UUID) -> Response:
    """Shows in a few sentences what became of this person in the run, and which rules stopped them."""
    t, f = own_texts(), formats()
    of_run = {"campaign_id": campaign_id, "run_id": run_id}
    run = ask("runs.show_run", **of_run)
    known = _decision(customer_id, of_run)
    whole = known is not None and known["decided_at"] is not None
    return show(
        "run_why",
        way_here=_way(campaign_id, run_id, t),
        name=_known_name(customer_id, t),
        customer_page=path_of_person(customer_id),
        may_see_person=may("customer-reading.show_customer"),
        text=_sentence(run, known, t, f),
        state=STATES.get(known["outcome"], "warn") if known is not None else "info",
        reasons=[_reason(one, t, f) for one in known["reasons"]] if known is not None else [],
        decision=path_of_decision(campaign_id, run_id, customer_id) if whole else None,
        again=path_of_run(campaign_id, run_id),
    )


def _decision(customer_id: UUID, of_run: Mapping[str, UUID]) -> Answer | None:
    """Returns the decision about this person, or None if they are not in the audience."""
    try:
        items = ask(LIST_DECISIONS, {"customer_id": str(customer_id)}, **of_run)["items"]
    except NotFound:
        return None
    return items[0] if items else None


def _sentence(run: Answer, known: Answer | None, t: Texts, f: Formats) -> str:
    if run["audience"] is None:
        return t("run.why_no_audience", state=t.word("run_state", run["state"]))
    if known is None:
        return t("run.why_not_in_audience")
    if known["decided_at"] is None:
        return t("run.why_not_decided")
    outcome, when = known["outcome"], f.instant(known["decided_at"])
    return t(f"run.why_{outcome}", when=when)


def _reason(one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    until = one.get("until")
    return {
        "text": t.word("reason", one["code"]),
        "code": one["code"],
        "until": t("run.why_until", date=f.date(datetime.fromisoformat(until)))
        if until is not None
        else None,
        "facts": [int(position) for position in one["facts"]],
    }


def _known_name(customer_id: UUID, t: Texts) -> str:
    if not may("customer-reading.show_customer"):
        return str(customer_id)
    return _name(ask("customer-reading.show_customer", customer_id=customer_id), t)


def _name(one: Answer, t: Texts) -> str:
    name: str = one["name"] or t("person.unnamed")
    return name


def _way(campaign_id: UUID, run_id: UUID, t: Texts) -> list[tuple[str, str | None]]:
    return [
        (t("run.campaign"), path_of_campaign(campaign_id)),
        (t("run.one"), path_of_run(campaign_id, run_id)),
        (t("run.why"), None),
    ]
