"""The use cases for campaigns: draft, revise, approve, run, pause, resume and cancel."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import datetime

from application.campaigns.commands import (
    ApproveCampaign,
    CancelCampaign,
    DraftCampaign,
    PauseCampaign,
    ResumeCampaign,
    ReviseCampaign,
    StartRun,
)
from application.campaigns.content import Contents
from application.campaigns.naming import Naming
from application.natural_identity import as_duplicate, of_kind, save_unless_so
from application.requests import LONGEST_AHEAD, Answer, Request
from application.store import Store, load, retried, retried_until_stored
from domain.campaigns.campaign import Campaign
from domain.campaigns.errors import CampaignHasOpenRun, CampaignNotFound
from domain.campaigns.events import (
    CampaignCancelled,
    CampaignContent,
    CampaignDrafted,
    CampaignPaused,
    CampaignResumed,
)
from domain.errors import InFuture, InvalidInput
from domain.facts import Fact
from domain.ports import Ids
from domain.runs.run import OVER, Run, RunState, end_of
from domain.runs.run import run_id as id_of_run

FIRST = 1
"""The version of a run's first fact, by which the run is planned or missed."""
CheckUnsubscribing = Callable[[CampaignContent], None]


class CampaignsService:
    """Handles the commands about campaigns.

    At approval, `check_unsubscribing` refuses a campaign whose recipients could not unsubscribe.
    """

    def __init__(
        self,
        store: Store,
        ids: Ids,
        contents: Contents,
        naming: Naming,
        check_unsubscribing: CheckUnsubscribing,
    ) -> None:
        self._store = store
        self._ids = ids
        self._contents = contents
        self._naming = naming
        self._check_unsubscribing = check_unsubscribing

    def draft_campaign(self, command: DraftCampaign, request: Request) -> Answer:
        """Drafts a campaign. The answers to drafts, revisions and approvals list the doubtful attributes."""
        campaign = Campaign.draft(
            self._ids.new(), request.circumstances(), **self._contents.drafted(command, request)
        )
        return self._store.save(campaign, request=request, answer=self._doubting(campaign, created=True))

    @retried
    def revise_campaign(self, command: ReviseCampaign, request: Request) -> Answer:
        """Changes the content of a campaign. An approved campaign without an open run becomes a draft again."""
        campaign = load(self._store, Campaign, command.campaign_id, CampaignNotFound, request)
        self._refuse_open_run(campaign)
        content = self._contents.revised(campaign.content, command.changes, request)
        campaign.revise(request.circumstances(), **content)
        answer = self._doubting(campaign)
        return self._save(campaign, request, made_so=of_kind(CampaignContent), answer=answer)

    @retried
    def approve_campaign(self, command: ApproveCampaign, request: Request) -> Answer:
        campaign = load(self._store, Campaign, command.campaign_id, CampaignNotFound, request)
        self._check_unsubscribing(campaign.content)
        campaign.approve(request.circumstances())
        return self._store.save(campaign, request=request, answer=self._doubting(campaign))

    @retried_until_stored
    def pause_campaign(self, command: PauseCampaign, request: Request) -> Answer:
        """Pauses a campaign. No more of its messages are handed over until it is resumed."""
        campaign = load(self._store, Campaign, command.campaign_id, CampaignNotFound, request)
        campaign.pause(request.circumstances(), command.reason)
        return self._save(campaign, request, made_so=of_kind(CampaignPaused))

    @retried
    def resume_campaign(self, command: ResumeCampaign, request: Request) -> Answer:
        campaign = load(self._store, Campaign, command.campaign_id, CampaignNotFound, request)
        campaign.resume(request.circumstances(), command.reason)
        return self._save(campaign, request, made_so=of_kind(CampaignResumed, CampaignDrafted))

    @retried_until_stored
    def cancel_campaign(self, command: CancelCampaign, request: Request) -> Answer:
        """Cancels a campaign. Members without an outcome get no message. The dispatcher ends the open run."""
        campaign = load(self._store, Campaign, command.campaign_id, CampaignNotFound, request)
        campaign.cancel(request.circumstances(), command.reason)
        return self._save(campaign, request, made_so=of_kind(CampaignCancelled))

    @retried
    def start_run(self, command: StartRun, request: Request) -> Answer:
        """Plans a run. The dispatcher starts it no earlier than `planned_for`. The same run again is a duplicate.

        Raises InFuture if `planned_for` is further ahead than a scheduler's clock may be, and InvalidInput if a run
        planned for then would have ended already.
        """
        campaign = load(self._store, Campaign, command.campaign_id, CampaignNotFound, request)
        planned_for = command.planned_for or request.received_at
        if planned_for > request.received_at + LONGEST_AHEAD:
            raise InFuture(
                "A run is started at most five minutes ahead; plan it by POST /api/campaigns/{id}/schedules.",
                path="planned_for",
                code="in_future",
            )
        run_id = id_of_run(campaign.id, planned_for)
        if (known := self._store.find(Run, run_id)) is not None:
            duplicate = as_duplicate(_run_answer(known), self._store.position_of(Run, run_id, FIRST))
            return self._store.save(request=request, answer=duplicate)
        self._refuse_open_run(campaign)
        campaign.open_run(run_id, request.circumstances(), planned_for=planned_for)
        _refuse_over(planned_for, campaign, request.received_at)
        run = Run.plan(
            run_id,
            request.circumstances(),
            campaign_id=campaign.id,
            planned_for=planned_for,
            ends_at=campaign.ends_at,
        )
        return self._store.save(campaign, run, request=request, answer=_run_answer(run))

    def _save(
        self,
        campaign: Campaign,
        request: Request,
        *,
        made_so: Callable[[Fact], bool],
        answer: Answer | None = None,
    ) -> Answer:
        return save_unless_so(
            self._store, campaign, request=request, answer=answer or _answer(campaign), made_so=made_so
        )

    def _doubting(self, campaign: Campaign, *, created: bool = False) -> Answer:
        answer = _answer(campaign, created=created)
        return replace(answer, body={**answer.body, **asdict(self._naming.doubtful(campaign.content))})

    def _refuse_open_run(self, campaign: Campaign) -> None:
        last = campaign.last_run_id
        if last is not None and not isinstance(self._store.last_fact(Run, last), OVER):
            raise CampaignHasOpenRun(run_id=str(last))


def _refuse_over(planned_for: datetime, campaign: Campaign, now: datetime) -> None:
    """Raises InvalidInput for an instant whose run would be over. The campaign itself refuses after its own end."""
    end = end_of(planned_for, campaign.ends_at)
    if campaign.ends_at is None and end <= now:
        raise InvalidInput(
            f"This run would have ended at {end:%Y-%m-%dT%H:%M:%SZ}. Choose a later instant, or leave the field out.",
            path="planned_for",
            code="in_past",
        )


def _answer(campaign: Campaign, *, created: bool = False) -> Answer:
    return Answer(body={"campaign_id": str(campaign.id)}, version=campaign.version, created=created)


def _run_answer(run: Run) -> Answer:
    """Returns the answer about a run. For a run that was missed, which cannot start any more, it says so."""
    missed = {"state": RunState.MISSED} if run.missed else {}
    return Answer(body={"run_id": str(run.id), **missed}, accepted=True)
