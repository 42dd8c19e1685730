"""Schedules: the planned instants of a campaign and their states."""

from typing import Any
from uuid import UUID

from application.requests import Answer
from application.scheduling.commands import ScheduleRun
from domain.campaigns.errors import CampaignNotFound
from domain.runs.run import run_id
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.campaigns.schedules_schemas import (
    ScheduleRunIn,
    SchedulesOfAllOut,
    SchedulesOut,
    SchedulesQuery,
    ScheduleStoredOut,
)
from interfaces.http.current import services
from interfaces.http.moments import refuse_reversed
from interfaces.http.paging import Instant, page, place_of
from interfaces.http.paused import reads
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import PageQuery
from projections.campaigns.reading import campaign
from projections.schedules.reading import schedules as instants_planned
from projections.schedules.reading import schedules_of_all

schedules = Routes("schedules", "When campaigns shall run.")
THE_SCHEDULES = "/api/campaigns/<uuid:campaign_id>/schedules"
InstantOfCampaign = tuple[Instant, UUID]


@schedules.command(THE_SCHEDULES, ScheduleRunIn, ScheduleStoredOut, status=201, location=THE_SCHEDULES)
@action("campaigns:write")
def schedule_run(body: Body, campaign_id: UUID) -> Answer:
    """Plans a run of an approved campaign; the same instant again is a duplicate."""
    return services().schedules.schedule_run(ScheduleRun(campaign_id=campaign_id, **body), command_request())


@schedules.question(THE_SCHEDULES, PageQuery, SchedulesOut)
@action("campaigns:read")
@reads("campaigns", "schedules")
def list_schedules(query: Body, campaign_id: UUID) -> dict[str, Any]:
    """Lists the planned instants of a campaign with their states, the latest first."""
    limit, before = query["limit"], place_of(query.get("cursor"), Instant)
    with services().reading.snapshot() as connection:
        if campaign(connection, campaign_id, services().clock.now()) is None:
            raise CampaignNotFound()
        rows = instants_planned(connection, campaign_id, before=before, limit=limit + 1)
    return page([_shown(row) for row in rows], limit, lambda row: row["planned_for"].isoformat())


@schedules.question("/api/schedules", SchedulesQuery, SchedulesOfAllOut)
@action("campaigns:read")
@reads("campaigns", "schedules")
def list_schedules_of_all(query: Body) -> dict[str, Any]:
    """Lists the planned instants of all campaigns with their states, the earliest first."""
    refuse_reversed(query)
    limit, after = query.pop("limit"), place_of(query.pop("cursor", None), InstantOfCampaign)
    with services().reading.snapshot() as connection:
        rows = schedules_of_all(
            connection,
            since=query.get("since"),
            until=query.get("until"),
            state=query.get("state"),
            after=after,
            limit=limit + 1,
        )
    return page([_shown(row) for row in rows], limit, lambda row: (row["planned_for"], row["campaign_id"]))


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "run_id": run_id(row["campaign_id"], row["planned_for"])}
