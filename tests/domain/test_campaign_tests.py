"""A test of a campaign belongs to no run and no customer."""

from uuid import UUID

from domain.campaigns.events import CampaignTestConcluded, CampaignTestHandedOver
from domain.campaigns.testing import CampaignTest
from domain.facts import CustomerFact
from tests.domain.scenario import now

TEST, CAMPAIGN = UUID(int=1), UUID(int=2)


def test_a_test_is_handed_over_and_says_what_became_of_it() -> None:
    test = CampaignTest.hand_over(TEST, now(), campaign_id=CAMPAIGN, template_version=3)
    assert test.result is None
    test.conclude(now(), result="accepted", smtp_code=250)
    assert (test.result, test.smtp_code) == ("accepted", 250)
    handed, concluded = test.pending_events
    assert isinstance(handed, CampaignTestHandedOver)
    assert isinstance(concluded, CampaignTestConcluded)
    assert (handed.campaign_id, handed.template_version) == (CAMPAIGN, 3)


def test_a_test_is_no_fact_about_a_customer_and_keeps_no_address() -> None:
    for fact in (CampaignTestHandedOver, CampaignTestConcluded):
        assert not issubclass(fact, CustomerFact)
        assert not {"to", "recipient", "address", "customer_id"} & set(fact.__annotations__)
