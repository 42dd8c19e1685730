"""The port that reads the current links from the log itself, without the lag of a projection."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from domain.customers.events import LinkBasis


@dataclass(frozen=True, kw_only=True)
class ProfileLink:
    """A link: profile `profile_id`, whose stream has the fact, is the same person as `other_id`.

    `position` is the position of that fact, or 0 if it is not stored yet.
    """

    profile_id: UUID
    other_id: UUID
    basis: LinkBasis
    position: int = field(default=0, compare=False)


class ProfileLinks(Protocol):
    def around(self, profile_ids: Collection[UUID]) -> Collection[ProfileLink]:
        """Returns the current links among these profiles and all profiles ever joined to them, directly or over
        others."""

    def profiles_naming(self, customer_ids: Collection[UUID]) -> set[UUID]:
        """Returns the profiles that ever named one of these customers as holder or as linked."""

    def has_facts(self, profile_id: UUID) -> bool:
        """Whether any fact is about this profile or names it as the second profile."""
