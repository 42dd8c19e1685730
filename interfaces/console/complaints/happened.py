"""The steps of a complaint as pages show them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from interfaces.console.actors import name_of
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts


def shown_step(one: Mapping[str, Any], t: Texts, f: Formats) -> dict[str, Any]:
    details = one["details"]
    texts = (
        details.get("to"),
        details.get("text") or details.get("reason") or details.get("summary"),
        f.money(details["compensation"], details["currency"]) if details.get("compensation") else None,
        details.get("root_cause"),
        t.word("outcome", details["outcome"]) if details.get("outcome") else None,
    )
    return {
        "when": f.moment(one["occurred_at"]),
        "title": t.word("happened", one["step"]),
        "text": " · ".join(text for text in texts if text),
        "actor": name_of(one["actor"]),
        "position": int(one["position"]),
    }


def waiting_text(opened_at: datetime, t: Texts, f: Formats) -> str:
    """Returns for how many whole days a complaint has waited for an answer, as a text."""
    days = max(0, (f.now - opened_at).days)
    return t("complaint.not_answered", n=days) if days else t("complaint.not_answered_yet")
