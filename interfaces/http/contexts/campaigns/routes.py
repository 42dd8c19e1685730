"""Campaigns and their runs."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from application.campaigns.commands import (
    ApproveCampaign,
    CancelCampaign,
    DraftCampaign,
    PauseCampaign,
    ResumeCampaign,
    ReviseCampaign,
    StartRun,
)
from application.previews.service import MessagePreview
from application.previews.shown import counted
from application.requests import Answer
from domain.campaigns.campaign import Campaign
from domain.campaigns.errors import CampaignNotFound
from interfaces.http.auth import action, refuse_unless_allowed
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.campaigns.schemas import (
    CampaignHistoryOut,
    CampaignMessageOut,
    CampaignPreviewOut,
    CampaignSaidOut,
    CampaignShownOut,
    CampaignsOut,
    CampaignsQuery,
    CampaignStoredOut,
    ChecklistOut,
    DraftCampaignIn,
    MessageQuery,
    ReasonIn,
    ReviseCampaignIn,
)
from interfaces.http.contexts.history.histories_schemas import HistoryQuery
from interfaces.http.contexts.history.pages_of_facts import history_page
from interfaces.http.contexts.runs.schemas import RunStoredOut, StartRunIn
from interfaces.http.current import services
from interfaces.http.paging import Position, page, place_of
from interfaces.http.paused import reads
from interfaces.http.people import named_so, person_named
from interfaces.http.preconditions import OPTIONAL
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import NoQuery, NothingIn
from projections.campaigns.reading import campaign
from projections.campaigns.reading import campaigns as campaigns_drafted
from projections.decision_facts.reading import previewed_from
from projections.history.reading import version_folded

campaigns = Routes("campaigns", "What is said to whom, and what came of it.")
A_CAMPAIGN = "/api/campaigns/<uuid:campaign_id>"


@campaigns.command("/api/campaigns", DraftCampaignIn, CampaignSaidOut, status=201, location=A_CAMPAIGN)
@action("campaigns:write")
def draft_campaign(body: Body) -> Answer:
    """Drafts a campaign. A campaign that could never run is refused."""
    command = DraftCampaign(**body.pop("template"), **body)
    return services().campaigns.draft_campaign(command, command_request())


@campaigns.question("/api/campaigns", CampaignsQuery, CampaignsOut)
@action("campaigns:read")
@reads("campaigns")
def list_campaigns(query: Body) -> dict[str, Any]:
    """Campaigns, the newest first."""
    limit, before = query["limit"], place_of(query.get("cursor"), Position)
    with services().reading.snapshot() as connection:
        rows = campaigns_drafted(
            connection, services().clock.now(), before=before, limit=limit + 1, state=query.get("state")
        )
    return page([_shown(row) for row in rows], limit, lambda row: row["drafted_position"])


@campaigns.question(A_CAMPAIGN, NoQuery, CampaignShownOut)
@action("campaigns:read")
@reads("campaigns")
def show_campaign(query: Body, campaign_id: UUID) -> dict[str, Any]:
    """Returns a campaign. Its ETag is the value for If-Match."""
    with services().reading.snapshot() as connection:
        row = campaign(connection, campaign_id, services().clock.now())
        version = version_folded(connection, Campaign.stream_of(campaign_id), "campaigns")
    if row is None:
        raise CampaignNotFound()
    return {**_shown(row), "version": version}


@campaigns.question(f"{A_CAMPAIGN}/preview", NoQuery, CampaignPreviewOut)
@action("campaigns:read")
@reads(*previewed_from(decides=True, explains=False))
def preview_campaign(query: Body, campaign_id: UUID) -> dict[str, Any]:
    """Counts how many people a run would reach now, how many each reason stops, and the rendering faults."""
    preview = services().previews.preview_campaign(campaign_id)
    faults = [
        {"message": message, "people": people}
        for message, people in sorted(preview.faults.items(), key=lambda fault: (-fault[1], fault[0]))
    ]
    rendering = {
        "sample": preview.sample,
        "unrenderable": sum(preview.faults.values()),
        "faults": faults,
        **asdict(preview.doubtful),
    }
    return {**counted(preview.audience), "rendering": rendering, "position": preview.audience.position}


@campaigns.question(f"{A_CAMPAIGN}/message", MessageQuery, CampaignMessageOut)
@action("campaigns:read")
@reads(given={"customer_id": previewed_from(decides=True, explains=True)})
def preview_message(query: Body, campaign_id: UUID) -> dict[str, Any]:
    """Shows the message as one customer would get it now, who has to be allowed by customers:read, too.

    Without a customer it is shown as an invented one would get it.
    """
    given, person = query.get("customer_id"), None
    if given is not None:
        refuse_unless_allowed("customers:read")
        with services().reading.snapshot() as connection:
            person = person_named(connection, given)
    shown = services().previews.preview_message(campaign_id, person.person_id if person is not None else None)
    named = named_so(person, given) if person is not None and given is not None else {"customer_id": None}
    return {"campaign_id": campaign_id, **named, **_message(shown)}


@campaigns.question(f"{A_CAMPAIGN}/checklist", NoQuery, ChecklistOut)
@action("campaigns:read")
@reads("customers")
def show_checklist(query: Body, campaign_id: UUID) -> dict[str, Any]:
    """Says what the campaign still lacks for its approval, and what somebody should look at before it."""
    checks = services().checklist.of(campaign_id)
    approvable = all(check.met for check in checks if check.required)
    return {"campaign_id": campaign_id, "approvable": approvable, "checks": checks}


@campaigns.question(f"{A_CAMPAIGN}/history", HistoryQuery, CampaignHistoryOut)
@action("history:read")
@reads("campaigns")
def show_campaign_history(query: Body, campaign_id: UUID) -> dict[str, Any]:
    """Returns every stored fact about the campaign in the log's order, with its actor."""
    with services().reading.snapshot() as connection:
        if campaign(connection, campaign_id, services().clock.now()) is None:
            raise CampaignNotFound()
        facts = history_page(connection, query, Campaign.stream_of(campaign_id), "campaigns")
    return {"campaign_id": campaign_id, **facts}


