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
"""This many tries take seconds, less than a request may take; this many commands at once are all stored."""


class StreamUnreadable(Exception):
    """A stream holds unreadable facts, or facts of an aggregate of another kind: the log is damaged.

    `version` is the version of the stream's last fact, after which a stop can still be stored.
    """

    def __init__(self, stream_id: UUID, version: int) -> None:
        super().__init__(f"stream {stream_id} cannot be read; `farley check` says more")
        self.version = version


class Store(Protocol):
    """Loads aggregates from their facts and saves new facts, durably and all or none."""

    def find(self, aggregate_class: type[A], aggregate_id: UUID) -> A | None:
        """The aggregate, or None if it has no facts.

        Raises StreamUnreadable if its stream holds unreadable facts or facts of an aggregate of another kind.
        """
        ...

    def find_all(self, aggregate_class: type[A], aggregate_ids: Collection[UUID]) -> dict[UUID, A]:
        """The aggregates that exist among these ids, by id, read at once. Raises WrongKind."""
        ...

    def caught_up(self, aggregate: A) -> A:
        """The aggregate with the facts that its stream has got since it was loaded."""
        ...

    def first_fact(self, aggregate_class: type[A], aggregate_id: UUID) -> tuple[Fact, int] | None:
        """The first fact of an aggregate and its position, or None without facts. Raises StreamUnreadable."""
        ...

    def fact(self, aggregate_class: type[A], aggregate_id: UUID, version: int) -> Fact:
        """The fact of this version, which must exist. Raises StreamUnreadable."""
        ...

    def last_fact(self, aggregate_class: type[A], aggregate_id: UUID) -> Fact | None:
        """The last fact of an aggregate, or None without facts. Raises StreamUnreadable."""
        ...

    def position_of(self, aggregate_class: type[A], aggregate_id: UUID, version: int) -> int:
        """The position of the fact of this version, which must exist."""
        ...

    def positions_of(
        self, aggregate_class: type[A], aggregate_ids: Collection[UUID], version: int
    ) -> dict[UUID, int]:
        """The position of the fact of this version, for each aggregate that has one."""
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
        """Appends the pending facts and the request's receipt. The answer gets the last fact's position.

        Raises Conflict if a stream has new facts, ReceiptExists if the request was answered before, and
        LeaseLost if the fence's lease is no longer held.
        """
        ...

    def head(self) -> int:
        """The position of the last fact, 0 while there is none."""
        ...


def load(
    store: Store, aggregate_class: type[A], aggregate_id: UUID, missing: type[NotFound], request: Request
) -> A:
    """The aggregate. Raises `missing` if it does not exist, and PreconditionFailed if If-Match names only
    other versions or versions of another aggregate.
    """
    aggregate = store.find(aggregate_class, aggregate_id)
    if aggregate is None:
        raise missing()
    if not request.expects(aggregate_id, aggregate.version):
        raise PreconditionFailed(version=aggregate.version)
    return aggregate


Command = Callable[Concatenate[S, Any, Request, P], Answer]


def retried(method: Command[S, P]) -> Command[S, P]:
    """Runs the command again after a Conflict, up to three times in all.

    If the client named a version in If-Match and that aggregate has changed, `load` raises PreconditionFailed.
    """
    return _tried(method, TRIES, Conflict)


def retried_until_stored(method: Command[S, P]) -> Command[S, P]:
    """Like `retried`, for a command that stops messages, with many more tries. Raises TooMuchContention at last."""
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
