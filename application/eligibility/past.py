"""What was known at an instant that has passed: the port of questions about the past."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from domain.campaigns.events import CampaignContent
from domain.deciding.facts import DecisionFacts
from domain.deciding.policy import SuppressionPolicy


@dataclass(frozen=True, kw_only=True)
class KnownThen:
    """The facts about a person and the adopted policies up to `position`: as asked, else the last recorded by then.

    `rules_version`: of the newest decision by then, or of the first behind a position that was asked for; None where
    there is none. `smtputf8`: whether the next hop of that decision had it.
    `content`: what the campaign said then, None where none is asked about or it was not there yet.
    `ends_at`: the end of its run, where one was open.
    """

    position: int
    facts: DecisionFacts
    policies: tuple[SuppressionPolicy, ...]
    rules_version: int | None = None
    smtputf8: bool | None = None
    content: CampaignContent | None = None
    ends_at: datetime | None = None


class PastReading(Protocol):
    def known_at(
        self,
        at: datetime,
        person_id: UUID,
        *,
        channel: str | None,
        campaign_id: UUID | None,
        known_to: int | None = None,
    ) -> KnownThen:
        """From the log alone. With a campaign whose run was open then, as that run would have read it.

        `channel`: the campaign's where it is None. `known_to`: up to this position, not up to what was recorded at
        `at`; PositionBeyondLog.
        """
        ...
