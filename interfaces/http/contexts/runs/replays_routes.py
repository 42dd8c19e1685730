"""Replays: a run is decided again from the log alone and compared with the recorded decisions."""

from typing import Any
from uuid import UUID

from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.runs.replays_schemas import ReplayOut
from interfaces.http.current import services
from interfaces.http.keeping import with_receipt
from interfaces.http.schemas.common import NothingIn

replays = Routes("replays", "Runs decided again from the log alone.")


@replays.command("/api/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>/replays", NothingIn, ReplayOut)
@action("campaigns:read")
def replay_run(body: Body, campaign_id: UUID, run_id: UUID) -> Answer:
    """Repeats each decision at its position and instant, with its policy and rules; reads no projection."""
    position = services().store.head()
    replayed = services().replaying.replay(run_id, campaign_id=campaign_id)
    shown: dict[str, Any] = ReplayOut().dump(replayed)
    return with_receipt(Answer(body=shown, position=position))
