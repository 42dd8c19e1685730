"""What an agent records while a person calls: the contact itself, and a complaint."""

from uuid import UUID

from flask import Response

from domain.complaints.events import Severity
from domain.touchpoints.events import Direction, TouchpointChannel, TouchpointKind
from interfaces.console.commands import CommandForm, Field, carry_out, show_form, words
from interfaces.console.notices import done
from interfaces.console.paths import path_of_person
from interfaces.console.people.around import A_PERSON, around, around_later, known_of
from interfaces.console.rooms import Room
from interfaces.console.showing import own_texts
from interfaces.http.current import this_request

room = Room("people_contacts")
RECORD_TOUCHPOINT, OPEN_COMPLAINT = "touchpoints.record_touchpoint", "complaints.open_complaint"


@room.page(f"{A_PERSON}/contacts/new", "touchpoints:write")
def new_contact_page(customer_id: UUID) -> Response:
    """Shows the form for a call, a conversation or a note."""
    return show_form(_contact_form(customer_id), **around(known_of(customer_id), "contact.title"))


@room.form(f"{A_PERSON}/contacts/new", "touchpoints:write", stands_for=RECORD_TOUCHPOINT)
def log_contact(customer_id: UUID) -> Response:
    """Records a touchpoint. The form's token is its message id, so that a form sent twice is one touchpoint."""
    request = this_request()
    return carry_out(
        RECORD_TOUCHPOINT,
        _contact_form(customer_id),
        lambda answer: done(path_of_person(customer_id), "contact_logged", answer),
        around=around_later(customer_id, "contact.title"),
        body={
            "customer_id": str(customer_id),
            "source": "console",
            "message_id": str(request.form_nonce),
            "occurred_at": request.received_at.isoformat(),
        },
    )


@room.page(f"{A_PERSON}/complaints/new", "complaints:write")
def new_complaint_page(customer_id: UUID) -> Response:
    """Shows the form for a new complaint."""
    return show_form(_complaint_form(customer_id), **around(known_of(customer_id), "complaint_new.title"))


@room.form(f"{A_PERSON}/complaints/new", "complaints:write", stands_for=OPEN_COMPLAINT)
def open_complaint(customer_id: UUID) -> Response:
    """Opens a complaint of this person."""
    return carry_out(
        OPEN_COMPLAINT,
        _complaint_form(customer_id),
        lambda answer: done(path_of_person(customer_id), "complaint_opened", answer),
        around=around_later(customer_id, "complaint_new.title"),
        body={"customer_id": str(customer_id)},
    )


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
                stated_as="properties.note",
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
