"""The port that reads consents and withdrawals from the log itself, without the lag of a projection."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from domain.deciding.facts import ConsentStatement


class Sayings(Protocol):
    def of(self, profile_ids: Collection[UUID]) -> tuple[ConsentStatement, ...]:
        """Returns all consents and withdrawals of these profiles, in the log's order."""
