"""Suppressions: whom and what they stop, why, by whom and until when; and the forms that impose and lift them."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from domain.customers.details import Channel
from domain.deciding.policy import IMPOSABLE
from domain.suppressions.suppression import OF_DOMAINS
from interfaces.console.actors import name_of
from interfaces.console.asking import ask, may
from interfaces.console.commands import CommandForm, Field, carry_out, show_form, words
from interfaces.console.formats import Formats
from interfaces.console.forms import fields
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.paths import path_of_person
from interfaces.console.people.around import declared, with_all
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import formats, own_texts, show
from interfaces.http.current import this_request

room = Room("suppressions")
HERE = f"{ROOT}/suppressions"
A_SUPPRESSION = "/suppressions/<uuid:suppression_id>"
IMPOSE, LIFT = "suppressions.impose_suppression", "suppressions.lift_suppression"
SHOW = "suppressions.show_suppression"
ALL = "all"
Answer = Mapping[str, Any]


@room.page("/suppressions", "suppressions:read")
def suppressions_page() -> Response:
    """Shows the suppressions in force, the last imposed first; also those that ended, of one reason or of one domain.
    The filters are in the query, so a view can be sent. An address is personal: it is found by the look-up field."""
    t, f, given = own_texts(), formats(), this_request().args
    chosen = {
        name: given[name].strip() for name in ("in_force", "reason", "domain") if given.get(name, "").strip()
    }
    query = {"in_force": "true", **chosen}
    if query["in_force"] == ALL:
        del query["in_force"]
    paged = {"cursor": given["cursor"]} if given.get("cursor") else {}
    listed = ask("suppressions.list_suppressions", {**query, **paged})
    cursor = listed["next_cursor"]
    return show(
        "suppressions",
        rows=[shown_suppression(one, t, f) for one in listed["items"]],
        states=_states(chosen, t),
        reasons=with_all(t("suppressions.any_reason"), words(t, "reason", list(IMPOSABLE))),
        chosen=chosen,
        may_impose=may(IMPOSE),
        next_page=f"{HERE}?{urlencode({**chosen, 'cursor': cursor})}" if cursor else None,
    )


@room.page("/suppressions/new", "suppressions:write")
def new_suppression_page() -> Response:
    """Shows the form that stops an address or a domain. A customer is stopped on their own page."""
    return show_form(_imposing(), **_around("suppressions.new"))


@room.form("/suppressions/new", "suppressions:write", stands_for=IMPOSE)
def impose() -> Response:
    """Imposes a suppression of an address or a domain."""
    given = {name: text.strip() for name, text in fields().items()}
    narrowed = {name: given[name] for name in ("channel", "purpose", "brand") if given.get(name)}
    kind = "domain" if given.get("kind") == "domain" else "address"
    return carry_out(
        IMPOSE,
        _imposing(),
        lambda answer: done(HERE, "suppression_imposed", answer),
        around=lambda: _around("suppressions.new"),
        body={
            **dict.fromkeys(("kind", "value", "channel", "purpose", "brand")),
            "scope": {kind: given.get("value", ""), **narrowed},
        },
    )


@room.page(f"{A_SUPPRESSION}/lift", "suppressions:write")
def lift_page(suppression_id: UUID) -> Response:
    """Asks why before a suppression is lifted."""
    return show_form(_lifting(suppression_id), **_around_one(suppression_id))


@room.form(f"{A_SUPPRESSION}/lift", "suppressions:write", stands_for=LIFT)
def lift(suppression_id: UUID) -> Response:
    """Lifts a suppression with a reason."""
    return carry_out(
        LIFT,
        _lifting(suppression_id),
        lambda answer: done(HERE, "suppression_lifted", answer),
        around=lambda: _around_one(suppression_id),
        suppression_id=suppression_id,
    )


def shown_suppression(one: Answer, t: Texts, f: Formats) -> dict[str, Any]:
    """Returns a suppression as lists show it."""
    scope, in_force = one["scope"], one["in_force"]
    customer = scope["customer_id"]
    narrowed = (
        t.word("channel", scope["channel"]) if scope["channel"] else None,
        t.word("purpose", scope["purpose"]) if scope["purpose"] else None,
        scope["brand"],
    )
    return {
        "what": scope["address"]
        or scope["domain"]
        or t("suppressions.customer" if customer else "person.forgotten"),
        "person": path_of_person(customer) if customer else None,
        "narrowed": " · ".join(filter(None, narrowed)),
        "reason": t.word("reason", one["reason"]),
        "code": one["reason"],
        "imposed": f.moment(one["imposed_at"]),
        "by": name_of(one["imposed_by"]),
        "state": "stop" if in_force else "neutral",
        "state_text": _state(one, t, f),
        "said": " · ".join(filter(None, (one["note"], one["lift_reason"]))),
        "lift": f"{HERE}/{one['suppression_id']}/lift" if in_force and may(LIFT) else None,
        "position": int(one["position"]),
    }


def _state(one: Answer, t: Texts, f: Formats) -> str:
    if one["lifted_at"] is not None:
        return t("suppressions.lifted", at=f.date(one["lifted_at"]))
    if one["expires_at"] is None:
        return t("suppressions.until_lifted")
    return t(
        "suppressions.until" if one["in_force"] else "suppressions.expired", at=f.date(one["expires_at"])
    )


def _states(chosen: Mapping[str, str], t: Texts) -> list[dict[str, Any]]:
    values = [("", "suppressions.in_force"), ("false", "suppressions.ended"), (ALL, "suppressions.all")]
    others = {name: value for name, value in chosen.items() if name != "in_force"}
    return [
        {
            "text": t(text),
            "href": f"{HERE}?{urlencode({**others, **({'in_force': value} if value else {})})}".rstrip("?"),
            "current": chosen.get("in_force", "") == value,
            "count": None,
        }
        for value, text in values
    ]


def _imposing() -> CommandForm:
    t = own_texts()
    kinds = [("address", t("suppressions.address")), ("domain", t("suppressions.domain"))]
    reasons = sorted(IMPOSABLE, key=lambda reason: reason not in OF_DOMAINS)
    channels = with_all(t("suppressions.every_channel"), words(t, "channel", list(Channel)))
    declared_purposes = words(t, "purpose", declared("catalogue.list_purposes"))
    purposes = with_all(t("suppressions.every_purpose"), declared_purposes)
    return CommandForm(
        title="suppressions.new",
        button="suppressions.impose",
        action=f"{HERE}/new",
        cancel=HERE,
        fields=(
            Field(name="kind", label="suppressions.kind", kind="select", options=kinds),
            Field(name="value", label="suppressions.what", hint="suppressions.what_hint", stated_as="scope"),
            Field(
                name="reason", label="suppressions.reason", kind="select", options=words(t, "reason", reasons)
            ),
            Field(
                name="channel", label="suppressions.channel", kind="select", options=channels, optional=True
            ),
            Field(
                name="purpose", label="suppressions.purpose", kind="select", options=purposes, optional=True
            ),
            Field(name="note", label="suppressions.note", kind="area", optional=True),
        ),
    )


def _lifting(suppression_id: UUID) -> CommandForm:
    return CommandForm(
        title="suppressions.lift",
        button="suppressions.lift",
        action=f"{HERE}/{suppression_id}/lift",
        cancel=HERE,
        fields=(Field(name="reason", label="suppressions.lift_reason", kind="area"),),
    )


def _around(title: str, about: str | None = None) -> dict[str, Any]:
    t = own_texts()
    return {"way_here": [(t("suppressions.title"), HERE), (t(title), None)], "about": about}


def _around_one(suppression_id: UUID) -> dict[str, Any]:
    t, f = own_texts(), formats()
    shown = shown_suppression(ask(SHOW, suppression_id=suppression_id), t, f)
    return _around("suppressions.lift", " · ".join(_about(shown)))


def _about(shown: Mapping[str, Any]) -> Iterator[str]:
    yield from filter(None, (shown["what"], shown["narrowed"], shown["reason"], shown["said"]))
