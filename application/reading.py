"""The port to the read models, as interfaces see it."""

from contextlib import AbstractContextManager
from typing import Any, Protocol

from application.personal import PersonalCipher


class Reading(Protocol):
    """Where questions are asked."""

    @property
    def cipher(self) -> PersonalCipher:
        """Opens what the read models hold sealed."""
        ...

    def snapshot(self) -> AbstractContextManager[Any]:
        """A read-only psycopg connection whose statements all see one state; its rows are dicts."""
        ...

    def wait_for(self, position: int, seconds: float) -> None:
        """Returns once every read model has reached `position`; ProjectionBehind if that takes longer."""
        ...
