"""The port to the facts that were known at a past instant."""

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
    - `rules_version`: that of the newest decision by then, or of the first decision after the position that the
      question names. None if there is no such decision. `smtputf8`: whether its next hop supported SMTPUTF8.
    - `content`: the campaign's content then, or None if the question names no campaign or it did not exist yet.
    """

    known: Known
    rules_version: int | None = None
    smtputf8: bool | None = None
    content: CampaignContent | None = None


class PastReading(Protocol):
    def open(
        self, at: datetime, person_id: UUID, *, campaign_id: UUID | None, known_to: int | None = None
    ) -> AbstractContextManager[Then]:
        """Opens what was known at an instant about a person and about the campaign's open run, from the log alone.

        With `known_to` it is what the log held up to this position, instead of what was recorded by `at`. Raises
        PositionBeyondLog.
        """
