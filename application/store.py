"""The port to the log, as use cases see it."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

from application.leases import Fence
from application.requests import Answer, Request
from domain.errors import Conflict, NotFound, PreconditionFailed
from domain.facts import Aggregate, Fact

A = TypeVar("A", bound=Aggregate)
P = ParamSpec("P")
S = TypeVar("S")
TRIES = 3


class Store(Protocol):
    """Loads aggregates from their facts and saves new facts, durably and all or none."""

    def find(self, aggregate_class: type[A], stream_id: UUID) -> A | None:
        """The aggregate, or None where the stream is empty or another's."""
        ...

    def caught_up(self, aggregate: A) -> A:
        """The aggregate with the facts that its stream has got since it was loaded."""
        ...

    def first_fact(self, stream_id: UUID) -> tuple[Fact, int] | None:
        """The first fact of a stream and its position, None where there is none."""
        ...

    def fact(self, stream_id: UUID, version: int) -> Fact:
        """One fact that is known to be there."""
        ...

    def last_fact(self, stream_id: UUID) -> Fact | None:
        """The last fact of a stream, None where there is none."""
        ...

    def position_of(self, stream_id: UUID, version: int) -> int:
        """Where one fact stands that is known to be there."""
        ...

    def unreadable_fields(self, stream_id: UUID) -> frozenset[str]:
        """The personal fields that a stream's first fact was stored with and that nobody can read now."""
        ...

    def present(self, stream_ids: Sequence[UUID]) -> set[UUID]:
        """Which of these streams have facts."""
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
    store: Store, aggregate_class: type[A], stream_id: UUID, missing: type[NotFound], request: Request
) -> A:
    """The aggregate; `missing` where there is none, PreconditionFailed where If-Match names another version
    or one of another stream.
    """
    aggregate = store.find(aggregate_class, stream_id)
    if aggregate is None:
        raise missing()
    of_another = request.expected_stream not in (None, stream_id)
    if of_another or request.expected_version not in (None, aggregate.version):
        raise PreconditionFailed(version=aggregate.version)
    return aggregate


def retried(
    method: Callable[Concatenate[S, Any, Request, P], Answer],
) -> Callable[Concatenate[S, Any, Request, P], Answer]:
    """Runs the command again, up to three times in all, when someone else saved first.

    A client that named the version it decided on is told by `load` when that is the one that moved on.
    """

    @wraps(method)
    def again(self: S, command: Any, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        for _ in range(TRIES - 1):
            try:
                return method(self, command, request, *args, **kwargs)
            except PreconditionFailed:
                raise
            except Conflict:
                continue
        return method(self, command, request, *args, **kwargs)

    return again
