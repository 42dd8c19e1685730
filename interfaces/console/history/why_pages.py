"""Whether a message may be sent to a person, and why, now or at another instant."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response

from domain.campaigns.events import MessageClass
from domain.customers.details import Channel
from domain.deciding.codes import Verdict
from domain.errors import InvalidInput
from interfaces.console.asking import ask, ask_by_body
from interfaces.console.commands import refused_fields, words
from interfaces.console.formats import Formats
from interfaces.console.history.decision_pages import EXPLAIN, person_named
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
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request
from interfaces.http.refusals import InvalidFields

room = Room("why")
OF_A_MESSAGE = ("channel", "purpose", "message_class")
FURTHER = ("campaign_id", "known_to_position")
USUAL = {"channel": Channel.EMAIL, "message_class": MessageClass.PROMOTIONAL}
Answer = Mapping[str, Any]


@room.page("/people/<uuid:customer_id>/why", "eligibility:read")
def why_page(customer_id: UUID) -> Response:
    """Explains a message that might be sent: the query says which, and at which instant (`at`, in one's own zone)."""
    t, f = own_texts(), formats()
    given = {name: value for name, value in this_request().args.items() if value}
    purposes = [one["name"] for one in ask("catalogue.list_purposes", {"limit": "500"})["items"]]
    typed = {"purpose": purposes[0] if purposes else "", **USUAL, **given}
    try:
        explained = ask_by_body(EXPLAIN, _question(customer_id, typed, f)) if purposes else None
        errors: Sequence[tuple[str, str]] = ()
    except (InvalidFields, InvalidInput) as refused:
        explained, errors = None, refused_fields(refused, t)
    return show(
        "why",
        status=422 if errors else 200,
        person_link=person_named(customer_id, t),
        decision=_shown(explained, t, f) if explained else None,
        typed={name: typed.get(name, "") for name in (*OF_A_MESSAGE, *FURTHER, "at")},
        errors=errors,
        purposes=[(name, t.word("purpose", name)) for name in purposes],
        channels=words(t, "channel", list(Channel)),
        classes=words(t, "message_class", list(MessageClass)),
        now=f.instant(f.now),
    )


def _question(customer_id: UUID, typed: Mapping[str, str], f: Formats) -> dict[str, str]:
    named = {name: typed[name] for name in (*OF_A_MESSAGE, *FURTHER) if typed.get(name)}
    at = {"at": f.iso(typed["at"])} if typed.get("at") else {}
    return {"customer_id": str(customer_id), **named, **at}


def _shown(explained: Answer, t: Texts, f: Formats) -> ShownDecision:
    rules, at, verdict = explained["rules"], instant(explained["at"]), Verdict(explained["verdict"])
    later = explained["eligible_from"]
    changes_at = instant(later) if later else None
    return ShownDecision(
        title=t("why.at", at=f.instant(at)),
        sentence=_sentence(verdict, rules, changes_at, t, f),
        state=STATES[verdict],
        rules=shown_rules(rules, t, f),
        strip=strip_of(rules, named_facts(rules), at, changes_at, t, f),
        basis=[
            (t("decision.policy"), str(explained["policy_version"])),
            (t("decision.rules_version"), str(explained["rules_version"])),
        ],
        read_position=int(explained["known_to_position"]),
    )


def _sentence(verdict: Verdict, rules: Any, changes_at: Any, t: Texts, f: Formats) -> str:
    said = t(f"verdict_now.{verdict}", reasons=reasons_of(rules, t))
    return f"{said} {t('why.from', at=f.instant(changes_at))}" if changes_at else said
