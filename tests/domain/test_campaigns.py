"""The rules of a campaign."""

from uuid import UUID

import pytest

from domain.campaigns.campaign import Campaign
from domain.campaigns.events import CampaignApproved, CampaignDrafted, CampaignRunOpened
from domain.errors import CampaignEnded, CampaignNotApproved, CampaignNotDraft
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
}


def drafted(**changes: object) -> Told:
    return told(CampaignDrafted, **{**CONTENT, **changes})


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


def test_a_campaign_knows_its_last_run() -> None:
    runs = []
    given(drafted(), told(CampaignApproved), told(CampaignRunOpened, run_id=RUN)).when(
        lambda c: runs.append(c.last_run_id)
    ).then_nothing()
    assert runs == [RUN]
