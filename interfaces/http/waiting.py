"""Questions wait for the read models, so that clients read their own writes.

A question waits for the position in Farley-Wait-For and for the facts that the same client stated. It is
answered with 404 only after the read models have reached the log's head at the time of the question.
"""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

from application.reading import Progress
from domain.errors import InvalidInput, NotFound, PositionBeyondLog
from interfaces.http.auth import ACTION, is_question
from interfaces.http.current import services, subject, this_request
from projections.engine.reached import Reached

HEADER = "Farley-Wait-For"
LONGEST_SECONDS = 5.0
MOMENT = 0.25
"""Seconds in which read models usually catch up. Any thread may wait this long without the header."""
LONGEST_POSITION = 18
"""The most digits of a position, so that it fits a bigint in SQL."""

SAYS_HOW_FAR = "farley_says_how_far"

P = ParamSpec("P")
R = TypeVar("R")
Answered: TypeAlias = tuple[R, Reached]


def caught_up(view: Callable[P, R]) -> Callable[P, R]:
    """Returns the view. The view of a question, also by POST, waits for the facts that its client knows of.

    Raises ProjectionBehind after five seconds, TooManyWaiting, or PositionBeyondLog.
    """

    if not is_question(view.__dict__.get(ACTION)):
        return view
    if view.__dict__.get(SAYS_HOW_FAR):
        return _asked_at_once(view)

    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        return _after_waiting(view, *args, **kwargs)

    return run


def _asked_at_once(view: Callable[P, R]) -> Callable[P, R]:
    """Returns a view that waits only if its answer turns out to lack facts that the client knows of."""

    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        with suppress(NotFound):
            answer, reached = cast(Answered[R], view(*args, **kwargs))
            if _knows_enough(reached):
                return answer
        return cast(Answered[R], _after_waiting(view, *args, **kwargs))[0]

    return run


def says_how_far(view: Callable[P, tuple[Any, Reached]]) -> Callable[P, Any]:
    """Declares a view that returns its answer and how far the read models were when the same statement read it.

    The view is called before anything is known of the read models, and again if they were too far behind. It must not
    change its arguments.
    """
    view.__dict__[SAYS_HOW_FAR] = True
    return view


def _knows_enough(reached: Reached) -> bool:
    """Whether an answer from these read models contains the facts that the client knows of."""
    if _named_position() > reached.folded:
        return False
    if reached.folded >= reached.head:
        return True
    return services().reading.last_stated(subject().actor, after=reached.folded) == 0


def _after_waiting(view: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Calls the view after the read models have reached the facts that the client knows of."""
    progress = services().reading.progress(subject().actor)
    _wait_for_what_is_known(progress)
    if progress.folded >= progress.head:
        return view(*args, **kwargs)
    try:
        return view(*deepcopy(args), **kwargs)
    except NotFound:
        _wait_for(progress.head)
    return view(*args, **kwargs)


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
    text = this_request().headers.get(HEADER, "0")
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_POSITION:
        raise InvalidInput("A position is a decimal number.", path=HEADER, code="invalid_position")
    return int(text)
