"""The port to the links that hold at the log's head: no projection, no lag."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from domain.customers.profile import How


@dataclass(frozen=True, kw_only=True)
class Link:
    """Profile `profile_id` is the same person as `other_id`; it stands in the stream of the first.

    `position` is its fact's, 0 for one that is not stored yet.
    """

    profile_id: UUID
    other_id: UUID
    how: How
    position: int = field(default=0, compare=False)


class Links(Protocol):
    def around(self, profile_ids: Collection[UUID]) -> Collection[Link]:
        """The links that hold among these profiles and all that links ever joined to them, however far."""
        ...

    def held_by(self, customer_ids: Collection[UUID]) -> set[UUID]:
        """The profiles whose identifier one of these customers holds, held, or was linked to."""
        ...

    def has_facts(self, profile_id: UUID) -> bool:
        """Whether any fact is about this profile."""
        ...
