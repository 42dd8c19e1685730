"""The port through which interfaces read the read models."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from application.personal import PersonalCipher

Answer = TypeVar("Answer")


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the read models are. Those that are not paused have folded the facts up to `folded`.

    The log ends at `head`. `own` is the position of the last fact after `folded` that a certain actor stated, or 0 if
    there is none. `paused`: the positions of the projections that are paused, or need a paused one, by name.
    """

    folded: int
    head: int
    own: int = 0
    paused: Mapping[str, int] = field(default_factory=dict)


class Reading(Protocol):
    """Gives access to the read models."""

    @property
    def cipher(self) -> PersonalCipher:
        """Unseals the sealed values in the read models."""

    def snapshot(self) -> AbstractContextManager[Any]:
        """Opens a read-only psycopg connection. All its statements see one state, and rows are dicts."""

    def ask(self, question: Callable[[Any], Answer]) -> Answer:
        """Calls the question with a read-only psycopg connection and returns its answer. It may be called again.

        The question must be one that a single statement answers, with the standings of the projections (`reached_of`).
        """

    def last_stated(self, actor: str, *, after: int) -> int:
        """Returns the position of this actor's last fact after the position `after`, or 0 if there is none."""

    def progress(self, actor: str) -> Progress:
        """Returns how far all read models are, and which facts of this actor they have yet to fold."""

    def wait_for(self, position: int, seconds: float, *, without_place: float = 0.0) -> None:
        """Returns as soon as every read model that is not paused has reached `position`.

        Raises ProjectionBehind after `seconds`. Only a limited number of threads may wait that long. Any other thread
        waits for the seconds `without_place`, and then raises TooManyWaiting.
        """
