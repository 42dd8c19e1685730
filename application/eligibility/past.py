"""What was known at an instant that has passed: the port of questions about the past."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from application.deciding.ports import Known
from domain.campaigns.events import CampaignContent


@dataclass(frozen=True, kw_only=True)
class Then:
    """`known`: what a question about one person rests on. `rules_version`: of the newest decision by then, or of the
    first behind a position that was asked for; None where there is none. `smtputf8`: whether the next hop of that
    decision had it. `content`: what the campaign said then, None where none is asked about or it was not there yet.
    """

    known: Known
    rules_version: int | None = None
    smtputf8: bool | None = None
    content: CampaignContent | None = None


class PastReading(Protocol):
    def open(
        self, at: datetime, person_id: UUID, *, campaign_id: UUID | None, known_to: int | None = None
    ) -> AbstractContextManager[Then]:
        """What was known at an instant about a person, and about the campaign's open run, from the log alone.

        `known_to`: up to this position, not up to what was recorded at `at`; PositionBeyondLog.
        """
        ...
