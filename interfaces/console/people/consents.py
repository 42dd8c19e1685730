"""What a person allows and forbids, as an agent records it: a consent, a withdrawal, and that they want no messages."""

from typing import Any
from uuid import UUID

from flask import Response

from domain.campaigns.events import MessageClass
from domain.customers.details import Channel
from domain.deciding.codes import Verdict
from interfaces.console.commands import CommandForm, Field, Options, carry_out, show_form, words
from interfaces.console.forms import fields
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.paths import path_of_person
from interfaces.console.people.around import A_PERSON, Known, around, declared, known_of, points_of, with_all
from interfaces.console.rooms import Room
from interfaces.console.showing import own_texts

room = Room("people_consents")
GRANT, WITHDRAW = "consents.grant_consent", "consents.withdraw_consent"
PLACE = "place"
"""The field that holds a channel, or the id of a contact point."""


@room.page(f"{A_PERSON}/consents/new", "consents:write")
def new_consent_page(customer_id: UUID) -> Response:
    """Shows the form for a consent."""
    known = known_of(customer_id)
    return show_form(_consent_form(known), **around(known, "consent_new.title"))


@room.form(f"{A_PERSON}/consents/new", "consents:write", stands_for=GRANT)
def give_consent(customer_id: UUID) -> Response:
    """Records a consent of this person."""
    known = known_of(customer_id)
    return carry_out(
        GRANT,
        _consent_form(known),
        lambda answer: done(path_of_person(customer_id), "consent_given", answer),
        around=lambda: around(known, "consent_new.title"),
        body=_place_given(),
        customer_id=customer_id,
    )


@room.page(f"{A_PERSON}/withdrawals/new", "consents:write")
def new_withdrawal_page(customer_id: UUID) -> Response:
    """Shows the form for a withdrawal."""
    known = known_of(customer_id)
    return show_form(_withdrawal_form(known), **around(known, "withdrawal.title"))


@room.form(f"{A_PERSON}/withdrawals/new", "consents:write", stands_for=WITHDRAW)
def withdraw_consent(customer_id: UUID) -> Response:
    """Records a withdrawal of this person."""
    known = known_of(customer_id)
    return carry_out(
        WITHDRAW,
        _withdrawal_form(known),
        lambda answer: done(path_of_person(customer_id), "consent_withdrawn", answer),
        around=lambda: around(known, "withdrawal.title"),
        body=_place_given(),
        customer_id=customer_id,
    )


@room.page(f"{A_PERSON}/leave-alone", "consents:write")
def leave_alone_page(customer_id: UUID) -> Response:
    """Says what a withdrawal of everything does, before its button."""
    known = known_of(customer_id)
    return show_form(_leave_alone_form(known), **_around_leaving_alone(known))


@room.form(f"{A_PERSON}/leave-alone", "consents:write", stands_for=WITHDRAW)
def leave_alone(customer_id: UUID) -> Response:
    """Withdraws everything: for all channels, addresses, purposes and topics."""
    known = known_of(customer_id)
    return carry_out(
        WITHDRAW,
        _leave_alone_form(known),
        lambda answer: done(path_of_person(customer_id), "left_alone", answer),
        around=lambda: _around_leaving_alone(known),
        customer_id=customer_id,
    )


def _place_given() -> dict[str, Any]:
    """Returns the contact point that was chosen, instead of a channel."""
    place = fields().get(PLACE, "")
    return {} if place in ("", *Channel) else {"channel": None, "contact_point_id": place}


def _consent_form(known: Known) -> CommandForm:
    t, here = own_texts(), path_of_person(known["customer_id"])
    return CommandForm(
        title="consent_new.title",
        button="consent_new.button",
        action=f"{here}/consents/new",
        cancel=here,
        fields=(
            Field(
                name=PLACE,
                label="consent_new.place",
                kind="select",
                options=_places(known, t),
                stated_as="channel",
            ),
            _purpose(t, optional=False),
            *_topic(t),
            Field(
                name="evidence_source",
                label="consent_new.source",
                hint="consent_new.source_hint",
                stated_as="evidence.source",
            ),
            Field(
                name="evidence_text",
                label="consent_new.text",
                hint="consent_new.text_hint",
                kind="area",
                stated_as="evidence.text",
                optional=True,
            ),
            Field(
                name="expires_at",
                label="consent_new.until",
                hint="consent_new.until_hint",
                kind="until",
                optional=True,
            ),
        ),
    )


def _withdrawal_form(known: Known) -> CommandForm:
    t, here = own_texts(), path_of_person(known["customer_id"])
    places = with_all(t("withdrawal.all_places"), _places(known, t))
    return CommandForm(
        title="withdrawal.title",
        button="withdrawal.button",
        action=f"{here}/withdrawals/new",
        cancel=here,
        fields=(
            Field(
                name=PLACE,
                label="withdrawal.place",
                kind="select",
                options=places,
                stated_as="channel",
                optional=True,
            ),
            _purpose(t, optional=True),
            *_topic(t),
            _reason(),
        ),
    )


def _leave_alone_form(known: Known) -> CommandForm:
    here = path_of_person(known["customer_id"])
    return CommandForm(
        title="leave_alone.title",
        button="leave_alone.button",
        action=f"{here}/leave-alone",
        cancel=here,
        fields=(_reason(),),
        danger=True,
    )


def _around_leaving_alone(known: Known) -> dict[str, Any]:
    t = own_texts()
    allowed = [
        t(
            "person.message",
            purpose=t.word("purpose", one["purpose"]),
            channel=t.word("channel", one["channel"]),
        )
        for one in known["eligibility"]
        if one["verdict"] == Verdict.ELIGIBLE and one["message_class"] == MessageClass.PROMOTIONAL
    ]
    return {**around(known, "leave_alone.title"), "template": "leave_alone", "stops": allowed}


def _places(known: Known, t: Texts) -> Options:
    return (*words(t, "channel", list(Channel)), *points_of(known, t))


def _purpose(t: Texts, *, optional: bool) -> Field:
    purposes: Options = words(t, "purpose", declared("catalogue.list_purposes"))
    return Field(
        name="purpose",
        label="consent_new.purpose",
        hint=None if purposes else "person.no_purposes",
        kind="select",
        options=with_all(t("withdrawal.all_purposes"), purposes) if optional else purposes,
        optional=optional,
    )


def _topic(t: Texts) -> tuple[Field, ...]:
    """Returns the field for a topic, or none where no topic is declared."""
    topics = [(name, name) for name in declared("catalogue.list_topics")]
    if not topics:
        return ()
    options = with_all(t("withdrawal.all_topics"), topics)
    return (Field(name="topic", label="consent_new.topic", kind="select", options=options, optional=True),)


def _reason() -> Field:
    return Field(
        name="reason", label="withdrawal.reason", hint="withdrawal.reason_hint", kind="area", optional=True
    )
