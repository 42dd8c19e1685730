"""A test of a campaign: its message, sent to whoever asks for it."""

from functools import singledispatchmethod
from uuid import UUID

from domain.aggregates import Aggregate
from domain.campaigns.events import CampaignTestConcluded, CampaignTestHandedOver
from domain.facts import Circumstances, Fact


class CampaignTest(Aggregate, begun_by=(CampaignTestHandedOver,)):
    """A test belongs to no run and no customer, so nothing counts it. The address that it goes to is not stored."""

    @classmethod
    def hand_over(
        cls, test_id: UUID, circumstances: Circumstances, *, campaign_id: UUID, template_version: int
    ) -> "CampaignTest":
        return cls.begin(
            CampaignTestHandedOver,
            test_id,
            circumstances,
            campaign_id=campaign_id,
            template_version=template_version,
        )

    def conclude(self, circumstances: Circumstances, *, result: str, smtp_code: int | None) -> None:
        """Records what the mail transport said."""
        self.trigger(CampaignTestConcluded, circumstances, result=result, smtp_code=smtp_code)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Keeps what is shown of the test."""

    @apply.register
    def _(self, fact: CampaignTestHandedOver) -> None:
        self.handed_over = fact
        self.result: str | None = None
        self.smtp_code: int | None = None

    @apply.register
    def _(self, fact: CampaignTestConcluded) -> None:
        self.result = fact.result
        self.smtp_code = fact.smtp_code
