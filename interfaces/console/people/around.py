"""What the forms about a person share: where they are, whom they are about, and what may be chosen in them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from interfaces.console.asking import ask
from interfaces.console.commands import Options
from interfaces.console.languages import Texts
from interfaces.console.paths import path_of_person
from interfaces.console.people.person import one_line
from interfaces.console.showing import own_texts

A_PERSON = "/people/<uuid:customer_id>"
WHOLE = {"limit": "500"}
"""The query for a whole list of a catalogue, which is small."""
Known = Mapping[str, Any]


def known_of(customer_id: UUID) -> Known:
    """Returns the 360 of a person."""
    return ask("customer-reading.show_customer", customer_id=customer_id)


def around(known: Known, title: str, about: str | None = None) -> dict[str, Any]:
    """Returns the way to a form of this person, with the person's name. `title`: the name of the form's text."""
    t = own_texts()
    way = [(name_of(known, t), path_of_person(known["customer_id"])), (t(title), None)]
    return {"way_here": way, "about": about}


def around_later(customer_id: UUID, title: str) -> Callable[[], dict[str, Any]]:
    """Returns what asks for the way to a form only if the form is refused."""
    return lambda: around(known_of(customer_id), title)


def name_of(known: Known, t: Texts) -> str:
    return known["name"] or t("person.unnamed")


def declared(endpoint: str) -> list[str]:
    """Returns the names of one kind that the installation declared."""
    return [one["name"] for one in ask(endpoint, WHOLE)["items"]]


def points_of(known: Known, t: Texts) -> Sequence[tuple[str, str]]:
    """Returns a person's addresses as options: pairs of the id and the address with its channel."""
    return [
        (str(point["contact_point_id"]), f"{t.word('channel', point['channel'])}: {one_line(point['value'])}")
        for point in known["contact_points"]
        if point["value"] is not None
    ]


def with_all(text: str, options: Options) -> Options:
    """Returns the options of a select after one that stands for all of them."""
    return (("", text), *options)
