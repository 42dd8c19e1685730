"""Campaigns: draft, approve, run."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from application.campaigns.commands import ApproveCampaign, DraftCampaign, StartRun
from application.catalogue.declared import catalogue_of
from application.paths import under
from application.requests import LONGEST_AHEAD, Answer, Request
from application.store import Store, load, retried
from application.templates import Templates
from domain.campaigns.campaign import Campaign
from domain.errors import (
    CampaignHasOpenRun,
    CampaignNotFound,
    InFuture,
    InvalidInput,
    UndeclaredPurpose,
)
from domain.facts import stream_id
from domain.ports import Ids
from domain.runs.run import Run

TEMPLATE_NAMES = ("name", "language", "country", "attributes")
"""What a template may say of the person it is rendered for; `attributes.NAME` for one of theirs."""
CheckCriteria = Callable[[Mapping[str, Any]], None]
CheckSender = Callable[[str], object]


class CampaignsService:
    """Refuses a campaign that could not run before it is stored."""

    def __init__(
        self,
        store: Store,
        ids: Ids,
        templates: Templates,
        check_criteria: CheckCriteria,
        check_sender: CheckSender,
    ) -> None:
        self._store = store
        self._ids = ids
        self._templates = templates
        self._check_criteria = check_criteria
        self._check_sender = check_sender

    def draft_campaign(self, command: DraftCampaign, request: Request) -> Answer:
        self._check(command, request)
        campaign = Campaign.draft(
            self._ids.new(),
            request.circumstances(),
            name=command.name,
            message_class=command.message_class,
            purpose=command.purpose,
            channel=command.channel,
            audience=dict(command.audience),
            subject=command.subject,
            body=command.body,
            brand=command.brand,
            topic=command.topic,
            sender=command.sender,
            ends_at=command.ends_at,
        )
        return self._store.save(campaign, request=request, answer=_answer(campaign, created=True))

    @retried
    def approve_campaign(self, command: ApproveCampaign, request: Request) -> Answer:
        campaign = load(self._store, Campaign, command.campaign_id, CampaignNotFound, request)
        campaign.approve(request.circumstances())
        return self._store.save(campaign, request=request, answer=_answer(campaign))

    @retried
    def start_run(self, command: StartRun, request: Request) -> Answer:
        """Plans a run that the dispatcher takes up; the same `planned_for` again is a duplicate."""
        campaign = load(self._store, Campaign, command.campaign_id, CampaignNotFound, request)
        planned_for = command.planned_for or request.received_at
        if planned_for > request.received_at + LONGEST_AHEAD:
            raise InFuture("A run can be planned for now or earlier.", path="planned_for", code="in_future")
        run_id = stream_id("run", campaign.id, planned_for.isoformat())
        if self._store.find(Run, run_id) is not None:
            return self._store.save(request=request, answer=_run_answer(run_id, duplicate=True))
        self._refuse_second_run(campaign.last_run_id)
        campaign.open_run(run_id, request.circumstances())
        run = Run.plan(
            run_id,
            request.circumstances(),
            campaign_id=campaign.id,
            planned_for=planned_for,
            ends_at=campaign.ends_at,
        )
        return self._store.save(campaign, run, request=request, answer=_run_answer(run_id))

    def _check(self, command: DraftCampaign, request: Request) -> None:
        if command.purpose not in catalogue_of(self._store).purposes:
            raise UndeclaredPurpose(path="purpose", code="undeclared_purpose")
        if command.ends_at is not None and command.ends_at <= request.received_at:
            raise InvalidInput("The campaign would end before it begins.", path="ends_at", code="in_past")
        for path in ("subject", "body"):
            with under(f"template.{path}"):
                self._templates.check(getattr(command, path), TEMPLATE_NAMES)
        if command.sender is not None:
            self._check_sender(command.sender)
        with under("audience"):
            self._check_criteria(command.audience)

    def _refuse_second_run(self, last_run_id: UUID | None) -> None:
        last = self._store.find(Run, last_run_id) if last_run_id is not None else None
        if last is not None and not last.finished:
            raise CampaignHasOpenRun(run_id=str(last_run_id))


def _answer(campaign: Campaign, *, created: bool = False) -> Answer:
    return Answer(body={"campaign_id": str(campaign.id)}, version=campaign.version, created=created)


def _run_answer(run_id: UUID, *, duplicate: bool = False) -> Answer:
    return Answer(body={"run_id": str(run_id)}, accepted=not duplicate, duplicate=duplicate)
