"""What the verbs that read the read models say of paused projections."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from application.moments import Moment
from application.services import Services
from domain.errors import NotFound, ProjectionBehind, ProjectionPaused
from interfaces.paused_projections import Positions, in_words, paused_before
from projections.decision_facts.reading import OF_CUSTOMERS
from projections.engine.reached import Reached, reached
from projections.engine.runner import position_of

WHAT_TO_DO = "`farley project status` says what to do"


def paused_now(services: Services, names: Collection[str]) -> dict[str, int]:
    """Returns the positions of those of these projections that are paused, or need a paused one, and lack facts.

    Ask before the answer is read: a projection that is resumed meanwhile may have lacked facts when it was read.
    """
    with services.reading.snapshot() as connection:
        return lacking(reached(connection), names)


def lacking(now: Reached, names: Collection[str]) -> dict[str, int]:
    """Returns the positions of those of these projections that are paused and lack facts, when they were so far."""
    return paused_before(now.head, now.paused, names)


def refuse_behind(services: Services, names: Collection[str], position: int) -> None:
    """Raises ProjectionPaused if a paused projection of these has not reached the position.

    Raises ProjectionBehind if another one has not: it was paused while the others were waited for.
    """
    with services.reading.snapshot() as connection:
        behind = paused_before(position, reached(connection).paused, names)
        whole = position_of(connection, names) >= position
    if behind:
        retry = " and ".join(f"`farley project retry {name}`" for name in behind)
        raise ProjectionPaused(
            f"This reads a projection that is paused before position {position}: {in_words(behind)}. It may"
            f" lack facts that this needs, so nothing was changed. Let it continue with {retry}, then type this again"
            f" ({WHAT_TO_DO})."
        )
    if not whole:
        raise ProjectionBehind()


def facts_counted(when: Moment, paused: Positions, unfolded: int) -> str:
    """Returns which facts an answer counts. `unfolded`: how many newer facts no projection has folded yet."""
    if when.is_past:
        return f"by facts {when}"
    if paused:
        return f"by the facts that are folded; {warning(paused)}"
    if unfolded > 0:
        return f"by the facts that are folded, without the newest {unfolded} ({WHAT_TO_DO})"
    return "by all facts"


def warning(paused: Positions) -> str:
    """Returns which projections are paused and what to do."""
    return f"paused: {in_words(paused)} ({WHAT_TO_DO})"


@contextmanager
def naming_paused(services: Services, names: Collection[str] = OF_CUSTOMERS) -> Iterator[None]:
    """Adds to a NotFound which of these projections are paused: they may lack what seems to be missing."""
    paused = paused_now(services, names)
    try:
        yield
    except NotFound as missing:
        if not paused:
            raise
        raise type(missing)(f"{missing.message}\nIt may be too new; {warning(paused)}.") from missing
