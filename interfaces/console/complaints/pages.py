"""The queue of complaints, and one complaint with its steps and what it stops."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from domain.complaints.events import ComplaintStatus, Severity
from interfaces.console.asking import ask, may
from interfaces.console.complaints.happened import shown_step, waiting_text
from interfaces.console.complaints.steps import possible_steps
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_complaint, path_of_person
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.console.walks import in_queue
from interfaces.http.current import this_request

room = Room("complaints")
HERE = f"{ROOT}/complaints"
FILTERS = (
    *("status", "severity", "category", "product", "brand", "channel", "answered"),
    *("opened_since", "opened_until"),
)
OPEN = ",".join(status for status in ComplaintStatus if status is not ComplaintStatus.CLOSED)
SHOW_HISTORY = "histories.show_complaint_history"
Answer = Mapping[str, Any]


@room.page("/complaints", "complaints:read")
def queue_page() -> Response:
    """Shows the queue: the oldest unanswered complaint first. The filters are in the query, so a view can be sent."""
    t, f, given = own_texts(), formats(), this_request().args
    chosen = {name: given[name] for name in FILTERS if given.get(name)}
    paged = {"cursor": given["cursor"]} if given.get("cursor") else {}
    listed = _queued({**chosen, **paged})
    counts = ask("complaint-reading.count_complaints", {"status": OPEN, **chosen})
    walk = in_queue({**chosen, **paged})
    cursor = listed["next_cursor"]
    return show(
        "complaints",
        rows=[_row(one, walk, t, f) for one in listed["items"]],
        total=f.number(counts["total"]),
        unanswered=f.number(counts["unanswered"]),
        filters=_filters(chosen, counts, t, f),
        ages=[
            (t(f"queue.{name}"), f.number(count)) for name, count in counts["open_by_age"].items() if count
        ],
        next_page=f"{HERE}?{urlencode({**chosen, 'cursor': cursor})}" if cursor else None,
        filtered=bool(chosen),
    )


@room.page("/complaints/<uuid:complaint_id>", "complaints:read", shows_past=True)
def complaint_page(complaint_id: UUID) -> Response:
    """Shows one complaint: what it is about, its steps, whom it stops, and which messages it stopped."""
    t, f = own_texts(), formats()
    known = ask("complaint-reading.show_complaint", complaint_id=complaint_id)
    steps = [step for step in possible_steps(known["status"]) if may(step.endpoint)]
    return show(
        "complaint",
        title=known.get("subject") or known["category"],
        status_text=t.word("status", known["status"]),
        is_open=known["status"] != ComplaintStatus.CLOSED,
        details=list(_details(known, t, f)),
        description=known.get("description"),
        whose={
            "name": known.get("customer_name") or t("person.unnamed"),
            "path": path_of_person(known["person_id"]),
        },
        history=f"{path_of_complaint(complaint_id)}/history" if may(SHOW_HISTORY) else None,
        may_see_person=may("customer-reading.show_customer"),
        actions=[
            (t(f"step.{step.name}"), f"{path_of_complaint(complaint_id)}/{step.name}") for step in steps
        ],
        happened=[shown_step(one, t, f) for one in reversed(known["steps"])],
        stops=[_stop(one, t, f) for one in known["stops"]],
        stopped=f.number(known["stopped_messages"]["count"]),
        newest=[_stopped(one, t, f) for one in known["stopped_messages"]["newest"]],
    )


def queued_people(filters: Mapping[str, str]) -> list[UUID]:
    """Returns whose complaints one page of the queue has, in its order. `filters`: those of its address."""
    known = {name: text for name, text in filters.items() if name in (*FILTERS, "cursor")}
    return [one["person_id"] for one in _queued(known)["items"]]


def _queued(filters: Mapping[str, str]) -> Answer:
    """Returns a page of the queue: the oldest unanswered complaint first, open ones unless a filter says otherwise."""
    query = {"status": OPEN, **filters, "order": "oldest_unanswered"}
    return ask("complaint-reading.list_complaints", query)


def _row(one: Answer, walk: str, t: Texts, f: Formats) -> dict[str, Any]:
    answered = one["answered_at"]
    is_open = one["status"] != ComplaintStatus.CLOSED
    return {
        "href": path_of_complaint(one["complaint_id"]),
        "title": one.get("subject") or one["category"],
        "customer": one.get("customer_name") or t("person.unnamed"),
        "person": f"{path_of_person(one['person_id'])}?{walk}",
        "severity": t.word("severity", one["severity"]),
        "state": "stop" if one["severity"] in (Severity.HIGH, Severity.CRITICAL) and is_open else "neutral",
        "category": one["category"],
        "status": t.word("status", one["status"]),
        "opened": f.moment(one["opened_at"]),
        "answered": t("queue.answered") if answered is not None else t("queue.not_answered"),
        "waits": is_open and answered is None,
    }


def _filters(chosen: Mapping[str, str], counts: Answer, t: Texts, f: Formats) -> list[dict[str, Any]]:
    """Returns the rows of links that choose what the queue shows."""
    status = [("", t("queue.open")), (str(ComplaintStatus.CLOSED), t.word("status", "closed"))]
    answered = [("", t("queue.any")), ("false", t("queue.not_answered")), ("true", t("queue.answered"))]
    severity = [("", t("queue.any")), *((str(one), t.word("severity", one)) for one in reversed(Severity))]
    of_severity = counts["by_severity"]
    return [
        _filter("status", "queue.status", status, chosen, t, {}),
        _filter("answered", "queue.answer", answered, chosen, t, {}),
        _filter(
            "severity",
            "queue.severity",
            severity,
            chosen,
            t,
            {str(one): f.number(of_severity[one]) for one in Severity},
        ),
    ]


def _filter(
    name: str,
    label: str,
    values: list[tuple[str, str]],
    chosen: Mapping[str, str],
    t: Texts,
    counts: Mapping[str, str],
) -> dict[str, Any]:
    def path(value: str) -> str:
        query = {**chosen, name: value}
        return f"{HERE}?{urlencode({key: text for key, text in query.items() if text})}".rstrip("?")

    return {
        "label": t(label),
        "items": [
            {
                "text": text,
                "href": path(value),
                "current": value == chosen.get(name, ""),
                "count": counts.get(value),
            }
            for value, text in values
        ],
    }


def _details(known: Answer, t: Texts, f: Formats) -> list[tuple[str | None, str]]:
    answered = known["answered_at"]
    waiting = waiting_text(known["opened_at"], t, f)
    is_open = known["status"] != ComplaintStatus.CLOSED
    shown: list[tuple[str | None, str | None]] = [
        ("triangle-alert", t.word("severity", known["severity"])),
        ("inbox", " · ".join(filter(None, (known["category"], known.get("product"), known.get("brand"))))),
        ("calendar", t("complaint.opened_on", date=f.date(known["opened_at"]))),
        (None, t.word("channel", known["channel"])),
        (
            "clock",
            t("complaint.answered_on", date=f.date(answered)) if answered else (waiting if is_open else None),
        ),
    ]
    return [(icon, text) for icon, text in shown if text]


def _stop(one: Answer, t: Texts, f: Formats) -> str:
    until = one["until"]
    what = t.word("message_class", one["message_class"])
    return t("complaint.stops_until", what=what, date=f.date(until)) if until is not None else what


def _stopped(one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    return {
        "when": f.moment(one["decided_at"]),
        "reason": t.word("reason", one["reason"]),
        "position": int(one["position"]),
    }
