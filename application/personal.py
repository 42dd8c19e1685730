"""The port to personal data: sealed under the key of the source profile it is about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """One sealed value as a fact or a read model holds it: whose it is, which field, the token.

    Where it is read from its fact, `stream_id` and `version` say which: a token of another one does not open.
    """

    profile_id: UUID
    field: str
    token: str
    stream_id: UUID | None = None
    version: int | None = None


class PersonalCipher(Protocol):
    def prepare(self, profile_ids: Collection[UUID]) -> None:
        """Makes the keys that are missing, committed before anything is sealed under them."""
        ...

    def seal(self, profile_id: UUID, stream_id: UUID, version: int, field: str, value: Any) -> str:
        """The token of a JSON value: bound to this person, fact and field."""
        ...

    def unseal(self, sealed: Sequence[Sealed | None]) -> list[Any]:
        """The values in order; None for one whose key is gone or that was moved from where it belongs."""
        ...
