"""The commands of a reader who follows the link in a message."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Unsubscribe:
    """Stops messages for the campaign's purpose on its channel. `reason` says how the reader unsubscribed."""

    message_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class SavePreferences:
    """Saves the choices of the page. `wanted` are the keys of the wanted choices. All others are not wanted.

    `stop_all` stops every promotional message, whatever `wanted` contains.
    """

    message_id: UUID
    wanted: Collection[str]
    stop_all: bool