@campaigns.command(A_CAMPAIGN, ReviseCampaignIn, CampaignSaidOut, if_match=True, method="PATCH")
@action("campaigns:write")
def revise_campaign(body: Body, campaign_id: UUID) -> Answer:
    """Changes the campaign. An approved campaign without an open run becomes a draft again."""
    changes = {**body.pop("template", {}), **body}
    command = ReviseCampaign(campaign_id=campaign_id, changes=changes)
    return services().campaigns.revise_campaign(command, command_request())


@campaigns.command(f"{A_CAMPAIGN}/pauses", ReasonIn, CampaignStoredOut, if_match=OPTIONAL)
@action("campaigns:write")
def pause_campaign(body: Body, campaign_id: UUID) -> Answer:
    """Pauses the campaign. No further message is handed over until the campaign is resumed."""
    command = PauseCampaign(campaign_id=campaign_id, **body)
    return services().campaigns.pause_campaign(command, command_request())


@campaigns.command(f"{A_CAMPAIGN}/resumptions", ReasonIn, CampaignStoredOut, if_match=OPTIONAL)
@action("campaigns:write")
def resume_campaign(body: Body, campaign_id: UUID) -> Answer:
    """Resumes the campaign exactly where it was paused."""
    command = ResumeCampaign(campaign_id=campaign_id, **body)
    return services().campaigns.resume_campaign(command, command_request())


@campaigns.command(f"{A_CAMPAIGN}/cancellations", ReasonIn, CampaignStoredOut, if_match=OPTIONAL)
@action("campaigns:write")
def cancel_campaign(body: Body, campaign_id: UUID) -> Answer:
    """Ends the campaign for good. Members without an outcome get the reason CAMPAIGN_CANCELLED."""
    command = CancelCampaign(campaign_id=campaign_id, **body)
    return services().campaigns.cancel_campaign(command, command_request())


@campaigns.command(f"{A_CAMPAIGN}/approvals", NothingIn, CampaignSaidOut, if_match=True)
@action("approvals:write")
def approve_campaign(body: Body, campaign_id: UUID) -> Answer:
    """Approves the campaign at the version that If-Match names."""
    return services().campaigns.approve_campaign(ApproveCampaign(campaign_id=campaign_id), command_request())


@campaigns.command(f"{A_CAMPAIGN}/runs", StartRunIn, RunStoredOut, status=202)
@action("campaigns:write")
def start_run(body: Body, campaign_id: UUID) -> Answer:
    """Starts a run of the campaign, now or at `planned_for`. The dispatcher begins the run, no earlier."""
    return services().campaigns.start_run(StartRun(campaign_id=campaign_id, **body), command_request())


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    template = {"subject": row["subject"], "body": row["body"]}
    return {**row, "template": template, "currency": row["cost_currency"]}


def _message(shown: MessagePreview) -> dict[str, Any]:
    mail, decision = shown.mail, shown.decision
    return {
        "in_audience": shown.in_audience,
        "verdict": decision and decision.verdict,
        "reasons": [reason.code for reason in decision.reasons] if decision is not None else [],
        "sender": mail and mail.sender,
        "to": mail.recipient if mail is not None and shown.person_id is not None else None,
        "subject": mail and mail.subject,
        "body": mail and mail.body,
        "fault": shown.fault,
    }
