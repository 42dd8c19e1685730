"""Schedules of campaigns, and what becomes of their slots."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from application.campaigns.commands import StartRun
from application.requests import Answer
from application.scheduling.commands import ScheduleRun
from application.scheduling.scheduler import Scheduler
from domain.runs.run import Run
from projections.schedules import reading as schedules
from tests.world import BEGIN, World

PLANNED, MISSED, OPENED = "runs.RunPlanned", "runs.RunMissed", "campaigns.CampaignRunOpened"
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
AT = BEGIN + HOUR


def schedule(world: World, campaign_id: UUID, at: datetime = AT, **values: Any) -> Answer:
    command = ScheduleRun(campaign_id=campaign_id, at=at, **values)
    return world.services.schedules.schedule_run(command, world.request())


def tick_at(world: World, scheduler: Scheduler, instant: datetime) -> int:
    world.clock.instant = instant
    world.fold()
    return scheduler.tick()


def slots(world: World, campaign_id: UUID) -> dict[datetime, tuple[str, str | None]]:
    """What became of each planned instant, and why it was missed."""
    world.fold()
    with world.reading() as connection:
        rows = schedules.schedules(connection, campaign_id)
    return {row["planned_for"]: (row["state"], row["cause"]) for row in rows}


def first_fact(world: World, answer: Answer) -> Any:
    found = world.web.store.first_fact(Run, UUID(answer.body["run_id"]))
    return found[0] if found else None


def start(world: World, campaign_id: UUID, planned_for: datetime | None = None) -> Answer:
    command = StartRun(campaign_id=campaign_id, planned_for=planned_for)
    return world.services.campaigns.start_run(command, world.request())


def assert_one_run(world: World, slots_decided: int) -> None:
    """Each slot was decided once, and each run was opened by its campaign in the same save."""
    planned, opened = world.positions_of(PLANNED), world.positions_of(OPENED)
    assert len(planned) == slots_decided
    assert [position - 1 for position in planned] == list(opened)
