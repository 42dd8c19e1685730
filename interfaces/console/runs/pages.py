"""A run: its balance, which is live, and what the next hop said."""

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

from flask import Response

from application.mail import Transport
from domain.messages.events import MessageOutcome
from interfaces.console.asking import ask, may
from interfaces.console.finding.candidates import FIND
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.live import show_live
from interfaces.console.paths import path_of_campaign, path_of_decision
from interfaces.console.polls import is_poll
from interfaces.console.rooms import Room
from interfaces.console.runs.run import Run
from interfaces.console.runs.steps import possible_steps
from interfaces.console.showing import formats, own_texts
from interfaces.http.current import this_request

room = Room("runs")
A_RUN = "/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>"
SHOW_RUN, LIST_MESSAGES = "runs.show_run", "runs.list_messages"
REPLAY = "replays.replay_run"
NOT_TAKEN = (MessageOutcome.FAILED, MessageOutcome.DEFERRED)
MOST_REPLIES = 3
"""How many replies are shown of each of these outcomes."""
Answer = Mapping[str, Any]


@room.page(A_RUN, "campaigns:read")
def run_page(campaign_id: UUID, run_id: UUID) -> Response:
    """Shows the run. Its balance asks for itself again until the run has ended."""
    t, f = own_texts(), formats()
    known = ask(SHOW_RUN, campaign_id=campaign_id, run_id=run_id)
    run = Run(known=known, t=t, f=f)
    around = {} if is_poll(this_request()) else _around(run, t, f)
    return show_live(
        "run",
        position=int(known["position"]),
        moving=run.is_open,
        run=run,
        actions=[
            (t(f"run.{step.name}"), f"{run.path}/{step.name}", step.kind, step.icon)
            for step in possible_steps(known["state"])
            if may(step.endpoint)
        ],
        unknown=known["outcomes"][MessageOutcome.UNKNOWN],
        **around,
    )


def _around(run: Run, t: Texts, f: Formats) -> dict[str, Any]:
    """Returns what is around the live part."""
    campaign = ask("campaigns.show_campaign", campaign_id=run.known["campaign_id"])
    return {
        "campaign": campaign["name"],
        "way_here": [
            (campaign["name"], path_of_campaign(campaign["campaign_id"])),
            (t("run.title", when=f.instant(run.known["planned_for"])), None),
        ],
        "details": list(_details(run, campaign, t, f)),
        "may_ask": may(FIND),
        "may_replay": may(REPLAY) and run.known["audience"] is not None,
        "replies": list(_replies(run, t)),
    }


def _details(run: Run, campaign: Answer, t: Texts, f: Formats) -> Iterator[tuple[str | None, str]]:
    kind = t.word("message_class", campaign["message_class"]), t.word("purpose", campaign["purpose"])
    yield "mail", " · ".join(kind)
    yield "calendar", t("run.planned", when=f.instant(run.known["planned_for"]))
    if campaign.get("approved_by"):
        yield "circle-check", t("run.approved", who=campaign["approved_by"].partition(":")[2])
    transport = run.known["transport"]
    yield "triangle-alert" if transport == Transport.DROP else "send", t.word("transport", transport)


def _replies(run: Run, t: Texts) -> Iterator[dict[str, Any]]:
    """Yields some replies of the next hop to messages that it did not take."""
    of_run = {name: run.known[name] for name in ("campaign_id", "run_id")}
    for outcome in NOT_TAKEN:
        if not run.known["outcomes"][outcome]:
            continue
        query = {"outcome": str(outcome), "limit": str(MOST_REPLIES)}
        for message in ask(LIST_MESSAGES, query, **of_run)["items"]:
            yield {
                "outcome": t.word("run_outcome", outcome),
                "href": path_of_decision(**of_run, customer_id=message["customer_id"]),
                "text": _said(message, t),
            }


def _said(message: Answer, t: Texts) -> str:
    reply = message["smtp_reply"]
    if reply is not None:
        return " ".join(str(part) for part in (reply["code"], reply["text"]) if part is not None)
    reasons = [t.word("reason", one["code"]) for one in message["reasons"]]
    return ", ".join(reasons) or t("run.no_reply")
