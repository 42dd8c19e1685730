"""What people said about consent, as the log has it: no projection, no lag."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from domain.deciding.facts import SaidConsent


class Sayings(Protocol):
    def of(self, profile_ids: Collection[UUID]) -> tuple[SaidConsent, ...]:
        """Everything these profiles said, in the log's order."""
        ...
