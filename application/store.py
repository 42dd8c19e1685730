"""The port to the log, as use cases see it."""

from collections.abc import Callable, Collection, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

from application.leases import Fence
from application.requests import Answer, Request
from domain.errors import Conflict, FarleyError, NotFound, PreconditionFailed, TooMuchContention
from domain.facts import Aggregate, Fact

A = TypeVar("A", bound=Aggregate)
P = ParamSpec("P")
S = TypeVar("S")
TRIES = 3
TRIES_OF_A_STOP = 200
"""Seconds of work, within the time that a request may take; of so many at once each would have been stored."""


class StreamUnreadable(Exception):
    """A stream holds facts that cannot be read, or those of an aggregate of another kind: the log is damaged.

    `version`: that of its last fact, behind which a stop can still be stored.
    """

    def __init__(self, stream_id: UUID, version: int) -> None:
        super().__init__(f"stream {stream_id} cannot be read; `farley check` says more")
        self.version = version


class Store(Protocol):
    """Loads aggregates from their facts and saves new facts, durably and all or none."""

    def find(self, aggregate_class: type[A], aggregate_id: UUID) -> A | None:
        """The aggregate, or None where nothing was ever said of it.

        StreamUnreadable where its stream holds what cannot be read, or the facts of an aggregate of another kind.
        """
        ...

    def find_all(self, aggregate_class: type[A], aggregate_ids: Collection[UUID]) -> dict[UUID, A]:
        """Those of these that there are, read at once. WrongKind."""
        ...

    def caught_up(self, aggregate: A) -> A:
        """The aggregate with the facts that its stream has got since it was loaded."""
        ...

    def first_fact(self, aggregate_class: type[A], aggregate_id: UUID) -> tuple[Fact, int] | None:
        """The first fact of an aggregate and its position, None where there is none. StreamUnreadable."""
        ...

    def fact(self, aggregate_class: type[A], aggregate_id: UUID, version: int) -> Fact:
        """One fact that is known to be there. StreamUnreadable."""
        ...

    def last_fact(self, aggregate_class: type[A], aggregate_id: UUID) -> Fact | None:
        """The last fact of an aggregate, None where there is none. StreamUnreadable."""
        ...

    def position_of(self, aggregate_class: type[A], aggregate_id: UUID, version: int) -> int:
        """Where one fact stands that is known to be there."""
        ...

    def positions_of(
        self, aggregate_class: type[A], aggregate_ids: Collection[UUID], version: int
    ) -> dict[UUID, int]:
        """Where the fact of this version stands, of each of these that has it."""
        ...

    def unreadable_fields(self, fact: Fact) -> frozenset[str]:
        """The personal fields that this fact was stored with and that nobody can read now."""
        ...

    def present(self, aggregate_class: type[A], aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """Which of these aggregates have facts."""
        ...

    def save(
        self, *aggregates: Aggregate, request: Request, answer: Answer, fence: Fence | None = None
    ) -> Answer:
        """Appends what is pending, with the request's receipt; the answer gets the last fact's position.

        Conflict where a stream has moved on meanwhile. ReceiptExists where the request was answered before.
        LeaseLost where the fence's lease is not held any more.
        """
        ...

    def head(self) -> int:
        """The position of the last fact, 0 while there is none."""
        ...


def load(
    store: Store, aggregate_class: type[A], aggregate_id: UUID, missing: type[NotFound], request: Request
) -> A:
    """The aggregate; `missing` where there is none, PreconditionFailed where If-Match names other versions
    or those of another aggregate.
    """
    aggregate = store.find(aggregate_class, aggregate_id)
    if aggregate is None:
        raise missing()
    if not request.expects(aggregate_id, aggregate.version):
        raise PreconditionFailed(version=aggregate.version)
    return aggregate


Command = Callable[Concatenate[S, Any, Request, P], Answer]


def retried(method: Command[S, P]) -> Command[S, P]:
    """Runs the command again, up to three times in all, when someone else saved first.

    A client that named the version it decided on is told by `load` when that is the one that moved on.
    """
    return _tried(method, TRIES, Conflict)


def retried_until_stored(method: Command[S, P]) -> Command[S, P]:
    """The same for a command that stops messages: it is tried until it is stored. TooMuchContention at last."""
    return _tried(method, TRIES_OF_A_STOP, TooMuchContention)


def _tried(method: Command[S, P], tries: int, in_the_end: type[FarleyError]) -> Command[S, P]:
    @wraps(method)
    def again(self: S, command: Any, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        for _ in range(tries):
            try:
                return method(self, command, request, *args, **kwargs)
            except PreconditionFailed:
                raise
            except Conflict as conflict:
                last = conflict
        raise in_the_end() from last

    return again
