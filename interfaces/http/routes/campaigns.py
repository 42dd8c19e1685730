"""Campaigns and their runs."""

from typing import Any
from uuid import UUID

from application.campaigns.commands import ApproveCampaign, DraftCampaign, StartRun
from application.requests import Answer
from domain.errors import CampaignNotFound
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.current import services
from interfaces.http.paging import Position, page, place_of
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.campaigns import (
    CampaignOut,
    CampaignsOut,
    CampaignStoredOut,
    DraftCampaignIn,
    RunStoredOut,
    StartRunIn,
)
from interfaces.http.schemas.common import NoQuery, NothingIn, PageQuery
from projections.campaigns.reading import campaign
from projections.campaigns.reading import campaigns as campaigns_drafted
from projections.history.reading import stream_version

campaigns = Routes("campaigns", "What is said to whom, and what came of it.")
A_CAMPAIGN = "/api/campaigns/<uuid:campaign_id>"


@campaigns.route("/api/campaigns", methods=["POST"])
@action("campaigns:write")
@campaigns.command(DraftCampaignIn, CampaignStoredOut, status=201, location="/api/campaigns/{campaign_id}")
def draft_campaign(body: Body) -> Answer:
    """Drafts a campaign; one that could not run is refused."""
    command = DraftCampaign(**body.pop("template"), **body)
    return services().campaigns.draft_campaign(command, command_request())


@campaigns.route("/api/campaigns", methods=["GET"])
@action("campaigns:read")
@campaigns.question(PageQuery, CampaignsOut)
def list_campaigns(query: Body) -> dict[str, Any]:
    """Campaigns, the newest first."""
    limit, before = query["limit"], place_of(query.get("cursor"), Position)
    with services().reading.snapshot() as connection:
        found = campaigns_drafted(connection, before=before, limit=limit + 1)
    return page([_shown(one) for one in found], limit, lambda one: one["drafted_position"])


@campaigns.route(A_CAMPAIGN, methods=["GET"])
@action("campaigns:read")
@campaigns.question(NoQuery, CampaignOut)
def show_campaign(query: Body, campaign_id: UUID) -> dict[str, Any]:
    """One campaign; its ETag is what If-Match names."""
    with services().reading.snapshot() as connection:
        found = campaign(connection, campaign_id)
        version = stream_version(connection, campaign_id, "campaigns")
    if found is None:
        raise CampaignNotFound()
    return {**_shown(found), "version": version}


@campaigns.route(f"{A_CAMPAIGN}/approvals", methods=["POST"])
@action("approvals:write")
@campaigns.command(NothingIn, CampaignStoredOut, if_match=True)
def approve_campaign(body: Body, campaign_id: UUID) -> Answer:
    """Agrees that the campaign may run, as it is at the version that If-Match names."""
    return services().campaigns.approve_campaign(ApproveCampaign(campaign_id=campaign_id), command_request())


@campaigns.route(f"{A_CAMPAIGN}/runs", methods=["POST"])
@action("campaigns:write")
@campaigns.command(StartRunIn, RunStoredOut, status=202)
def start_run(body: Body, campaign_id: UUID) -> Answer:
    """Runs the campaign; the dispatcher takes it up."""
    return services().campaigns.start_run(StartRun(campaign_id=campaign_id, **body), command_request())


def _shown(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "template": {"subject": found["subject"], "body": found["body"]}}
