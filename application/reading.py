"""The port to the read models, as interfaces see it."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from application.personal import PersonalCipher


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the read models are: they have folded up to `folded`, and the log ends at `head`.

    `own`: the last fact behind `folded` that a certain actor stated, 0 for none.
    """

    folded: int
    head: int
    own: int = 0


class Reading(Protocol):
    """Where questions are asked."""

    @property
    def cipher(self) -> PersonalCipher:
        """Opens what the read models hold sealed."""
        ...

    def snapshot(self) -> AbstractContextManager[Any]:
        """A read-only psycopg connection whose statements all see one state; its rows are dicts."""
        ...

    def progress(self, actor: str) -> Progress:
        """How far every read model is, and what of this actor's they have yet to fold."""
        ...

    def wait_for(self, position: int, seconds: float, *, without_place: float = 0.0) -> None:
        """Returns once every read model has reached `position`; ProjectionBehind if that takes longer.

        Only some of the threads may wait so long. Another waits so many seconds `without_place`; TooManyWaiting.
        """
        ...
