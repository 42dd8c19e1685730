"""Who a person is, as an agent corrects it: the details and the declared attributes."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from babel import Locale
from flask import Response

from domain.customers.details import COUNTRIES
from interfaces.console.asking import ask
from interfaces.console.commands import (
    CommandForm,
    Field,
    Meanwhile,
    Options,
    carry_out,
    label_of,
    show_form,
)
from interfaces.console.formats import Formats
from interfaces.console.forms import fields
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.paths import path_of_person
from interfaces.console.people.around import (
    A_PERSON,
    WHOLE,
    Known,
    around,
    around_later,
    known_of,
    with_all,
)
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, own_texts
from interfaces.http.preconditions import etag

room = Room("people_details")
CORRECT = "customers.correct_customer_details"
DETAILS = ("name", "language", "country", "time_zone", "birth_date")


@room.page(f"{A_PERSON}/correct", "customers:write")
def correction_page(customer_id: UUID) -> Response:
    """Shows the form that corrects details."""
    known = known_of(customer_id)
    return show_form(_correction_form(known), **around(known, "correct.title"))


@room.form(f"{A_PERSON}/correct", "customers:write", stands_for=CORRECT)
def correct(customer_id: UUID) -> Response:
    """Corrects the details that were changed in the form, and leaves the others as they are."""

    def meanwhile(_: str) -> Meanwhile:
        form = _correction_form(known_of(customer_id))
        return Meanwhile(form=form, changes=_changes(form, fields()))

    return carry_out(
        CORRECT,
        _correction_form(known_of(customer_id)),
        lambda answer: done(path_of_person(customer_id), "corrected", answer),
        around=around_later(customer_id, "correct.title"),
        meanwhile=meanwhile,
        customer_id=customer_id,
    )


def _changes(form: CommandForm, sent: Mapping[str, str]) -> list[str]:
    """Returns what others corrected since the form was made: each field with both values."""
    t, now = own_texts(), form.seen or {}
    before = {one.name: sent.get(f"seen.{one.name}", "") for one in form.fields}
    return [
        t(
            "correct.changed",
            field=label_of(one),
            before=_read(one, before[one.name]) or t("correct.nothing"),
            now=_read(one, now[one.name]) or t("correct.nothing"),
        )
        for one in form.fields
        if before[one.name] != now[one.name]
    ]


def _read(one: Field, value: str) -> str:
    """Returns a value of a field as people read it."""
    return dict(one.options).get(value, value)


def _correction_form(known: Known) -> CommandForm:
    t, f, here = own_texts(), formats(), path_of_person(known["customer_id"])
    attributes = [
        one for one in ask("catalogue.list_attributes", WHOLE)["items"] if one["scope"] == "customer"
    ]
    seen = {name: str(known[name] or "") for name in DETAILS}
    return CommandForm(
        title="correct.title",
        button="correct.button",
        action=f"{here}/correct",
        cancel=here,
        fields=(*_detail_fields(known, t), *(_attribute_field(one, t) for one in attributes)),
        version=etag(known["version"], str(known["customer_id"]) if "asked_for" in known else None),
        seen=seen
        | {f"attribute-{one['name']}": _typed(known["attributes"].get(one["name"]), f) for one in attributes},
    )


def _detail_fields(known: Known, t: Texts) -> Sequence[Field]:
    return (
        Field(name="name", label="person.name", optional=True),
        Field(
            name="language",
            label="correct.language",
            kind="select",
            options=with_all(t("correct.not_known"), _languages(known["language"], t)),
            optional=True,
        ),
        Field(
            name="country",
            label="correct.country",
            kind="select",
            options=with_all(t("correct.not_known"), countries(t)),
            optional=True,
        ),
        Field(name="time_zone", label="correct.time_zone", hint="correct.time_zone_hint", optional=True),
        Field(name="birth_date", label="correct.birth_date", kind="date", optional=True),
    )


def _attribute_field(declared: Mapping[str, Any], t: Texts) -> Field:
    kinds = {"number": "number", "boolean": "yes_or_no", "date": "date"}
    yes_or_no = (("", t("correct.not_known")), ("true", t("correct.yes")), ("false", t("correct.no")))
    return Field(
        name=f"attribute-{declared['name']}",
        title=declared["name"],
        kind=kinds.get(declared["type"], "text"),
        stated_as=f"attributes.{declared['name']}",
        options=yes_or_no if declared["type"] == "boolean" else (),
        hint="correct.instant_hint" if declared["type"] == "instant" else None,
        optional=True,
    )


def _typed(value: Any, f: Formats) -> str:
    """Returns the value of an attribute as somebody would type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value).replace(".", "," if f.language == "es" else ".")
    return "" if value is None else str(value)


def _languages(known: str | None, t: Texts) -> Options:
    """Returns the languages with a code of two letters by name, and the person's own one."""
    names = Locale(t.language).languages
    codes = {str(code) for code in names if len(str(code)) == 2} | ({known} if known else set())
    return sorted(((code, str(names.get(code, code))) for code in codes), key=lambda option: option[1])


def countries(t: Texts) -> Options:
    """Returns all countries by name."""
    names = Locale(t.language).territories
    return sorted(((code, str(names.get(code, code))) for code in COUNTRIES), key=lambda option: option[1])
