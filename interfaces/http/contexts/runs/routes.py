"""Runs, their decisions and their messages."""

from math import ceil
from typing import Any
from uuid import UUID

from application.campaigns.messages import ResolveMessage
from application.requests import Answer
from domain.campaigns.errors import CampaignNotFound
from domain.messages.events import MessageOutcome
from domain.runs.errors import RunNotFound
from domain.runs.run import RunState
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.runs.names import with_customer, with_names
from interfaces.http.contexts.runs.schemas import (
    DecisionsOut,
    DecisionsQuery,
    MessageResolvedOut,
    MessagesOut,
    MessagesQuery,
    ResolveMessageIn,
    RunShownOut,
    RunsOut,
)
from interfaces.http.current import services
from interfaces.http.paging import Position, page, place_of
from interfaces.http.paused import reads
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import NoQuery, PageQuery
from interfaces.paused_projections import listed, paused_before
from projections.campaigns.reading import campaign, decisions, messages, pace, run
from projections.campaigns.reading import runs as runs_planned
from projections.decision_facts.reading import rests_on
from projections.engine.reached import Reached, reached
from projections.history.replies import replies
from projections.identity.reading import person_of

runs = Routes("runs", "Runs of campaigns, with their balance and every decision.")
THE_RUNS = "/api/campaigns/<uuid:campaign_id>/runs"
UNDER_WAY = (RunState.PLANNED, RunState.DECIDING, RunState.SENDING)


@runs.question(THE_RUNS, PageQuery, RunsOut)
@action("campaigns:read")
@reads("campaigns")
def list_runs(query: Body, campaign_id: UUID) -> dict[str, Any]:
    """The runs of a campaign, the newest first."""
    limit, before = query["limit"], place_of(query.get("cursor"), Position)
    with services().reading.snapshot() as connection:
        if campaign(connection, campaign_id, services().clock.now()) is None:
            raise CampaignNotFound()
        rows = runs_planned(connection, campaign_id, before=before, limit=limit + 1)
        now = reached(connection)
    return page([_shown(row, now) for row in rows], limit, lambda row: row["planned_position"])


@runs.question(f"{THE_RUNS}/<uuid:run_id>", NoQuery, RunShownOut)
@action("campaigns:read")
@reads("campaigns")
def show_run(query: Body, campaign_id: UUID, run_id: UUID) -> dict[str, Any]:
    """Returns a run with its outcomes, its reasons, its pace, and whether it balances."""
    with services().reading.snapshot() as connection:
        row, now = run_of(connection, campaign_id, run_id), reached(connection)
        per_second = pace(connection, run_id, services().clock.now()) if row["state"] in UNDER_WAY else None
    return {**_shown(row, now), **_paced(row, per_second), "position": now.folded}


@runs.question(f"{THE_RUNS}/<uuid:run_id>/decisions", DecisionsQuery, DecisionsOut)
@action("campaigns:read")
@reads("campaigns", "identity", "customers")
def list_decisions(query: Body, campaign_id: UUID, run_id: UUID) -> dict[str, Any]:
    """Lists the decision about each member of the audience, by customer id."""
    limit, after = query.pop("limit"), place_of(query.pop("cursor", None), UUID)
    asked_for = query.pop("customer_id", None)
    with services().reading.snapshot() as connection:
        run_of(connection, campaign_id, run_id)
        # A run keeps the profile that was canonical at its start.
        profiles = person_of(connection, asked_for)[1] if asked_for is not None else None
        rows = decisions(connection, run_id, member_ids=profiles, after=after, limit=limit + 1, **query)
        shown = with_names(connection, rows)
    return page([{**row, "variant": None} for row in shown], limit, lambda row: row["customer_id"])


@runs.question(f"{THE_RUNS}/<uuid:run_id>/messages", MessagesQuery, MessagesOut)
@action("campaigns:read")
@reads("campaigns")
def list_messages(query: Body, campaign_id: UUID, run_id: UUID) -> dict[str, Any]:
    """Lists the messages that were handed over, failed or were withheld, by customer id."""
    limit, after = query.pop("limit"), place_of(query.pop("cursor", None), UUID)
    reading = services().reading
    with reading.snapshot() as connection:
        run_of(connection, campaign_id, run_id)
        rows = messages(connection, run_id, outcome=query.get("outcome"), after=after, limit=limit + 1)
        smtp_replies = replies(
            connection, reading.cipher, {row["message_id"]: row["version"] for row in rows}
        )
    shown = [{**with_customer(row), "smtp_reply": smtp_replies.get(row["message_id"])} for row in rows]
    return page(shown, limit, lambda row: row["customer_id"])


@runs.command(
    f"{THE_RUNS}/<uuid:run_id>/messages/<uuid:message_id>/resolutions", ResolveMessageIn, MessageResolvedOut
)
@action("campaigns:write")
def resolve_message(body: Body, campaign_id: UUID, run_id: UUID, message_id: UUID) -> Answer:
    """Records whether the next hop took a message whose outcome is unknown."""
    command = ResolveMessage(campaign_id=campaign_id, run_id=run_id, message_id=message_id, **body)
    return services().messages.resolve_message(command, command_request())


def _paced(row: dict[str, Any], per_second: float | None) -> dict[str, Any]:
    if not per_second:
        return {"messages_per_minute": None, "seconds_left": None}
    pending = row["outcomes"][MessageOutcome.PENDING]
    return {"messages_per_minute": round(60 * per_second), "seconds_left": ceil(pending / per_second)}


def run_of(connection: Any, campaign_id: UUID, run_id: UUID) -> dict[str, Any]:
    row = run(connection, run_id)
    if row is None or row["campaign_id"] != campaign_id:
        raise RunNotFound()
    return row


def _shown(row: dict[str, Any], now: Reached) -> dict[str, Any]:
    waited = paused_before(now.head, now.paused, _waits_for(row))
    waiting = {"waits_for_projections": listed(waited)} if waited else {}
    return {**row, "transport": services().transport, **waiting}


def _waits_for(row: dict[str, Any]) -> tuple[str, ...]:
    """Returns the projections that must reach the log's head before the run goes on; none if it is to go on later."""
    if row["state"] not in UNDER_WAY or row["planned_for"] > services().clock.now():
        return ()
    return rests_on(membership=row["state"] is RunState.PLANNED or row["recheck_segment"])
