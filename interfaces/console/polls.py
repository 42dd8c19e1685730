"""Polls: a part of a page asks for itself again. Nobody pressed anything, so a poll is no use of a session."""

from interfaces.http.current import Incoming

SHOWN = "shown"
"""The field of a poll's query with the position that the browser shows."""


def is_poll(request: Incoming) -> bool:
    return SHOWN in request.args and request.headers.get("HX-Request") == "true"
