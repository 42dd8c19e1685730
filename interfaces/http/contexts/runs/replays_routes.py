"""Replays: a run is decided again from the log alone and compared with the recorded decisions."""

from typing import Any
from uuid import UUID

from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.runs.replays_schemas import MemberReplayOut, ReplayOut
from interfaces.http.contexts.runs.routes import run_of
from interfaces.http.current import services
from interfaces.http.keeping import with_receipt
from interfaces.http.paused import paused_fields, reads
from interfaces.http.schemas.common import NothingIn

replays = Routes("replays", "Runs and decisions decided again from the log alone.")
A_RUN = "/api/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>"


@replays.command(f"{A_RUN}/replays", NothingIn, ReplayOut)
@action("campaigns:read")
def replay_run(body: Body, campaign_id: UUID, run_id: UUID) -> Answer:
    """Repeats each decision at its position and instant, with its policy and rules; reads no projection."""
    position = services().store.head()
    replayed = services().replaying.replay(run_id, campaign_id=campaign_id)
    shown: dict[str, Any] = ReplayOut().dump(replayed)
    return with_receipt(Answer(body=shown, position=position))


@replays.command(f"{A_RUN}/decisions/<uuid:customer_id>/replays", NothingIn, MemberReplayOut)
@action("campaigns:read")
@reads("campaigns", "identity")
def replay_decision(body: Body, campaign_id: UUID, run_id: UUID, customer_id: UUID) -> Answer:
    """Repeats the recorded decisions about one customer, each from the facts that it knew, with all rules in order."""
    position = services().store.head()
    with services().reading.snapshot() as connection:
        run_of(connection, campaign_id, run_id)
    replayed = services().member_replays.replay(run_id, customer_id)
    shown: dict[str, Any] = MemberReplayOut().dump(replayed)
    return with_receipt(Answer(body={**shown, **paused_fields()}, position=position))
