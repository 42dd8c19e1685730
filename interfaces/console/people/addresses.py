"""How to reach a person, as an agent adds and removes it: addresses, and the numbers of other systems."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Response

from domain.customers.details import Channel
from domain.customers.errors import ContactPointNotFound
from interfaces.console.commands import CommandForm, Field, carry_out, show_form, words
from interfaces.console.notices import done
from interfaces.console.paths import path_of_person
from interfaces.console.people.around import A_PERSON, Known, around, around_later, known_of, with_all
from interfaces.console.people.details import countries
from interfaces.console.people.person import one_line
from interfaces.console.rooms import Room
from interfaces.console.showing import own_texts

room = Room("people_addresses")
ADD, REMOVE, NUMBER = (
    "customers.add_contact_point",
    "customers.remove_contact_point",
    "customers.add_external_id",
)
A_POINT = f"{A_PERSON}/contact-points/<uuid:contact_point_id>/remove"


@room.page(f"{A_PERSON}/contact-points/new", "customers:write")
def new_address_page(customer_id: UUID) -> Response:
    """Shows the form for an address or number that fits one line."""
    return show_form(_address_form(customer_id), **around(known_of(customer_id), "address_new.title"))


@room.form(f"{A_PERSON}/contact-points/new", "customers:write", stands_for=ADD)
def add_address(customer_id: UUID) -> Response:
    """Adds an address or number."""
    return _add(customer_id, _address_form(customer_id), {})


@room.page(f"{A_PERSON}/contact-points/new-postal", "customers:write")
def new_postal_address_page(customer_id: UUID) -> Response:
    """Shows the form for a postal address."""
    return show_form(_postal_form(customer_id), **around(known_of(customer_id), "address_postal.title"))


@room.form(f"{A_PERSON}/contact-points/new-postal", "customers:write", stands_for=ADD)
def add_postal_address(customer_id: UUID) -> Response:
    """Adds a postal address."""
    return _add(customer_id, _postal_form(customer_id), {"channel": Channel.POST.value})


@room.page(A_POINT, "customers:write")
def removal_page(customer_id: UUID, contact_point_id: UUID) -> Response:
    """Says what removing an address does, before its button."""
    known = known_of(customer_id)
    about = _about_removal(known, contact_point_id)
    return show_form(
        _removal_form(customer_id, contact_point_id), **around(known, "address_remove.title", about)
    )


@room.form(A_POINT, "customers:write", stands_for=REMOVE)
def remove_address(customer_id: UUID, contact_point_id: UUID) -> Response:
    """Removes an address or number."""
    return carry_out(
        REMOVE,
        _removal_form(customer_id, contact_point_id),
        lambda answer: done(path_of_person(customer_id), "address_removed", answer),
        around=around_later(customer_id, "address_remove.title"),
        customer_id=customer_id,
        contact_point_id=contact_point_id,
    )


@room.page(f"{A_PERSON}/external-ids/new", "customers:write")
def new_number_page(customer_id: UUID) -> Response:
    """Shows the form for a number that another system has for this person."""
    return show_form(_number_form(customer_id), **around(known_of(customer_id), "number_new.title"))


@room.form(f"{A_PERSON}/external-ids/new", "customers:write", stands_for=NUMBER)
def add_number(customer_id: UUID) -> Response:
    """Adds a number of another system."""
    return carry_out(
        NUMBER,
        _number_form(customer_id),
        lambda answer: done(path_of_person(customer_id), "number_added", answer),
        around=around_later(customer_id, "number_new.title"),
        customer_id=customer_id,
    )


def _add(customer_id: UUID, form: CommandForm, body: Mapping[str, Any]) -> Response:
    return carry_out(
        ADD,
        form,
        lambda answer: done(path_of_person(customer_id), "address_added", answer),
        around=around_later(customer_id, form.title),
        body=body,
        customer_id=customer_id,
    )


def _address_form(customer_id: UUID) -> CommandForm:
    t, here = own_texts(), path_of_person(customer_id)
    channels = [channel for channel in Channel if channel is not Channel.POST]
    return CommandForm(
        title="address_new.title",
        button="address_new.button",
        action=f"{here}/contact-points/new",
        cancel=here,
        fields=(
            Field(
                name="channel",
                label="address_new.channel",
                kind="select",
                options=words(t, "channel", channels),
            ),
            Field(name="value", label="address_new.value", hint="address_new.value_hint"),
            _label(),
        ),
    )


def _postal_form(customer_id: UUID) -> CommandForm:
    t, here = own_texts(), path_of_person(customer_id)
    return CommandForm(
        title="address_postal.title",
        button="address_new.button",
        action=f"{here}/contact-points/new-postal",
        cancel=here,
        fields=(
            Field(
                name="lines",
                label="address_postal.lines",
                hint="address_postal.lines_hint",
                kind="lines",
                stated_as="value.lines",
            ),
            Field(
                name="postal_code",
                label="address_postal.postal_code",
                stated_as="value.postal_code",
                optional=True,
            ),
            Field(name="city", label="address_postal.city", stated_as="value.city", optional=True),
            Field(
                name="country",
                label="correct.country",
                kind="select",
                options=with_all(t("correct.not_known"), countries(t)),
                stated_as="value.country",
                optional=True,
            ),
            _label(),
        ),
    )


def _label() -> Field:
    return Field(name="label", label="address_new.label", hint="address_new.label_hint", optional=True)


def _removal_form(customer_id: UUID, contact_point_id: UUID) -> CommandForm:
    here = path_of_person(customer_id)
    return CommandForm(
        title="address_remove.title",
        button="address_remove.button",
        action=f"{here}/contact-points/{contact_point_id}/remove",
        cancel=here,
        fields=(),
        danger=True,
    )


def _about_removal(known: Known, contact_point_id: UUID) -> str:
    t = own_texts()
    for point in known["contact_points"]:
        if point["contact_point_id"] == contact_point_id:
            address = one_line(point["value"]) or t("person.forgotten")
            return t("address_remove.text", address=address, channel=t.word("channel", point["channel"]))
    raise ContactPointNotFound()


def _number_form(customer_id: UUID) -> CommandForm:
    here = path_of_person(customer_id)
    return CommandForm(
        title="number_new.title",
        button="number_new.button",
        action=f"{here}/external-ids/new",
        cancel=here,
        fields=(
            Field(name="source", label="number_new.source", hint="number_new.source_hint"),
            Field(name="number", label="number_new.number"),
        ),
    )
