"""The menu by role: a page is in it for whoever may see it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from application.access.keys import Subject
from interfaces.console.languages import Texts
from interfaces.console.rooms import ROOT
from interfaces.http.auth import ANYBODY_KNOWN, allowed

WHOLE_MENU = "#menu"
"""The menu on the page itself, which a phone shows only when it is asked for."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """A page of the menu. `name` is the name of its text, `key` the letter after `g` that leads there."""

    name: str
    path: str
    icon: str
    key: str
    action: str = ANYBODY_KNOWN
    is_tab: bool = False

    @property
    def href(self) -> str:
        return ROOT + self.path


@dataclass(frozen=True, kw_only=True)
class Group:
    """Places under one title."""

    title: str
    items: Sequence["Item"]


@dataclass(frozen=True, kw_only=True)
class Item:
    """A place as a page shows it. `count`: how much waits there; None if nothing is counted."""

    name: str
    href: str
    icon: str
    key: str
    current: bool
    count: int | None = None


_DESK = (
    Place(name="menu.home", path="", icon="house", key="h", is_tab=True),
    Place(
        name="menu.complaints",
        path="/complaints",
        icon="message-square-warning",
        key="c",
        action="complaints:read",
        is_tab=True,
    ),
    Place(name="menu.orders", path="/orders", icon="package", key="o", action="orders:read", is_tab=True),
)
_MARKETING = (
    Place(name="menu.segments", path="/segments", icon="funnel", key="s", action="segments:read"),
    Place(
        name="menu.campaigns", path="/campaigns", icon="send", key="m", action="campaigns:read", is_tab=True
    ),
)
_RULES = (
    Place(name="menu.suppressions", path="/suppressions", icon="ban", key="x", action="suppressions:read"),
    Place(name="menu.policy", path="/policy", icon="scale", key="p", action="policies:read"),
)
_FIGURES = (
    Place(name="menu.overview", path="/overview", icon="gauge", key="v", action="figures:read", is_tab=True),
)
_OPERATION = (
    Place(name="menu.health", path="/health", icon="activity", key="e", action="projections:read"),
    Place(name="menu.imports", path="/imports", icon="upload", key="i", action="imports:read"),
    Place(name="menu.jobs", path="/jobs", icon="clock", key="j", action="jobs:read"),
    Place(name="menu.keys", path="/keys", icon="key-round", key="k", action="keys:read"),
    Place(name="menu.catalogue", path="/catalogue", icon="tags", key="t", action="catalogue:read"),
)
_YOU = (Place(name="menu.account", path="/account", icon="user", key="u", is_tab=True),)

PLACES: Sequence[tuple[str, Sequence[Place]]] = (
    ("menu.desk", _DESK),
    ("menu.marketing", _MARKETING),
    ("menu.rules", _RULES),
    ("menu.figures", _FIGURES),
    ("menu.operation", _OPERATION),
    ("menu.you", _YOU),
)
"""Every page of the menu, by the title of its group. The most important come first."""


def menu_for(subject: Subject, path: str, t: Texts) -> list[Group]:
    """Returns the groups of places that this person may see, on the page at `path`."""
    groups = ((title, _items(places, subject, path, t)) for title, places in PLACES)
    return [Group(title=t(title), items=items) for title, items in groups if items]


def tabs_for(subject: Subject, path: str, t: Texts, most: int = 5) -> list[Item]:
    """Returns the places of the bar at the bottom of a phone, and what opens the whole menu; five at most."""
    places = [place for _, group in PLACES for place in group if place.is_tab]
    more = Item(name=t("menu.more"), href=WHOLE_MENU, icon="ellipsis", key="", current=False)
    return [*_items(places, subject, path, t)[: most - 1], more]


def _items(places: Iterable[Place], subject: Subject, path: str, t: Texts) -> list[Item]:
    return [
        Item(
            name=t(place.name),
            href=place.href,
            icon=place.icon,
            key=place.key,
            current=path == place.href or (place.path != "" and path.startswith(f"{place.href}/")),
        )
        for place in places
        if allowed(subject, place.action)
    ]
