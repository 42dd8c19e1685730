"""The port to personal data, which is sealed under the key of the source profile that it is about."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Sealed:
    """One sealed value from a fact or a read model: its profile, its field and its token.

    `stream_id` and `version` name the fact if the value was read from one. A token of another fact does not open.
    """

    profile_id: UUID
    field: str
    token: str
    stream_id: UUID | None = None
    version: int | None = None


class PersonalCipher(Protocol):
    def prepare(self, profile_ids: Collection[UUID]) -> None:
        """Makes the missing keys. They are committed before any value is sealed under them."""

    def seal(self, profile_id: UUID, stream_id: UUID, version: int, field: str, value: Any) -> str:
        """Returns the token of a JSON value. The token is bound to this profile, fact and field."""

    def unseal(self, sealed: Sequence[Sealed | None]) -> list[Any]:
        """Returns the values in order. A value is None if its key is gone or its token belongs to another place."""
