"""What whoever holds the link of a message may want."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Unsubscribe:
    """No more messages of the campaign's purpose on its channel; `reason`: by which way it was said."""

    message_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class SavePreferences:
    """What is wanted from now on: `wanted` are keys of `Choice`; all others are not wanted.

    `stop_all`: nothing promotional at all, whatever is wanted beside it.
    """

    message_id: UUID
    wanted: Collection[str]
    stop_all: bool
