"""The changes of keys, sign-in links and sessions, each with the person who made it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class AccessChange(StrEnum):
    """What somebody did."""

    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    LINK_MADE = "link_made"
    SESSION_ENDED = "session_ended"


@dataclass(frozen=True, kw_only=True)
class DoneChange:
    """A change. `operator`: an account of the machine, or the owner of a key, such as `person:maria`.

    `owner`: whose key it is, `key:NAME` of a client or `person:NAME`. `number` orders the changes.
    """

    number: int
    happened_at: datetime
    operator: str
    change: AccessChange
    owner: str
    key_id: UUID
    session_id: UUID | None


class AccessChanges(Protocol):
    """The record of changes."""

    def newest(
        self, limit: int, before: int | None = None, key_id: UUID | None = None
    ) -> Sequence[DoneChange]:
        """Returns at most so many changes, of one key or of all, the newest first. `before`: only those before this
        number."""
