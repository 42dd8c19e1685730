"""The port to the index of names, which finds profiles by the words of their names and towns."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class WordOf(StrEnum):
    """What a word belongs to."""

    NAME = "name"
    TOWN = "town"


Matched = Mapping[str, frozenset[WordOf]]
"""The words of a search that a profile has, and what each belongs to."""


@dataclass(frozen=True, kw_only=True)
class Candidates:
    """Profiles that may belong to a person who has all words of a search. `are_all`: whether these are all of them."""

    profiles: Mapping[UUID, Matched]
    are_all: bool


class NameIndex(Protocol):
    """Finds profiles by words of `words_of`."""

    def position(self) -> int:
        """Returns the position up to which the index has followed the log."""

    def catch_up(self, position: int, seconds: float) -> int:
        """Makes the index follow the log up to this position and returns the position that it has reached.

        It never goes beyond the read model of customers. Raises ProjectionBehind after `seconds`.
        """

    def candidates(self, words: Collection[str]) -> Candidates:
        """Returns the profiles with the rarest word, if these are few, or else some of those with all words."""

    def matched(self, profile_ids: Collection[UUID], words: Collection[str]) -> dict[UUID, Matched]:
        """Returns which of the words each of these profiles has, without profiles that have none."""
