"""No question is answered from before what its client knows of.

A client knows of a position that it names (Farley-Wait-For) and of what it stated itself. And nothing that the log
had when the question came is said not to be there.
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
"""Seconds in which read models are usually up to date: so long any thread waits that was not asked to wait."""
LONGEST_POSITION = 18
"""Digits, so that it is a bigint in SQL."""

P = ParamSpec("P")
R = TypeVar("R")


def caught_up(view: Callable[P, R]) -> Callable[P, R]:
    """The view; that of a question, also one that is posted, waits for what it must not be answered without.

    ProjectionBehind after five seconds; TooManyWaiting; PositionBeyondLog.
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
    """Without having been asked to."""
    services().reading.wait_for(position, LONGEST_SECONDS, without_place=MOMENT)


def _named_position() -> int:
    text = request.headers.get(HEADER, "0")
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_POSITION:
        raise InvalidInput("A position is a decimal number.", path=HEADER, code="invalid_position")
    return int(text)
