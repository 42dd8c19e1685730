"""Questions wait for the read models, so that clients read their own writes.

A question waits for the position in Farley-Wait-For and for the facts that the same client stated. It is
answered with 404 only after the read models have reached the log's head at the time of the question.
"""

from collections.abc import Callable
from copy import deepcopy
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import request

from application.reading import Progress
from domain.errors import InvalidInput, NotFound, PositionBeyondLog
from interfaces.http.auth import ACTION, is_question
from interfaces.http.current import declared, services, subject

HEADER = "Farley-Wait-For"
LONGEST_SECONDS = 5.0
MOMENT = 0.25
"""Seconds in which read models usually catch up. Any thread may wait this long without the header."""
LONGEST_POSITION = 18
"""The most digits of a position, so that it fits a bigint in SQL."""

P = ParamSpec("P")
R = TypeVar("R")


def caught_up(view: Callable[P, R]) -> Callable[P, R]:
    """Returns the view. The view of a question, also by POST, waits for the facts that its client knows of.

    Raises ProjectionBehind after five seconds, TooManyWaiting, or PositionBeyondLog.
    """

    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if not is_question(declared(ACTION)):
            return view(*args, **kwargs)
        progress = services().reading.progress(subject().actor)
        _wait_for_what_is_known(progress)
        if progress.folded >= progress.head:
            return view(*args, **kwargs)
        try:
            return view(*deepcopy(args), **kwargs)
        except NotFound:
            _wait_for(progress.head)
        return view(*args, **kwargs)

    return run


def _wait_for_what_is_known(progress: Progress) -> None:
    named = _named_position()
    if named > progress.head:
        raise PositionBeyondLog(path=HEADER, code="beyond_the_log")
    if named > progress.folded:
        services().reading.wait_for(named, LONGEST_SECONDS)
    if progress.own > max(progress.folded, named):
        _wait_for(progress.own)


def _wait_for(position: int) -> None:
    """Waits for the position although the client did not send the header."""
    services().reading.wait_for(position, LONGEST_SECONDS, without_place=MOMENT)


def _named_position() -> int:
    text = request.headers.get(HEADER, "0")
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_POSITION:
        raise InvalidInput("A position is a decimal number.", path=HEADER, code="invalid_position")
    return int(text)
