"""Schedules: the instants at which a campaign shall run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from application.natural_identity import as_duplicate
from application.paths import under
from application.requests import Answer, Request
from application.scheduling.commands import ScheduleRun
from application.store import Store, load, retried
from domain.campaigns.campaign import Campaign
from domain.campaigns.errors import CampaignNotFound
from domain.campaigns.events import CampaignScheduled
from domain.errors import DifferentContent, InvalidInput
from domain.runs.run import run_id
from domain.zones import instant_of, known_zone

LONGEST_PLAN = timedelta(days=3_653)
"""How far ahead a run can be scheduled: ten years, with three leap days."""
DEFAULT_GRACE = 3600
"""The grace of a run in seconds, if the command gives none."""


class SchedulesService:
    """Schedules runs. `zone` is the installation's time zone."""

    def __init__(self, store: Store, zone: str) -> None:
        self._store = store
        self._zone = zone

    @retried
    def schedule_run(self, command: ScheduleRun, request: Request) -> Answer:
        """Schedules a run. An instant that is already scheduled is a duplicate.

        Raises InvalidInput for an instant that has passed or is more than ten years ahead, for a local time without
        a time zone, and for a time zone beside an offset.
        """
        campaign = load(self._store, Campaign, command.campaign_id, CampaignNotFound, request)
        command = _with_known_zone(command)
        planned_for = _instant(command)
        answer = _answer(campaign, planned_for)
        earlier = campaign.schedules.get(planned_for)
        if earlier is not None:
            self._refuse_another(earlier, command)
            duplicate = as_duplicate(answer, self._position_of(earlier))
            return self._store.save(request=request, answer=duplicate)
        _refuse_unplannable(planned_for, request.received_at)
        campaign.schedule(request.circumstances(), planned_for=planned_for, **self._schedule_details(command))
        return self._store.save(campaign, request=request, answer=answer)

    def _schedule_details(self, command: ScheduleRun) -> dict[str, Any]:
        return {
            "time_zone": command.time_zone or self._zone,
            "grace_seconds": DEFAULT_GRACE if command.grace_seconds is None else command.grace_seconds,
            "local_time": command.at.isoformat() if command.at.tzinfo is None else None,
        }

    def _refuse_another(self, earlier: CampaignScheduled, command: ScheduleRun) -> None:
        """Raises DifferentContent if a given field differs from the earlier schedule for this instant."""
        given = {"time_zone": command.time_zone, "grace_seconds": command.grace_seconds}
        if any(value not in (None, getattr(earlier, name)) for name, value in given.items()):
            raise DifferentContent(position=str(self._position_of(earlier)))

    def _position_of(self, fact: CampaignScheduled) -> int:
        return self._store.position_of(Campaign, fact.originator_id, fact.originator_version)


def _with_known_zone(command: ScheduleRun) -> ScheduleRun:
    return command if command.time_zone is None else replace(command, time_zone=known_zone(command.time_zone))


def _instant(command: ScheduleRun) -> datetime:
    if command.at.tzinfo is not None:
        _refuse_zone(command)
        return command.at.astimezone(UTC)
    if command.time_zone is None:
        raise InvalidInput(
            "A time without an offset needs a time_zone, such as Europe/Madrid.",
            path="time_zone",
            code="missing",
        )
    with under("at"):
        return instant_of(command.at, command.time_zone)


def _refuse_zone(command: ScheduleRun) -> None:
    if command.time_zone is not None:
        raise InvalidInput(
            "Give either the offset of the instant or a time_zone: leave one of them out.",
            path="time_zone",
            code="not_together",
        )


def _refuse_unplannable(planned_for: datetime, now: datetime) -> None:
    if planned_for < now:
        raise InvalidInput("This instant is in the past. Choose a later one.", path="at", code="in_past")
    if planned_for - now > LONGEST_PLAN:
        raise InvalidInput(
            "This instant is more than ten years ahead. Choose an earlier one.", path="at", code="in_future"
        )


def _answer(campaign: Campaign, planned_for: datetime) -> Answer:
    body = {
        "campaign_id": str(campaign.id),
        "run_id": str(run_id(campaign.id, planned_for)),
        "planned_for": planned_for.isoformat().replace("+00:00", "Z"),
    }
    return Answer(body=body, created=True)
