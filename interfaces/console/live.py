"""Parts of a page that ask for themselves again while something moves.

The template of such a page has one block `live`, within the macro `live_part`. It asks the page's own address with the
position that it shows, and gets that block alone, or nothing if nothing is newer.
"""

from typing import Any
from urllib.parse import urlencode

from flask import Response

from interfaces.console.polls import SHOWN, is_poll
from interfaces.console.showing import show
from interfaces.http.current import this_request


def show_live(template: str, *, position: int, moving: bool, **values: Any) -> Response:
    """Returns the page, or to a poll its live block; 204 if the browser shows this position and something moves still.

    `position`: up to which the block is true. A block that is not `moving` does not ask again.
    """
    request = this_request()
    poll = is_poll(request)
    if poll and moving and request.args[SHOWN] == str(position):
        return Response(status=204)
    layout = "fragment.html" if poll else "frame.html"
    return show(template, layout=layout, asks=asked_again(position) if moving else None, **values)


def asked_again(position: int | None = None) -> str:
    """Returns the address of the next poll. `position`: None asks with the one that this poll has."""
    request = this_request()
    shown = request.args.get(SHOWN, "") if position is None else str(position)
    return f"{request.path}?{urlencode({**request.args, SHOWN: shown})}"
