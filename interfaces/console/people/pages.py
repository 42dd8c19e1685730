"""A person's page, and the forms that an agent fills in for them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response

from domain.complaints.events import Severity
from domain.touchpoints.events import Direction, TouchpointChannel, TouchpointKind
from interfaces.console.asking import ask, may
from interfaces.console.commands import CommandForm, Field, carry_out, show_form, words
from interfaces.console.complaints.pages import OPEN
from interfaces.console.formats import Formats
from interfaces.console.forms import fields
from interfaces.console.history.decision_pages import EXPLAIN
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.orders.pages import shown_order
from interfaces.console.past import past
from interfaces.console.paths import path_of_person
from interfaces.console.people.person import Person
from interfaces.console.people.timeline import days
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request
from projections.timeline.reading import About

room = Room("people")
A_PERSON = "/people/<uuid:customer_id>"
MOST_COMPLAINTS = 20
MOST_ORDERS = 5
RECORD_TOUCHPOINT, OPEN_COMPLAINT = "touchpoints.record_touchpoint", "complaints.open_complaint"


@room.page(A_PERSON, "customers:read", shows_past=True)
def person_page(customer_id: UUID) -> Response:
    """Shows what is known of a person. `about` and `cursor` in the query choose the entries of the timeline."""
    given = this_request().args
    about = given.get("about", "")
    query = {name: given[name] for name in ("about", "cursor") if given.get(name)}
    known = ask("customer-reading.show_customer", customer_id=customer_id)
    timeline = ask("customer-reading.show_timeline", query, customer_id=customer_id)
    t, f = own_texts(), formats()
    return show(
        "person",
        who=Person(known=known, complaints=_complaints(customer_id), t=t, f=f),
        days=days(timeline["items"], t, f, sees_decisions=may("runs.list_decisions")),
        filters=_filters(customer_id, about, t),
        earlier=_earlier(customer_id, about, timeline["next_cursor"]),
        actions=_next_actions(customer_id, t),
        orders=_orders(customer_id, t, f),
        may_log=may(RECORD_TOUCHPOINT),
        may_complain=may(OPEN_COMPLAINT),
        may_explain=may(EXPLAIN),
        may_see_history=may("customer-reading.show_history"),
    )


@room.page(f"{A_PERSON}/contacts/new", "touchpoints:write")
def new_contact_page(customer_id: UUID) -> Response:
    """Shows the form for a call, a conversation or a note."""
    return show_form(_contact_form(customer_id), **_around(customer_id, "contact.title"))


@room.form(f"{A_PERSON}/contacts/new", "touchpoints:write", stands_for=RECORD_TOUCHPOINT)
def log_contact(customer_id: UUID) -> Response:
    """Records a touchpoint. The form's token is its message id, so that a form sent twice is one touchpoint."""
    request, note = this_request(), fields().get("note", "").strip()
    return carry_out(
        RECORD_TOUCHPOINT,
        _contact_form(customer_id),
        lambda answer: done(path_of_person(customer_id), "contact_logged", answer),
        around=lambda: _around(customer_id, "contact.title"),
        body={
            "customer_id": str(customer_id),
            "source": "console",
            "message_id": str(request.form_nonce),
            "occurred_at": request.received_at.isoformat(),
            "note": None,
            "properties": {"note": note} if note else None,
        },
    )


@room.page(f"{A_PERSON}/complaints/new", "complaints:write")
def new_complaint_page(customer_id: UUID) -> Response:
    """Shows the form for a new complaint."""
    return show_form(_complaint_form(customer_id), **_around(customer_id, "complaint_new.title"))


@room.form(f"{A_PERSON}/complaints/new", "complaints:write", stands_for=OPEN_COMPLAINT)
def open_complaint(customer_id: UUID) -> Response:
    """Opens a complaint of this person."""
    return carry_out(
        OPEN_COMPLAINT,
        _complaint_form(customer_id),
        lambda answer: done(path_of_person(customer_id), "complaint_opened", answer),
        around=lambda: _around(customer_id, "complaint_new.title"),
        body={"customer_id": str(customer_id)},
    )


