"""Replays: a run is decided again from the log alone and compared with the recorded decisions."""

from typing import Any
from uuid import UUID

from application.receipts import ReceiptExists
from application.replaying.jobs import LARGEST_AT_ONCE
from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.jobs.routes import A_JOB, job_shown
from interfaces.http.contexts.jobs.schemas import JobOut
from interfaces.http.contexts.runs.replays_schemas import MemberReplayOut, ReplayOut, replay_shown
from interfaces.http.contexts.runs.routes import run_of
from interfaces.http.current import services, subject
from interfaces.http.keeping import with_receipt
from interfaces.http.paused import paused_fields, reads
from interfaces.http.schemas.common import NothingIn
from projections.campaigns.reading import run

replays = Routes("replays", "Runs and decisions decided again from the log alone.")
A_RUN = "/api/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>"


@replays.command(f"{A_RUN}/replays", NothingIn, ReplayOut, later=JobOut, location=A_JOB)
@action("campaigns:read")
def replay_run(body: Body, campaign_id: UUID, run_id: UUID) -> Answer:
    """Repeats each decision at its position and instant, with its policy and rules; reads no projection.

    For a run with an audience of more than 1,000 people the answer is 202 with a job, which has the result.
    """
    with services().reading.snapshot() as connection:
        known = run(connection, run_id)
    if (
        known is not None
        and known["campaign_id"] == campaign_id
        and (known["audience"] or 0) > LARGEST_AT_ONCE
    ):
        return _replay_later(campaign_id, run_id)
    position = services().store.head()
    replayed = services().replaying.replay(run_id, campaign_id=campaign_id)
    return with_receipt(Answer(body={**replay_shown(replayed)}, position=position))


def _replay_later(campaign_id: UUID, run_id: UUID) -> Answer:
    """Asks a job. A request that was sent twice at the same time leaves one job."""
    job = services().replay_jobs.ask(campaign_id, run_id, subject().actor)
    try:
        return with_receipt(Answer(body=JobOut().dump(job_shown(job)), position=job.position, accepted=True))
    except ReceiptExists:
        services().jobs.cancel(job.job_id)
        raise


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
