"""The way from one moment of a page to another."""

from urllib.parse import urlencode

from flask import Response

from interfaces.console.past import LEAVES, PAST_FIELDS
from interfaces.console.paths import own_path
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import formats, go_to
from interfaces.http.current import this_request

room = Room("past")


@room.page(LEAVES.removeprefix(ROOT))
def choose_moment() -> Response:
    """Leads to `page` at the instants of the query, which are in the person's time zone; without any, to the present.
    An instant that cannot be read is left for the page to refuse."""
    given, f = this_request().args, formats()
    page = own_path(given.get("page", "")) or ROOT
    chosen = {name: f.iso(given[name]) for name in PAST_FIELDS if given.get(name)}
    return go_to(page + ("&" if "?" in page else "?") + urlencode(chosen) if chosen else page)
