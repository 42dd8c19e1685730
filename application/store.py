"""The port to the log, as use cases see it."""

from collections.abc import Callable, Collection, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar
from uuid import UUID

from application.leases import Fence
from application.requests import Answer, Request
from domain.aggregates import Aggregate
from domain.errors import Conflict, FarleyError, NotFound, Outdated, PreconditionFailed, TooMuchContention
from domain.facts import Fact

A = TypeVar("A", bound=Aggregate)
P = ParamSpec("P")
S = TypeVar("S")
TRIES = 3
TRIES_OF_A_STOP = 200
"""The number of tries for commands that stop messages. They take seconds, less than a request may take. As many
concurrent commands on one stream are all stored."""


class StreamUnreadable(Exception):
    """A stream holds unreadable facts, or facts of an aggregate of another kind: the log is damaged.

    `version` is the version of the stream's last fact, after which a stop can still be stored.
    """

    def __init__(self, stream_id: UUID, version: int) -> None:
        super().__init__(f"stream {stream_id} cannot be read; `farley check` says more")
        self.version = version


class Store(Protocol):
    """Loads aggregates from their facts. Saves new facts durably, and either all of them or none."""

    def find(self, aggregate_class: type[A], aggregate_id: UUID) -> A | None:
        """Returns the aggregate, or None if it has no facts.

        Raises StreamUnreadable if its stream holds unreadable facts or facts of an aggregate of another kind.
        """

    def recall(self, aggregate_class: type[A], aggregate_id: UUID) -> A | None:
        """Returns the aggregate as this process remembers it. It may lack its newest facts.

        Callers only read it. When they save what they decided by it, they name it in `rests_on`.
        """

    def find_all(self, aggregate_class: type[A], aggregate_ids: Collection[UUID]) -> dict[UUID, A]:
        """Returns the aggregates that exist among these ids, by id. Reads them at once. Raises WrongKind."""

    def caught_up(self, aggregate: A) -> A:
        """Returns the aggregate with the facts that its stream received since it was loaded."""

    def first_fact(self, aggregate_class: type[A], aggregate_id: UUID) -> tuple[Fact, int] | None:
        """Returns an aggregate's first fact and its position, or None without facts. Raises StreamUnreadable."""

    def first_facts(
        self, aggregate_class: type[A], aggregate_ids: Collection[UUID]
    ) -> dict[UUID, tuple[Fact, int]]:
        """Returns the first facts of those aggregates that have one, with their positions. Reads them at once."""

    def fact(self, aggregate_class: type[A], aggregate_id: UUID, version: int) -> Fact:
        """Returns the fact with this version, which must exist. Raises StreamUnreadable."""

    def fact_and_unreadable_fields(
        self, aggregate_class: type[A], aggregate_id: UUID, version: int
    ) -> tuple[Fact, frozenset[str]]:
        """Returns what `fact` and `unreadable_fields` return, and reads the fact once."""

    def last_fact(self, aggregate_class: type[A], aggregate_id: UUID) -> Fact | None:
        """Returns the last fact of an aggregate, or None without facts. Raises StreamUnreadable."""

    def position_of(self, aggregate_class: type[A], aggregate_id: UUID, version: int) -> int:
        """Returns the position of the fact with this version, which must exist."""

    def positions_of(
        self, aggregate_class: type[A], aggregate_ids: Collection[UUID], version: int
    ) -> dict[UUID, int]:
        """Returns the position of the fact with this version, for each aggregate that has one."""

    def unreadable_fields(self, fact: Fact) -> frozenset[str]:
        """Returns the personal fields that were stored with this fact and can no longer be read."""

    def present(self, aggregate_class: type[A], aggregate_ids: Sequence[UUID]) -> set[UUID]:
        """Returns the ids of those aggregates that have facts."""

    def save(
        self,
        *aggregates: Aggregate,
        request: Request,
        answer: Answer,
        fence: Fence | None = None,
        rests_on: Sequence[Aggregate] = (),
    ) -> Answer:
        """Appends the pending facts and the request's receipt. The answer gets the last fact's position.

        Raises Conflict if a stream has new facts, and Outdated if an aggregate of `rests_on` has. Raises
        ReceiptExists if the request was answered before, and LeaseLost if the fence's lease is no longer held.
        """

    def save_facts(
        self,
        facts: Sequence[Fact],
        *,
        request: Request,
        answer: Answer,
        rests_on: Sequence[Aggregate] = (),
    ) -> Answer:
        """Does what `save` does, for the facts of new aggregates that need not be built."""

    def head(self) -> int:
        """Returns the position of the last fact, or 0 if there is none."""


def load(
    store: Store, aggregate_class: type[A], aggregate_id: UUID, missing: type[NotFound], request: Request
) -> A:
    """Returns the aggregate. Raises `missing` if it does not exist.

    Raises PreconditionFailed if If-Match names only other versions or versions of another aggregate.
    """
    aggregate = store.find(aggregate_class, aggregate_id)
    if aggregate is None:
        raise missing()
    if not request.expects(aggregate_id, aggregate.version):
        raise PreconditionFailed(version=aggregate.version)
    return aggregate


Command = Callable[Concatenate[S, Any, Request, P], Answer]


def retried(method: Command[S, P]) -> Command[S, P]:
    """Runs the command again after a Conflict, up to three times in all, and after an Outdated much more often.

    If the client named a version in If-Match and that aggregate has changed, `load` raises PreconditionFailed.
    """
    return _tried(method, TRIES, Conflict)


def retried_until_stored(method: Command[S, P]) -> Command[S, P]:
    """Like `retried`, with many more tries, for a command that stops messages.

    Raises TooMuchContention after the last try.
    """
    return _tried(method, TRIES_OF_A_STOP, TooMuchContention)


def _tried(method: Command[S, P], tries: int, in_the_end: type[FarleyError]) -> Command[S, P]:
    @wraps(method)
    def retried(self: S, command: Any, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Answer:
        conflicts, last = 0, Conflict()
        for _ in range(TRIES_OF_A_STOP):
            try:
                return method(self, command, request, *args, **kwargs)
            except PreconditionFailed:
                raise
            except Conflict as conflict:
                last = conflict
                conflicts += not isinstance(conflict, Outdated)
            if conflicts >= tries:
                break
        raise in_the_end() from last

    return retried
