"""The commands about schedules."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class ScheduleRun:
    """Schedules a run of a campaign.

    `at` is an instant, or a local time in `time_zone` if it has no offset. `grace_seconds` is how late the run may
    start.
    """

    campaign_id: UUID
    at: datetime
    time_zone: str | None = None
    grace_seconds: int | None = None
