"""Questions wait for the read models, so that clients read their own writes.

A question waits for the position in Farley-Wait-For and for the facts that the same client stated. It is
answered with 404 only after the read models have reached the log's head at the time of the question.
A paused projection is not waited for: a question that needs facts after its position is refused at once. A question
that reads no projection does not wait.
"""

from collections.abc import Callable, Collection
from contextlib import suppress
from copy import deepcopy
from functools import wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar, cast

from application.reading import Progress
from domain.errors import InvalidInput, NotFound, PositionBeyondLog, ProjectionBehind
from interfaces.http.auth import ACTION, is_question
from interfaces.http.current import services, subject, this_request
from interfaces.http.paused import note_paused, read_for, refuse_behind, refuse_missing
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

    Raises ProjectionBehind after five seconds, ProjectionPaused at once, TooManyWaiting, or PositionBeyondLog.
    """

    if not is_question(view.__dict__.get(ACTION)):
        return view
    answer = _asked_at_once if view.__dict__.get(SAYS_HOW_FAR) else _after_waiting

    @wraps(view)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        names = read_for(view, cast(dict[str, Any], args[0]))
        return cast(R, answer(view, names, *args, **kwargs))

    return run


def says_how_far(view: Callable[P, tuple[Any, Reached]]) -> Callable[P, Any]:
    """Declares a view that returns its answer and how far the read models were when the same statement read it.

    The view is called before anything is known of the read models, and again if they were too far behind. It must not
    change its arguments.
    """
    view.__dict__[SAYS_HOW_FAR] = True
    return view


def _asked_at_once(view: Callable[..., Any], names: Collection[str], *args: Any, **kwargs: Any) -> Any:
    """Calls a view that says how far. It waits only if its answer turns out to lack facts that the client knows of."""
    with suppress(NotFound):
        answer, reached = cast(Answered[Any], view(*args, **kwargs))
        if _knows_enough(reached, names):
            note_paused(reached.paused, names)
            return answer
    answer, reached = cast(Answered[Any], _after_waiting(view, names, *args, **kwargs))
    note_paused(reached.paused, names)
    return answer


def _knows_enough(reached: Reached, names: Collection[str]) -> bool:
    """Whether an answer from these read models contains the facts that the client knows of.

    Raises ProjectionPaused if a paused projection lacks some of them.
    """
    named = _named_position()
    if named > reached.folded:
        return False
    refuse_behind(reached.paused, names, named)
    if reached.folded >= reached.head:
        return True
    return services().reading.last_stated(subject().actor, after=reached.folded) == 0


def _after_waiting(view: Callable[..., Any], names: Collection[str], *args: Any, **kwargs: Any) -> Any:
    """Calls the view after the read models have reached the facts that the client knows of."""
    progress = _progress_when_known(names)
    head = progress.head
    note_paused(progress.paused, names)
    # A view may change its arguments.
    named = {**args[0], **kwargs}
    if names and progress.folded < head:
        with suppress(NotFound):
            return view(*deepcopy(args), **kwargs)
        _wait_for(head)
        progress = _progress()
        note_paused(progress.paused, names)
    try:
        return view(*args, **kwargs)
    except NotFound as missing:
        refuse_missing(progress.paused, names, missing, named, head)
        raise


def _progress_when_known(names: Collection[str]) -> Progress:
    """Returns the progress of the read models when they have reached what the client knows of.

    A question that reads none of them does not wait.
    """
    # A page of the console asks several questions: it waits with the first.
    progress, named = this_request().progress or _progress(), _named_position()
    own = progress.own
    if named > progress.head:
        raise PositionBeyondLog(path=HEADER, code="beyond_the_log")
    if not names:
        return progress
    refuse_behind(progress.paused, names, named)
    if max(named, own) <= progress.folded:
        return progress
    if named > progress.folded:
        services().reading.wait_for(named, LONGEST_SECONDS)
    if own > max(progress.folded, named):
        _wait_for(own)
    # A fact that is waited for may pause a projection.
    progress = _progress()
    refuse_behind(progress.paused, names, named)
    _refuse_unreached(progress, max(named, own))
    return progress


def _refuse_unreached(progress: Progress, position: int) -> None:
    """Raises ProjectionBehind if the read models have not reached the position after all.

    It was reached without a projection that was paused then and has been resumed since.
    """
    if progress.folded < position:
        raise ProjectionBehind(position=str(position))


def _progress() -> Progress:
    progress = services().reading.progress(subject().actor)
    this_request().progress = progress
    return progress


def _wait_for(position: int) -> None:
    """Waits for the position although the client did not send the header."""
    services().reading.wait_for(position, LONGEST_SECONDS, without_place=MOMENT)


def known_to_client(after: int) -> int:
    """Returns the position of the newest fact after this position that the client names or stated; 0 for none."""
    named = _named_position()
    own = services().reading.last_stated(subject().actor, after=max(after, named))
    return max(named, own) if max(named, own) > after else 0


def _named_position() -> int:
    text = this_request().headers.get(HEADER, "0")
    if not (text.isascii() and text.isdecimal()) or len(text) > LONGEST_POSITION:
        raise InvalidInput("A position is a decimal number.", path=HEADER, code="invalid_position")
    return int(text)
