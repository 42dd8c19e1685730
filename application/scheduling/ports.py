"""What the scheduler needs of the read models."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from domain.runs.run import run_id


@dataclass(frozen=True, kw_only=True)
class Slot:
    """A planned instant of a campaign. It is decided by the first fact of its run."""

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
        """Up to which position `due` knows."""
        ...

    def due(self, now: datetime) -> list[Slot]:
        """The slots whose instant has come and that nobody is known to have decided, the earliest first."""
        ...
