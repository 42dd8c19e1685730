"""The past that a page looks at: the instants `as_of` and `known_at` in its address.

Only pages that declare it show the past. There each question is asked of that past, links keep it, and nothing is shown
that would change something or that is known of the present only.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from domain.errors import RuleBroken
from interfaces.http.blueprint import TAKES
from interfaces.http.current import declared, this_request
from interfaces.http.schemas.common import MomentQuery

PAST_FIELDS = ("as_of", "known_at")
SHOWS_PAST = "farley_shows_past"
"""The name under which a page keeps that it can show the past."""
LEAVES = "/console/past"
"""The path that leads from one moment to another: links to it do not keep the past."""
_LINK = re.compile(rf'href="(/console(?!/static/|{LEAVES.removeprefix("/console")})[^"?#]*)(\?[^"#]*)?')


class NotOfThePast(RuleBroken):
    """This is known of the present only."""


def named_past() -> Mapping[str, str]:
    """Returns the instants that the address of the page names, as they stand there."""
    given = this_request().args
    return {name: given[name] for name in PAST_FIELDS if given.get(name)}


def shows_past() -> bool:
    """Whether this page can show the past."""
    return bool(declared(SHOWS_PAST))


def past() -> Mapping[str, str]:
    """Returns the instants that the page looks at; none of them on a page that shows the present."""
    return named_past() if shows_past() else {}


def takes_moment(route: Callable[..., Any]) -> bool:
    """Whether the route answers about the past."""
    takes = route.__dict__.get(TAKES)
    return isinstance(takes, type) and issubclass(takes, MomentQuery)


def keeping_past(html: str) -> str:
    """Returns a page whose links to other pages name its past, too: no template can forget it."""
    if not (named := named_past()):
        return html
    more = urlencode(named).replace("&", "&amp;")

    def kept(link: re.Match[str]) -> str:
        path, query = link[1], link[2]
        return f'href="{path}{query}&amp;{more}' if query else f'href="{path}?{more}'

    return _LINK.sub(kept, html)
