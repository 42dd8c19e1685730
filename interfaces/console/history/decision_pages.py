"""The page of a run's decision about one person: every rule in order, and the same decision made again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from application import codec
from domain.messages.events import MessageOutcome
from interfaces.console.asking import ask, ask_by_body, may
from interfaces.console.formats import Formats
from interfaces.console.history.rulings import (
    STATES,
    ShownDecision,
    instant,
    named_facts,
    reasons_of,
    shown_rules,
    strip_of,
)
from interfaces.console.languages import Texts
from interfaces.console.paths import (
    path_of_campaign,
    path_of_message,
    path_of_person,
    path_of_run,
    path_of_why,
)
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts, show

room = Room("decisions")
A_RUN = "/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>"
REPLAY, EXPLAIN, SHOW_MESSAGE = (
    "replays.replay_decision",
    "eligibility.ask_eligibility",
    "shown-messages.show_message",
)
HANDED_OVER = (MessageOutcome.SENT, MessageOutcome.DEFERRED, MessageOutcome.UNKNOWN)
"""The outcomes of messages that were handed over for certain."""
Answer = Mapping[str, Any]


@room.page(f"{A_RUN}/decisions/<uuid:customer_id>", "campaigns:read")
def decision_page(campaign_id: UUID, run_id: UUID, customer_id: UUID) -> Response:
    """Shows the decisions about a member of a run, the newest first, each made again from the log."""
    t, f = own_texts(), formats()
    of_run = {"campaign_id": campaign_id, "run_id": run_id}
    again = ask_by_body(REPLAY, {}, **of_run, customer_id=customer_id)
    (known,) = ask("runs.list_decisions", {"customer_id": again["customer_id"], "limit": "1"}, **of_run)[
        "items"
    ]
    campaign = ask("campaigns.show_campaign", campaign_id=campaign_id)
    made = again["decisions"][::-1]
    facts = named_facts([rule for one in made for rule in one["rules"]])
    return show(
        "decision",
        title=t("decision.title", campaign=campaign["name"]),
        person_link=person_named(customer_id, t),
        way_here=[
            (campaign["name"], path_of_campaign(campaign_id)),
            (t("run.one"), path_of_run(campaign_id, run_id)),
        ],
        decisions=[_shown(one, facts, t, f) for one in made],
        forged=[_forged(one, t) for one in made if not one["same"]],
        outcome=t.word("message_outcome", known["outcome"]),
        actions=_actions(campaign, known, run_id, t),
        now=f.instant(f.now),
    )


def person_named(customer_id: UUID, t: Texts) -> dict[str, str | None]:
    """Returns the name of the person, and the path of their page for whoever may see it."""
    if not may("customer-reading.show_customer"):
        return {"name": str(customer_id), "path": None}
    name = ask("customer-reading.show_customer", customer_id=customer_id)["name"]
    return {"name": name or t("person.unnamed"), "path": path_of_person(customer_id)}


def _shown(one: Answer, facts: Mapping[int, Answer], t: Texts, f: Formats) -> ShownDecision:
    """Returns a decision with the rules by which it was made again. Its verdict is the recorded one."""
    decided_at, verdict = instant(one["decided_at"]), one["recorded"].get("verdict")
    reasons = [{**reason, "passed": False} for reason in one["recorded"].get("reasons", ())]
    return ShownDecision(
        title=t.word("decision_part", one["part"]),
        sentence=t(f"verdict.{verdict}", reasons=reasons_of(reasons, t))
        if verdict
        else t("decision.nothing"),
        state=STATES.get(verdict, "stop"),
        rules=shown_rules(one["rules"], t, f),
        strip=strip_of(one["rules"], facts, decided_at, None, t, f),
        basis=_basis(one, decided_at, t, f),
        read_position=int(one["read_position"]),
    )


def _basis(one: Answer, decided_at: Any, t: Texts, f: Formats) -> list[tuple[str, str]]:
    recorded = one["recorded"]
    zone = recorded.get("time_zone")
    known = [
        ("decision.made_at", f.instant(decided_at)),
        ("decision.policy", recorded.get("policy_version")),
        ("decision.rules_version", recorded.get("rules_version")),
        ("decision.zone", f"{zone} ({t.word('zone_source', recorded['zone_source'])})" if zone else None),
    ]
    return [(t(name), str(value)) for name, value in known if value is not None]


def _forged(one: Answer, t: Texts) -> dict[str, Any]:
    """Returns what of a decision is not the same again: the first difference leads."""
    rows = [
        [name, _text(one["recorded"].get(name)), _text(one["decided"].get(name))] for name in one["differing"]
    ]
    return {"title": t.word("decision_part", one["part"]), "position": int(one["position"]), "rows": rows}


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else codec.encode(value).decode()


def _actions(campaign: Answer, known: Answer, run_id: UUID, t: Texts) -> list[tuple[str, str]]:
    """Returns where one can go on: the same question at another instant, and the message as it was sent."""
    links = []
    if may(EXPLAIN):
        message = (campaign["channel"], campaign["purpose"], campaign["message_class"])
        why = path_of_why(known["customer_id"], *message)
        links.append((t("decision.another_instant"), f"{why}&campaign_id={campaign['campaign_id']}"))
    if known["outcome"] in HANDED_OVER and known["message_id"] and may(SHOW_MESSAGE):
        path = path_of_message(campaign["campaign_id"], run_id, known["message_id"])
        links.append((t("decision.message"), path))
    return links
