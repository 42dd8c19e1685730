"""Farley-Wait-For: a reader may ask to wait until the read models have reached a position."""

from flask import request

from domain.errors import InvalidInput
from interfaces.http.auth import ACTION, is_question
from interfaces.http.current import declared, services

HEADER = "Farley-Wait-For"
LONGEST_SECONDS = 5.0
LONGEST_POSITION = 18
"""Digits, so that it is a bigint in SQL."""


def wait_for_position() -> None:
    """Waits where a question asks for it, also one that is posted. ProjectionBehind after five seconds."""
    given = request.headers.get(HEADER)
    if given is None or not is_question(declared(ACTION)):
        return
    services().reading.wait_for(_position(given), LONGEST_SECONDS)


def _position(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_POSITION:
        raise InvalidInput("A position is a decimal number.", path=HEADER, code="invalid_position")
    return int(text)
