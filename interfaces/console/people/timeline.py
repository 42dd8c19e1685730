"""The entries of a timeline as a page shows them: by day, each with an icon, a title and a text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_decision
from projections.timeline.reading import About, EntryKind

Entry = Mapping[str, Any]

_ICONS = {
    About.TOUCHPOINT: "message-square-text",
    About.ORDER: "package",
    About.COMPLAINT: "message-square-warning",
    About.CONSENT: "circle-check",
    About.MESSAGE: "send",
    About.DECISION: "ban",
    About.SUPPRESSION: "ban",
}
_ICONS_OF_KINDS = {
    "call": "phone",
    "visit": "mouse-pointer-click",
    "email_opened": "mail-open",
    "email_clicked": "mail-open",
    EntryKind.MESSAGE_WITHHELD: "ban",
    EntryKind.MESSAGE_FAILED: "triangle-alert",
    EntryKind.WITHDRAWAL: "ban",
}
_STATES = {
    EntryKind.COMPLAINT: "stop",
    EntryKind.COMPLAINT_ESCALATED: "stop",
    EntryKind.COMPLAINT_REOPENED: "stop",
    EntryKind.MESSAGE_WITHHELD: "warn",
    EntryKind.MESSAGE_FAILED: "warn",
    EntryKind.NOT_WRITTEN: "warn",
    EntryKind.WITHDRAWAL: "warn",
    EntryKind.SUPPRESSION: "warn",
}


@dataclass(frozen=True, kw_only=True)
class ShownEntry:
    """One entry. `at` in ISO 8601, `time` as it is read, `instant` in full. `state`: that of a badge, or None. `why`:
    the path of the decision that it rests on, or None."""

    at: str
    time: str
    instant: str
    icon: str
    state: str | None
    title: str
    text: str
    position: int
    source: str
    why: str | None


@dataclass(frozen=True, kw_only=True)
class Day:
    """The entries of one day, the newest first."""

    title: str
    entries: Sequence[ShownEntry]


def days(entries: Iterable[Entry], t: Texts, f: Formats, *, sees_decisions: bool) -> list[Day]:
    """Returns the entries by the day on which they occurred for the reader, in their order.

    `sees_decisions`: whether the reader may see the decisions of runs.
    """
    by_day = groupby(entries, key=lambda entry: f.day(entry["occurred_at"]))
    return [
        Day(title=title, entries=[_shown(entry, t, f, sees_decisions) for entry in of_day])
        for title, of_day in by_day
    ]


def _shown(entry: Entry, t: Texts, f: Formats, sees_decisions: bool) -> ShownEntry:
    at: datetime = entry["occurred_at"]
    kind, about = entry["kind"], About(entry["about"])
    return ShownEntry(
        at=at.isoformat(),
        time=f.time(at),
        instant=f.instant(at),
        icon=_ICONS_OF_KINDS.get(kind, _ICONS[about]),
        state=_STATES.get(kind),
        title=_title(entry, t),
        text=" · ".join(filter(None, _parts(entry, t, f))),
        position=int(entry["position"]),
        source=t.word("channel", entry["channel"]) if entry["channel"] else "",
        why=_decision(entry) if sees_decisions else None,
    )


def _decision(entry: Entry) -> str | None:
    """Returns the path of the decision of a run that an entry rests on."""
    details = entry["details"]
    if entry["about"] not in (About.MESSAGE, About.DECISION) or not details.get("run_id"):
        return None
    return path_of_decision(details["campaign_id"], details["run_id"], entry["customer_id"])


def _title(entry: Entry, t: Texts) -> str:
    details, about, kind = entry["details"], entry["about"], entry["kind"]
    if about == About.TOUCHPOINT:
        direction = t.word("direction", details.get("direction", ""))
        return f"{details.get('name') or t.word('touchpoint', kind)}, {direction}"
    subject = details.get("subject") or details.get("number")
    title = t.word("entry", kind)
    return f"{title}: {subject}" if subject else title


def _parts(entry: Entry, t: Texts, f: Formats) -> Iterator[str | None]:
    """Yields what is worth reading of an entry's details, in the order in which people look for it."""
    details = entry["details"]
    said = {**(details.get("properties") or {}), **(details.get("personal_properties") or {}), **details}
    yield said.get("note") or said.get("description") or said.get("text")
    yield details.get("summary") or details.get("reason")
    if details.get("amount") and details.get("currency"):
        yield f.money(details["amount"], details["currency"])
    for name in ("severity", "outcome"):
        if details.get(name):
            yield t.word(name, details[name])
    if details.get("purpose"):
        yield t.word("purpose", details["purpose"])
    for name in ("category", "product", "topic", "root_cause"):
        yield details.get(name)
    for reason in details.get("reasons") or ():
        yield t.word("reason", reason["code"] if isinstance(reason, Mapping) else reason)
    if details.get("reason_code"):
        yield t.word("reason", details["reason_code"])
    if entry.get("outcome"):
        yield t.word("message_outcome", entry["outcome"])
    if entry["late"]:
        yield t("timeline.late")
