"""The port through which the scheduler reads schedules."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.runs.run import run_id


@dataclass(frozen=True, kw_only=True)
class Slot:
    """An instant for which a run of a campaign is scheduled. The first fact of the run decides the slot."""

    campaign_id: UUID
    planned_for: datetime
    grace_seconds: int

    @property
    def run_id(self) -> UUID:
        return run_id(self.campaign_id, self.planned_for)

    @property
    def grace_ends_at(self) -> datetime:
        return self.planned_for + timedelta(seconds=self.grace_seconds)


class ScheduleReading(Protocol):
    def position(self) -> int:
        """Returns the position up to which `due` knows the log."""

    def due(self, now: datetime) -> list[Slot]:
        """Returns the slots whose instant has come and that are not known to be decided, the earliest first."""
