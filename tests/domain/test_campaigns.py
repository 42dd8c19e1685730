"""The rules of a campaign."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from domain.campaigns.campaign import Campaign
from domain.campaigns.errors import (
    CampaignAlreadyCancelled,
    CampaignEnded,
    CampaignNotApproved,
    CampaignNotDraft,
)
from domain.campaigns.events import (
    CampaignApproved,
    CampaignCancelled,
    CampaignDrafted,
    CampaignPaused,
    CampaignResumed,
    CampaignRevised,
    CampaignRunOpened,
    CampaignScheduled,
)
from tests.domain.scenario import STREAM, Told, begun, given, minute, now, told

RUN = UUID(int=7)
CONTENT = {
    "name": "Spring",
    "message_class": "promotional",
    "purpose": "marketing",
    "channel": "email",
    "audience": {"field": "kind", "op": "eq", "value": "person"},
    "subject": "Hello",
    "body": "Dear {{ name }}",
    "seed": "s-0",
    "recheck_segment": False,
}
APPROVED = told(CampaignApproved)
SLOT: dict[str, Any] = {
    "planned_for": minute(1_200),
    "time_zone": "Europe/Madrid",
    "grace_seconds": 3_600,
    "local_time": "2026-03-03T06:00:00",
}
PLANNED = told(CampaignScheduled, **SLOT)


def drafted(**changes: object) -> Told:
    return told(CampaignDrafted, **{**CONTENT, **changes})


def plan(campaign: Campaign) -> None:
    campaign.schedule(now(), **SLOT)


def test_a_campaign_begins_as_a_draft() -> None:
    begun(lambda: Campaign.draft(STREAM, now(), **CONTENT)).then(drafted())


def test_a_draft_is_approved_once() -> None:
    given(drafted()).when(lambda c: c.approve(now())).then(told(CampaignApproved))
    given(drafted(), told(CampaignApproved)).when(lambda c: c.approve(now())).then_refused(CampaignNotDraft)


def test_only_an_approved_campaign_runs() -> None:
    given(drafted()).when(lambda c: c.open_run(RUN, now())).then_refused(CampaignNotApproved)
    given(drafted(), told(CampaignApproved)).when(lambda c: c.open_run(RUN, now())).then(
        told(CampaignRunOpened, run_id=RUN)
    )


@pytest.mark.parametrize(("at", "refused"), [(minute(99), False), (minute(100), True), (minute(101), True)])
def test_a_campaign_runs_until_its_end_and_not_at_it(at: object, refused: bool) -> None:
    outcome = given(drafted(ends_at=minute(100)), told(CampaignApproved)).when(
        lambda c: c.open_run(RUN, now(at))  # type: ignore[arg-type]
    )
    outcome.then_refused(CampaignEnded) if refused else outcome.then(told(CampaignRunOpened, run_id=RUN))


@pytest.mark.parametrize(("at", "refused"), [(minute(1_199), False), (minute(1_200), True)])
def test_15_a_run_that_is_planned_ahead_would_begin_before_its_campaigns_end(
    at: datetime, refused: bool
) -> None:
    outcome = given(drafted(ends_at=minute(1_200)), told(CampaignApproved)).when(
        lambda c: c.open_run(RUN, now(), planned_for=at)
    )
    outcome.then_refused(CampaignEnded) if refused else outcome.then(told(CampaignRunOpened, run_id=RUN))


def test_a_campaign_knows_its_last_run() -> None:
    runs = []
    given(drafted(), told(CampaignApproved), told(CampaignRunOpened, run_id=RUN)).when(
        lambda c: runs.append(c.last_run_id)
    ).then_nothing()
    assert runs == [RUN]


def test_a_draft_or_an_approved_campaign_is_revised_and_is_a_draft_again() -> None:
    changed = {**CONTENT, "subject": "Good morning"}
    given(drafted()).when(lambda c: c.revise(now(), **changed)).then(told(CampaignRevised, **changed))
    revised = (drafted(), APPROVED, told(CampaignRevised, **changed))
    given(drafted(), APPROVED).when(lambda c: c.revise(now(), **changed)).then(revised[2])
    given(*revised).when(lambda c: c.open_run(RUN, now())).then_refused(CampaignNotApproved)
    given(*revised).when(lambda c: c.approve(now())).then(APPROVED)
    given(*revised).when(lambda c: c.revise(now(), **CONTENT)).then(told(CampaignRevised, **CONTENT))


def test_the_same_content_again_changes_nothing_and_leaves_it_approved() -> None:
    given(drafted(), APPROVED).when(lambda c: c.revise(now(), **CONTENT)).then_nothing()


def test_a_revision_counts_for_the_end_too() -> None:
    facts = (drafted(ends_at=minute(100)), told(CampaignRevised, **CONTENT), APPROVED)
    given(*facts).when(lambda c: c.open_run(RUN, now(minute(200)))).then(told(CampaignRunOpened, run_id=RUN))


def test_15_an_approved_campaign_is_planned_for_instants_each_of_them_once() -> None:
    given(drafted()).when(plan).then_refused(CampaignNotApproved)
    given(drafted(), APPROVED).when(plan).then(PLANNED)
    given(drafted(), APPROVED, PLANNED).when(plan).then_nothing()
    later = told(CampaignScheduled, **{**SLOT, "planned_for": minute(1_201)})
    given(drafted(), APPROVED, PLANNED).when(
        lambda c: c.schedule(now(), **{**SLOT, "planned_for": minute(1_201)})
    ).then(later)


@pytest.mark.parametrize(("ends_at", "refused"), [(1_200, True), (1_199, True), (1_201, False)])
def test_15_nothing_is_planned_for_when_the_campaign_has_ended(ends_at: int, refused: bool) -> None:
    outcome = given(drafted(ends_at=minute(ends_at)), APPROVED).when(plan)
    outcome.then_refused(CampaignEnded) if refused else outcome.then(PLANNED)


def test_15_a_campaign_knows_what_it_is_planned_for() -> None:
    planned = []
    given(drafted(), APPROVED, PLANNED).when(lambda c: planned.extend(c.schedules)).then_nothing()
    assert planned == [minute(1_200)]


def test_19_a_campaign_is_paused_once_and_goes_on_once() -> None:
    paused, resumed = told(CampaignPaused, reason="a typo"), told(CampaignResumed, reason=None)
    given(drafted()).when(lambda c: c.pause(now(), None)).then_refused(CampaignNotApproved)
    given(drafted(), APPROVED).when(lambda c: c.pause(now(), "a typo")).then(paused)
    for reason in ("a typo", None):
        given(drafted(), APPROVED, paused).when(
            lambda c, reason=reason: c.pause(now(), reason)
        ).then_nothing()
    given(drafted(), APPROVED, paused).when(lambda c: c.resume(now(), None)).then(resumed)
    given(drafted(), APPROVED).when(lambda c: c.resume(now(), None)).then_nothing()
    given(drafted(), APPROVED, paused, resumed).when(lambda c: c.pause(now(), "a typo")).then(paused)


def test_19_another_reason_of_a_pause_is_stored() -> None:
    typo, price = told(CampaignPaused, reason="a typo"), told(CampaignPaused, reason="a wrong price")
    for before in ((typo,), (told(CampaignPaused),), (price, typo)):
        given(drafted(), APPROVED, *before).when(lambda c: c.pause(now(), "a wrong price")).then(price)
    given(drafted(), APPROVED, typo, price).when(lambda c: c.pause(now(), "a wrong price")).then_nothing()


def test_19_a_cancelled_campaign_does_nothing_more() -> None:
    cancelled = told(CampaignCancelled, reason="wrong prices")
    for before in ((), (APPROVED,), (APPROVED, told(CampaignPaused))):
        given(drafted(), *before).when(lambda c: c.cancel(now(), "wrong prices")).then(cancelled)
    over = given(drafted(), APPROVED, cancelled)
    over.when(lambda c: c.cancel(now(), "again")).then_nothing()
    for command in (
        plan,
        lambda c: c.revise(now(), **CONTENT),
        lambda c: c.approve(now()),
        lambda c: c.open_run(RUN, now()),
        lambda c: c.pause(now(), None),
        lambda c: c.resume(now(), None),
    ):
        over.when(command).then_refused(CampaignAlreadyCancelled)
