"""What marketers want of the calendar."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class ScheduleRun:
    """`at` is an instant, or a local time of `time_zone` where it has no offset; `grace_seconds`: how late at most."""

    campaign_id: UUID
    at: datetime
    time_zone: str | None = None
    grace_seconds: int | None = None
