"""Schemas of schedules: the instants at which a campaign shall run."""

from typing import ClassVar

from domain.runs.events import MissedCause
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import PageOut, PageQuery, StoredOut
from interfaces.http.schemas.fields import (
    Id,
    Instant,
    Many,
    Part,
    Position,
    QueriedInstant,
    Text,
    When,
    Whole,
    Word,
)
from interfaces.http.schemas.fields.times import LOCAL
from projections.schedules.reading import ScheduleState

LONGEST_GRACE = 604_800
LONGEST_ZONE = 64


class ScheduleRunIn(BodyIn):
    """When the campaign shall run: an instant with its offset, or a local time of `time_zone`. At most ten years ahead.

    A local time that the clocks skip moves to the next valid instant; one that they show twice means the first.
    The run begins at most `grace_seconds` late (default: 3600; up to five seconds are never late), once the
    campaign is approved, not paused, and has no other open run. Otherwise the run is recorded as missed.
    """

    at = When(required=True)
    time_zone = Text(longest=LONGEST_ZONE)
    grace_seconds = Whole(low=0, high=LONGEST_GRACE)
    rules: ClassVar = {
        "if": {"properties": {"at": {"pattern": LOCAL}}},
        "then": {"required": ["time_zone"]},
        "else": {"not": {"required": ["time_zone"]}},
    }


class ScheduleStoredOut(StoredOut):
    """The planned instant, and the id of its run."""

    campaign_id = Id(required=True)
    run_id = Id(required=True)
    planned_for = Instant(required=True)


class ScheduleOut(BodyOut):
    """A planned instant. `run_id`: its run, begun or not. `cause`: the reason why the run was missed."""

    campaign_id = Id(required=True)
    planned_for = Instant(required=True)
    time_zone = Text(required=True)
    local_time = Text(required=True, allow_none=True)
    grace_seconds = Whole(required=True, low=0, high=LONGEST_GRACE)
    state = Word(list(ScheduleState), required=True)
    run_id = Id(required=True)
    cause = Word(list(MissedCause), required=True, allow_none=True)
    scheduled_at = Instant(required=True)
    position = Position(required=True)


class SchedulesOut(PageOut):
    """The planned instants of a campaign, the latest first."""

    items = Many(Part(ScheduleOut), required=True)


class SchedulesQuery(PageQuery):
    """Filters of planned instants of all campaigns. An instant must match all given filters."""

    since = QueriedInstant(
        metadata={"description": "Planned for this instant or later.", "example": "2026-03-01T00:00:00Z"}
    )
    until = QueriedInstant(
        metadata={"description": "Planned for before this instant.", "example": "2026-04-01T00:00:00Z"}
    )
    state = Word(
        list(ScheduleState),
        metadata={"description": "Only instants in this state.", "example": "planned"},
    )


class ScheduleOfCampaignOut(ScheduleOut):
    """A planned instant, with the name of its campaign."""

    name = Text(required=True)


class SchedulesOfAllOut(PageOut):
    """The planned instants of all campaigns, the earliest first."""

    items = Many(Part(ScheduleOfCampaignOut), required=True)
