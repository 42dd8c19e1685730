"""Which profiles are one person, as an agent states it. Each page shows what both sides have, before its button."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Response

from domain.customers.errors import LinkNotFound
from domain.customers.events import LinkBasis
from interfaces.console.asking import ask
from interfaces.console.commands import CommandForm, Field, Typed, carry_out, show_form
from interfaces.console.finding.candidates import FIND, found_by
from interfaces.console.finding.pages import shown_candidate
from interfaces.console.forms import fields
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.paths import path_of_person
from interfaces.console.people.around import A_PERSON, around, known_of
from interfaces.console.people.sides import label_of, side_of, sides_after
from interfaces.console.rooms import Room
from interfaces.console.showing import formats, go_to, own_texts, show

room = Room("people_links")
LINK, UNLINK, PROFILES = "customers.link_profile", "customers.unlink_profile", "person-parts.list_profiles"
A_NEW_LINK = f"{A_PERSON}/links/<uuid:profile_id>/new"
A_LINK = f"{A_PERSON}/links/<uuid:profile_id>/end"
"""The link of a profile with the customer in the path."""
MOST_LINKS = 20
Answer = Mapping[str, Any]


@room.page(f"{A_PERSON}/links/new", "customers:write")
def find_twin_page(customer_id: UUID) -> Response:
    """Asks who else is the same person."""
    return show_form(_finding_form(customer_id), **around(known_of(customer_id), "link_new.title"))


@room.form(f"{A_PERSON}/links/new", "customers:read", stands_for=FIND)
def find_twin(customer_id: UUID) -> Response:
    """Leads to what a link with the one who is meant does, or shows all who may be meant."""
    known, text = known_of(customer_id), fields().get("q", "").strip()
    found = found_by(text)
    others = [one for one in found.people if one["customer_id"] != known["customer_id"]]
    if len(others) == 1:
        return go_to(_path_of_new_link(customer_id, others[0]["customer_id"]))
    if not others:
        typed = Typed(values={"q": text}, errors=[("q", own_texts()("link_new.nobody"))])
        return show_form(_finding_form(customer_id), typed, status=422, **around(known, "link_new.title"))
    people = [
        {**shown_candidate(one), "href": _path_of_new_link(customer_id, one["customer_id"])} for one in others
    ]
    return show("found", asked=text, people=people, orders=[], more=found.more)


@room.page(A_NEW_LINK, "customers:write")
def new_link_page(customer_id: UUID, profile_id: UUID) -> Response:
    """Shows what both people have, and what becomes of it when they are linked."""
    return show_form(_linking_form(customer_id, profile_id), **_around_linking(customer_id, profile_id))


@room.form(A_NEW_LINK, "customers:write", stands_for=LINK)
def link(customer_id: UUID, profile_id: UUID) -> Response:
    """States that both are the same person."""
    return carry_out(
        LINK,
        _linking_form(customer_id, profile_id),
        lambda answer: done(path_of_person(customer_id), "linked", answer),
        around=lambda: _around_linking(customer_id, profile_id),
        body={"profile_id": str(profile_id)},
        customer_id=customer_id,
    )


@room.page(A_LINK, "customers:write")
def end_of_link_page(customer_id: UUID, profile_id: UUID) -> Response:
    """Shows who keeps what when a link ends."""
    return show_form(_unlinking_form(customer_id, profile_id), **_around_unlinking(customer_id, profile_id))


@room.form(A_LINK, "customers:write", stands_for=UNLINK)
def unlink(customer_id: UUID, profile_id: UUID) -> Response:
    """States that both are not the same person."""
    return carry_out(
        UNLINK,
        _unlinking_form(customer_id, profile_id),
        lambda answer: done(path_of_person(customer_id), "unlinked", answer),
        around=lambda: _around_unlinking(customer_id, profile_id),
        customer_id=customer_id,
        profile_id=profile_id,
    )


def shown_links(listed: Answer, t: Texts) -> list[dict[str, Any]]:
    """Returns the newest links of a person as their page shows them: who is whom, why, and where the link can be ended.

    Links that somebody stated come first: the others follow from addresses and numbers, which the page has, too.
    """
    labels = {one["profile_id"]: label_of(one, t) for one in listed["items"]}
    return [
        {
            "text": t(
                f"link_basis.{one['basis']}", profile=labels[one["profile_id"]], customer=labels[other]
            ),
            "href": f"{path_of_person(other)}/links/{one['profile_id']}/end",
            "position": int(one["position"]),
        }
        for one in _most_telling(listed["links"])
        if (other := one["other_profile_id"]) in labels
    ]


def _most_telling(links: Sequence[Answer]) -> Sequence[Answer]:
    stated_last = sorted(links, key=lambda one: (one["basis"] == LinkBasis.STATED, int(one["position"])))
    return stated_last[: -MOST_LINKS - 1 : -1]


def _around_linking(customer_id: UUID, profile_id: UUID) -> dict[str, Any]:
    t, f = own_texts(), formats()
    both = [known_of(customer_id), known_of(profile_id)]
    sides = [side_of(one, ask(PROFILES, customer_id=one["customer_id"])["items"], t, f) for one in both]
    happens = ["link_new.one_page", "link_new.stops", "link_new.undo"]
    if both[0]["customer_id"] == both[1]["customer_id"]:
        happens = ["link_new.same"]
    shown = {"template": "link", "sides": sides, "happens": [t(name) for name in happens]}
    return {**around(both[0], "link_new.title"), **shown}


def _around_unlinking(customer_id: UUID, profile_id: UUID) -> dict[str, Any]:
    t, f = own_texts(), formats()
    known, listed = known_of(customer_id), ask(PROFILES, customer_id=customer_id)
    this = _link_in(listed, profile_id, customer_id)
    profiles = listed["items"]
    here, there = sides_after(profiles, listed["links"], (profile_id, customer_id))
    shown = {
        "template": "link",
        "sides": [side_of(known, one, t, f) for one in ([here] if here == there else [here, there])],
        "happens": [t(name) for name in _what_ends(this, here == there, profiles)],
    }
    return {**around(known, "link_end.title"), **shown}


def _link_in(listed: Answer, profile_id: UUID, customer_id: UUID) -> Answer:
    for one in listed["links"]:
        if (one["profile_id"], one["other_profile_id"]) == (profile_id, customer_id):
            link: Answer = one
            return link
    raise LinkNotFound()


def _what_ends(link: Answer, stays: bool, profiles: Sequence[Answer]) -> list[str]:
    """Returns the names of the texts that say what the end of a link does."""
    (profile,) = (one for one in profiles if one["profile_id"] == link["profile_id"])
    held = profile["contact_point"] or profile["external_id"]
    if link["basis"] == LinkBasis.IDENTIFIER:
        why = ["link_end.holder"]
    else:
        why = ["link_end.again"] if held and held["customer_id"] == link["other_profile_id"] else []
    return ["link_end.stays" if stays else "link_end.apart", *why, "link_end.undo"]


def _path_of_new_link(customer_id: UUID, profile_id: UUID) -> str:
    return f"{path_of_person(customer_id)}/links/{profile_id}/new"


def _finding_form(customer_id: UUID) -> CommandForm:
    here = path_of_person(customer_id)
    return CommandForm(
        title="link_new.title",
        button="orders.find",
        action=f"{here}/links/new",
        cancel=here,
        fields=(Field(name="q", label="link_new.who", hint="frame.look_up_hint"),),
    )


def _linking_form(customer_id: UUID, profile_id: UUID) -> CommandForm:
    return CommandForm(
        title="link_new.title",
        button="link_new.button",
        action=_path_of_new_link(customer_id, profile_id),
        cancel=path_of_person(customer_id),
        fields=(),
    )


def _unlinking_form(customer_id: UUID, profile_id: UUID) -> CommandForm:
    here = path_of_person(customer_id)
    return CommandForm(
        title="link_end.title",
        button="link_end.button",
        action=f"{here}/links/{profile_id}/end",
        cancel=here,
        fields=(),
        danger=True,
    )
