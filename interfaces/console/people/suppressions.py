"""Suppressions of one person: imposed and lifted by an agent."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response

from domain.customers.details import Channel
from domain.deciding.codes import ReasonCode
from domain.deciding.policy import IMPOSABLE
from interfaces.console.actors import name_of
from interfaces.console.asking import ask, may
from interfaces.console.commands import CommandForm, Field, carry_out, show_form, words
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.paths import path_of_person
from interfaces.console.people.around import A_PERSON, around, around_later, declared, known_of, with_all
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts

room = Room("people_suppressions")
IMPOSE, LIFT, LIST = (
    "suppressions.impose_suppression",
    "suppressions.lift_suppression",
    "suppressions.list_suppressions",
)
A_LIFTING = f"{A_PERSON}/suppressions/<uuid:suppression_id>/lift"
OF_PEOPLE = [
    reason for reason in IMPOSABLE if reason not in (ReasonCode.DOMAIN_BLOCKED, ReasonCode.HARD_BOUNCE)
]
"""The reasons that concern a person, and not an address or a domain."""
MOST, MOST_OVER = "200", 5


@room.page(f"{A_PERSON}/suppressions/new", "suppressions:write")
def new_suppression_page(customer_id: UUID) -> Response:
    """Shows the form for a suppression."""
    return show_form(_imposing_form(customer_id), **around(known_of(customer_id), "suppression_new.title"))


@room.form(f"{A_PERSON}/suppressions/new", "suppressions:write", stands_for=IMPOSE)
def impose_suppression(customer_id: UUID) -> Response:
    """Stops messages to this person."""
    return carry_out(
        IMPOSE,
        _imposing_form(customer_id),
        lambda answer: done(path_of_person(customer_id), "suppression_imposed", answer),
        around=around_later(customer_id, "suppression_new.title"),
        body={"scope.customer_id": str(customer_id)},
    )


@room.page(A_LIFTING, "suppressions:write")
def new_lifting_page(customer_id: UUID, suppression_id: UUID) -> Response:
    """Shows the form that lifts a suppression, with what it is about."""
    t, f = own_texts(), formats()
    imposed = shown_suppression(ask("suppressions.show_suppression", suppression_id=suppression_id), t, f)
    known = known_of(customer_id)
    about = ". ".join(filter(None, (imposed["what"], imposed["text"])))
    return show_form(
        _lifting_form(customer_id, suppression_id), **around(known, "suppression_lift.title", about)
    )


@room.form(A_LIFTING, "suppressions:write", stands_for=LIFT)
def lift_suppression(customer_id: UUID, suppression_id: UUID) -> Response:
    """Lifts a suppression, with the reason."""
    return carry_out(
        LIFT,
        _lifting_form(customer_id, suppression_id),
        lambda answer: done(path_of_person(customer_id), "suppression_lifted", answer),
        around=around_later(customer_id, "suppression_lift.title"),
        suppression_id=suppression_id,
    )


def suppressions_of(customer_id: UUID) -> Sequence[Mapping[str, Any]] | None:
    """Returns the newest suppressions of a person, or None for somebody who may not read suppressions."""
    if not may(LIST):
        return None
    items: Sequence[Mapping[str, Any]] = ask(LIST, {"customer_id": str(customer_id), "limit": MOST})["items"]
    return items


def shown_suppressions(
    imposed: Sequence[Mapping[str, Any]] | None, t: Texts, f: Formats
) -> list[dict[str, Any]] | None:
    """Returns suppressions as the person's page shows them: those in force first, and the last ones that are over."""
    if imposed is None:
        return None
    in_force = [one for one in imposed if one["in_force"]]
    over = [one for one in imposed if not one["in_force"]]
    return [shown_suppression(one, t, f) for one in (*in_force, *over[:MOST_OVER])]


def shown_suppression(one: Mapping[str, Any], t: Texts, f: Formats) -> dict[str, Any]:
    """Returns a suppression as the person's page shows it: what it stops and why, since when, until when, by whom."""
    scope = one["scope"]
    narrowed = (
        scope["address"] or scope["domain"],
        t.word("channel", scope["channel"]) if scope["channel"] else None,
        t.word("purpose", scope["purpose"]) if scope["purpose"] else None,
        scope["brand"],
    )
    return {
        "id": one["suppression_id"],
        "in_force": one["in_force"],
        "what": " · ".join(filter(None, (t.word("reason", one["reason"]), *narrowed))),
        "text": " · ".join(_said(one, t, f)),
        "position": int(one["position"]),
    }


def _said(one: Mapping[str, Any], t: Texts, f: Formats) -> Sequence[str]:
    by = {"by": name_of(one["imposed_by"]), "date": f.date(one["imposed_at"])}
    ends, lifted = one["expires_at"], one["lifted_at"]
    said = (
        t("suppression.since", **by),
        t("consent.until", date=f.last_day(ends)) if ends is not None and lifted is None else None,
        one["note"],
        t("suppression.lifted", by=name_of(one["lifted_by"] or ""), date=f.date(lifted)) if lifted else None,
        one["lift_reason"],
    )
    return [text for text in said if text]


def _imposing_form(customer_id: UUID) -> CommandForm:
    t, here = own_texts(), path_of_person(customer_id)
    purposes = words(t, "purpose", declared("catalogue.list_purposes"))
    return CommandForm(
        title="suppression_new.title",
        button="suppression_new.button",
        action=f"{here}/suppressions/new",
        cancel=here,
        fields=(
            Field(
                name="reason",
                label="suppression_new.reason",
                kind="select",
                options=words(t, "reason", OF_PEOPLE),
            ),
            Field(
                name="channel",
                label="contact.channel",
                kind="select",
                options=with_all(t("suppression_new.all_channels"), words(t, "channel", list(Channel))),
                stated_as="scope.channel",
                optional=True,
            ),
            Field(
                name="purpose",
                label="consent_new.purpose",
                kind="select",
                options=with_all(t("withdrawal.all_purposes"), purposes),
                stated_as="scope.purpose",
                optional=True,
            ),
            Field(
                name="until",
                label="suppression_new.until",
                hint="suppression_new.until_hint",
                kind="until",
                optional=True,
            ),
            Field(
                name="note",
                label="contact.note",
                hint="contact.note_hint",
                kind="area",
                optional=True,
            ),
        ),
        danger=True,
    )


def _lifting_form(customer_id: UUID, suppression_id: UUID) -> CommandForm:
    here = path_of_person(customer_id)
    return CommandForm(
        title="suppression_lift.title",
        button="suppression_lift.button",
        action=f"{here}/suppressions/{suppression_id}/lift",
        cancel=here,
        fields=(Field(name="reason", label="step.reason", hint="suppression_lift.reason_hint", kind="area"),),
    )
