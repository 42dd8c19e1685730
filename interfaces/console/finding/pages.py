"""The look-up field of each page, and the screen pop."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response

from interfaces.console.asking import may
from interfaces.console.commands import CommandForm, Field, Typed, carry_out, show_form
from interfaces.console.finding.candidates import FIND, Answer, Found, callers, found_by
from interfaces.console.forms import fields
from interfaces.console.notices import done
from interfaces.console.paths import path_of_order, path_of_person
from interfaces.console.rooms import ROOT, Room
from interfaces.console.session import CALLER
from interfaces.console.showing import formats, go_to, own_texts, show
from interfaces.console.walks import among
from interfaces.http.current import this_request

room = Room("finding")
CALL = f"{ROOT}/call"
KEPT_SECONDS = 900
REGISTER = "customers.register_customer"


@room.form("/look-up", "customers:read", stands_for=FIND)
def look_up() -> Response:
    """Leads to the one person or order that is meant, or shows all that may be meant."""
    text = fields().get("q", "").strip()
    found = found_by(text)
    if len(found.people) == 1 and not found.orders:
        return go_to(path_of_person(found.people[0]["customer_id"]))
    if len(found.orders) == 1 and not found.people:
        return go_to(path_of_order(found.orders[0]["order_id"]))
    return _shown(text, found)


@room.page("/call", "customers:read")
def call_page() -> Response:
    """Shows who calls. A telephone program opens it with the number as `from`, which is taken out of the address."""
    request = this_request()
    number = _number(request.args.get("from", ""))
    if number:
        return _kept(go_to(CALL), number)
    number = request.cookies.get(CALLER, "")
    people = callers(number) if number else []
    if len(people) == 1:
        return go_to(path_of_person(people[0]["customer_id"]))
    return show(
        "call",
        number=number,
        people=_shown_people(people),
        may_register=bool(number) and may(REGISTER),
    )


@room.page("/call/register", "customers:write")
def new_caller_page() -> Response:
    """Shows the form that registers a caller whom nobody knows."""
    typed = Typed(values={"phone": this_request().cookies.get(CALLER, "")})
    return show_form(_caller_form(), typed, **_around())


@room.form("/call/register", "customers:write", stands_for=REGISTER)
def register_caller() -> Response:
    """Registers the caller with their number."""
    number = fields().get("phone", "").strip()
    points = [{"channel": "phone", "value": number}] if number else None
    return carry_out(
        REGISTER,
        _caller_form(),
        lambda answer: done(path_of_person(answer.body["customer_id"]), "registered", answer),
        around=_around,
        body={"kind": "person", "contact_points": points},
    )


def _number(text: str) -> str:
    """Returns a number from an address. Telephone programs write + as it is, which reads as a blank there."""
    return f"+{text.strip()}" if text[:1] == " " and text.strip() else text.strip()


def _kept(response: Response, number: str) -> Response:
    response.set_cookie(
        CALLER, number[:40], max_age=KEPT_SECONDS, path="/", secure=True, httponly=True, samesite="Lax"
    )
    return response


def _shown(text: str, found: Found) -> Response:
    f = formats()
    return show(
        "found",
        asked=text,
        people=_shown_people(found.people),
        orders=[
            {
                "number": one["number"],
                "source": one["source"],
                "href": path_of_order(one["order_id"]),
                "placed": f.moment(one["placed_at"]),
                "value": f.money(one["value"], one["currency"]),
            }
            for one in found.orders
        ],
        more=found.more,
    )


def _shown_people(people: Sequence[Answer]) -> list[dict[str, Any]]:
    """Returns what tells these people apart. Each link leads on to the next one of the list."""
    walk = among([UUID(str(one["customer_id"])) for one in people])
    shown = map(shown_candidate, people)
    return [{**one, "href": f"{one['href']}?{walk}"} for one in shown]


def shown_candidate(one: Answer) -> dict[str, Any]:
    """Returns what tells people of one list apart: name, place, addresses and numbers."""
    places = [", ".join(filter(None, (town["postal_code"], town["city"]))) for town in one.get("towns", ())]
    points = [point["value"] for point in one.get("contact_points", ()) if isinstance(point["value"], str)]
    numbers = [f"{given['source']} {given['number']}" for given in one.get("external_ids", ())]
    return {
        "name": one["name"] or own_texts()("person.unnamed"),
        "href": path_of_person(one["customer_id"]),
        "text": " · ".join((*places, *points[:3], *numbers[:2])),
    }


def _around() -> dict[str, Any]:
    t = own_texts()
    way: Sequence[tuple[str, str | None]] = ((t("call.title"), CALL), (t("call.register"), None))
    return {"way_here": way, "about": None}


def _caller_form() -> CommandForm:
    return CommandForm(
        title="call.register",
        button="call.register_button",
        action=f"{CALL}/register",
        cancel=CALL,
        fields=(
            Field(name="name", label="person.name"),
            Field(name="phone", label="person.phone", stated_as="contact_points"),
        ),
    )