def _complaints(customer_id: UUID) -> Sequence[Mapping[str, Any]]:
    """Returns the newest open complaints, or none for somebody who may not read complaints."""
    if not may("complaint-reading.list_complaints"):
        return ()
    query = {"customer_id": str(customer_id), "status": OPEN, "limit": str(MOST_COMPLAINTS)}
    items: Sequence[Mapping[str, Any]] = ask("complaint-reading.list_complaints", query)["items"]
    return items


def _next_actions(customer_id: UUID, t: Texts) -> list[dict[str, str]]:
    """Returns what to do next, the most urgent first: in words, with the urgency and why."""
    proposed = ask("next-actions.show_next_actions", customer_id=customer_id)["actions"]
    return [
        {
            "text": t.word("action", one["code"]),
            "urgency": t.word("urgency", one["urgency"]),
            "state": {"now": "stop", "soon": "warn"}.get(one["urgency"], "neutral"),
        }
        for one in proposed
    ]


def _orders(customer_id: UUID, t: Texts, f: Formats) -> list[dict[str, Any]]:
    """Returns the newest orders, or none for somebody who may not read orders."""
    if not may("orders.list_orders"):
        return []
    query = {"customer_id": str(customer_id), "limit": str(MOST_ORDERS)}
    return [shown_order(one, t, f) for one in ask("orders.list_orders", query)["items"]]


def _filters(customer_id: UUID, chosen: str, t: Texts) -> list[dict[str, Any]]:
    names = ["", *(about for about in About if about != About.DECISION or not past())]
    return [
        {
            "text": t(f"timeline.{name or 'all'}"),
            "href": path_of_person(customer_id) + (f"?about={name}" if name else ""),
            "current": name == chosen,
            "count": None,
        }
        for name in names
    ]


def _earlier(customer_id: UUID, about: str, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    return f"{path_of_person(customer_id)}?" + (f"about={about}&" if about else "") + f"cursor={cursor}"


def _around(customer_id: UUID, title: str) -> dict[str, Any]:
    """Returns the way to a form of this person, with the person's name."""
    t = own_texts()
    known = ask("customer-reading.show_customer", customer_id=customer_id)
    name = known["name"] or t("person.unnamed")
    return {"way_here": [(name, path_of_person(customer_id)), (t(title), None)], "about": None}


def _contact_form(customer_id: UUID) -> CommandForm:
    t = own_texts()
    kinds = (TouchpointKind.CALL, TouchpointKind.MESSAGE, TouchpointKind.MEETING, TouchpointKind.VISIT)
    channels = (TouchpointChannel.PHONE, *(one for one in TouchpointChannel if one != "phone"))
    return CommandForm(
        title="contact.title",
        button="contact.button",
        action=f"{path_of_person(customer_id)}/contacts/new",
        cancel=path_of_person(customer_id),
        fields=(
            Field(name="kind", label="contact.kind", kind="select", options=words(t, "touchpoint", kinds)),
            Field(
                name="channel", label="contact.channel", kind="select", options=words(t, "channel", channels)
            ),
            Field(
                name="direction",
                label="contact.direction",
                kind="select",
                options=words(t, "direction", list(Direction)),
            ),
            Field(
                name="note",
                label="contact.note",
                hint="contact.note_hint",
                kind="area",
                stated_as="properties",
                optional=True,
            ),
        ),
    )


def _complaint_form(customer_id: UUID) -> CommandForm:
    t = own_texts()
    severities = (Severity.NORMAL, *(one for one in Severity if one is not Severity.NORMAL))
    channels = (TouchpointChannel.PHONE, *(one for one in TouchpointChannel if one != "phone"))
    return CommandForm(
        title="complaint_new.title",
        button="complaint_new.button",
        action=f"{path_of_person(customer_id)}/complaints/new",
        cancel=path_of_person(customer_id),
        fields=(
            Field(
                name="subject", label="complaint.subject", hint="complaint_new.subject_hint", optional=True
            ),
            Field(name="description", label="complaint.description", kind="area", optional=True),
            Field(name="category", label="complaint.category", hint="complaint_new.category_hint"),
            Field(
                name="severity",
                label="complaint.severity",
                kind="select",
                options=words(t, "severity", severities),
            ),
            Field(
                name="channel",
                label="complaint.channel",
                kind="select",
                options=words(t, "channel", channels),
            ),
            Field(name="product", label="complaint.product", optional=True),
        ),
    )
