"""What an installation declares: purposes, topics, brands, divisions and attributes, each with a form for one more."""

from typing import Any

from flask import Response

from domain.catalogue.attribute_types import AttributeScope, AttributeType
from domain.catalogue.names import NameKind
from interfaces.console.asking import ask, may
from interfaces.console.commands import CommandForm, Field, carry_out, show_form, words
from interfaces.console.forms import fields
from interfaces.console.notices import done
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import own_texts, show

room = Room("catalogue")
HERE = f"{ROOT}/catalogue"
ATTRIBUTE = "attribute"
MOST = {"limit": "500"}
"""A catalogue is small: a page shows at most so many of each kind, and says if there are more."""


@room.page("/catalogue", "catalogue:read")
def catalogue_page() -> Response:
    """Shows all that is declared."""
    t = own_texts()
    attributes = ask("catalogue.list_attributes", MOST)
    return show(
        "catalogue",
        kinds=[_names(kind) for kind in NameKind],
        attributes=[
            [
                one["name"],
                t.word("attribute_scope", one["scope"]),
                t.word("attribute_type", one["type"]),
                t("catalogue.personal" if one["personal"] else "catalogue.plain"),
            ]
            for one in attributes["items"]
        ],
        more_attributes=attributes["next_cursor"] is not None,
        may_declare=may("catalogue.declare_attribute"),
    )


def _names(kind: NameKind) -> dict[str, Any]:
    t, listed = own_texts(), ask(f"catalogue.list_{kind.plural}", MOST)
    return {
        "title": t(f"catalogue.{kind.plural}"),
        "empty": t(f"catalogue.no_{kind.plural}"),
        "names": [(one["name"], one.get("description") or "") for one in listed["items"]],
        "more": listed["next_cursor"] is not None,
        "new": f"{HERE}/new/{kind}",
        "new_text": t(f"catalogue.new_{kind}"),
    }


def _declare(kind: str) -> None:
    """Declares the page and the form for one more of this kind."""
    endpoint = f"catalogue.declare_{kind}"

    def page() -> Response:
        return show_form(_form(kind), **_around(kind))

    def declare() -> Response:
        personal = {"personal": fields().get("personal") != "no"} if kind == ATTRIBUTE else {}
        return carry_out(
            endpoint,
            _form(kind),
            lambda answer: done(HERE, "declared", answer),
            around=lambda: _around(kind),
            body=personal,
        )

    page.__name__, declare.__name__ = f"new_{kind}_page", f"declare_{kind}"
    room.page(f"/catalogue/new/{kind}", "catalogue:write")(page)
    room.form(f"/catalogue/new/{kind}", "catalogue:write", stands_for=endpoint)(declare)


def _form(kind: str) -> CommandForm:
    return CommandForm(
        title=f"catalogue.new_{kind}",
        button="catalogue.declare",
        action=f"{HERE}/new/{kind}",
        cancel=HERE,
        fields=_of_attribute() if kind == ATTRIBUTE else _OF_NAME,
    )


_OF_NAME = (
    Field(name="name", label="catalogue.name"),
    Field(name="description", label="catalogue.description", kind="area", optional=True),
)


def _of_attribute() -> tuple[Field, ...]:
    t = own_texts()
    personal = [("yes", t("catalogue.personal")), ("no", t("catalogue.plain"))]
    return (
        Field(name="name", label="catalogue.name", hint="catalogue.attribute_hint"),
        Field(
            name="scope",
            label="catalogue.scope",
            kind="select",
            options=words(t, "attribute_scope", list(AttributeScope)),
        ),
        Field(
            name="type",
            label="catalogue.type",
            kind="select",
            options=words(t, "attribute_type", list(AttributeType)),
        ),
        Field(
            name="personal",
            label="catalogue.stored",
            hint="catalogue.personal_hint",
            kind="select",
            options=personal,
        ),
    )


def _around(kind: str) -> dict[str, Any]:
    t = own_texts()
    way = [(t("catalogue.title"), HERE), (t(f"catalogue.new_{kind}"), None)]
    return {"way_here": way, "about": t(f"catalogue.about_{kind}")}


for _kind in (*map(str, NameKind), ATTRIBUTE):
    _declare(_kind)
