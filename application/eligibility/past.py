"""The port to the facts that were known at a past instant."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.deciding.ports import Known
from domain.campaigns.events import CampaignContent


@dataclass(frozen=True, kw_only=True)
class Then:
    """The facts that were known at a past instant.

    - `known`: the facts for questions about one person.
    - `rules_version`: the version of the rules by which Farley decided then. The newest decision at that instant tells
      it. If the question names a position, the first decision after that position tells it. None without a decision.
    - `smtputf8`: whether the next hop of the same decision supported SMTPUTF8.
    - `concerned`: the profiles whose facts a decision about the person can rest on.
    - `content`: the campaign's content then, or None if the question names no campaign or it did not exist yet.
    """

    known: Known
    rules_version: int | None = None
    smtputf8: bool | None = None
    concerned: Collection[UUID] = ()
    content: CampaignContent | None = None


class PastReading(Protocol):
    def open(
        self, at: datetime, person_id: UUID, *, campaign_id: UUID | None, known_to: int | None = None
    ) -> AbstractContextManager[Then]:
        """Opens what was known at an instant about a person and about the campaign's open run, from the log alone.

        With `known_to` it is what the log held up to this position, instead of what was recorded by `at`. Raises
        PositionBeyondLog.
        """
