"""What a campaign still lacks for its approval, and what somebody should look at before it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from application.campaigns.naming import Naming
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.campaigns.errors import CampaignNotFound, NoUnsubscribeLink
from domain.campaigns.events import CampaignContent, MessageClass
from domain.ports import Clock


class CheckName(StrEnum):
    """What is looked at."""

    UNSUBSCRIBE_LINK = "unsubscribe_link"
    END_AHEAD = "end_ahead"
    ATTRIBUTES_KNOWN = "attributes_known"
    HOLD_OUT_STATED = "hold_out_stated"
    COST_STATED = "cost_stated"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One check. Without a `required` one that is met, the campaign cannot be approved or cannot run.

    `message`: what is wrong and what to do, or None.
    """

    name: CheckName
    required: bool
    met: bool
    message: str | None = None


class Checklist:
    """Checks a campaign as it stands in the log. `check_unsubscribing` raises NoUnsubscribeLink."""

    def __init__(
        self,
        store: Store,
        naming: Naming,
        check_unsubscribing: Callable[[CampaignContent], None],
        clock: Clock,
    ) -> None:
        self._store = store
        self._naming = naming
        self._check_unsubscribing = check_unsubscribing
        self._clock = clock

    def of(self, campaign_id: UUID) -> Sequence[Check]:
        """Returns the checks of a campaign, the required ones first. Raises CampaignNotFound."""
        campaign = self._store.find(Campaign, campaign_id)
        if campaign is None:
            raise CampaignNotFound()
        return tuple(self._checks(campaign.content))

    def _checks(self, content: CampaignContent) -> Iterator[Check]:
        yield self._unsubscribing(content)
        ahead = content.ends_at is None or content.ends_at > self._clock.now()
        late = "The campaign's end has passed: choose a later one."
        yield Check(name=CheckName.END_AHEAD, required=True, met=ahead, message=None if ahead else late)
        yield self._attributes(content)
        if content.message_class == MessageClass.PROMOTIONAL:
            stated = bool(content.hold_out)
            missing = "Without a hold-out nobody learns what the campaign changed."
            yield Check(
                name=CheckName.HOLD_OUT_STATED,
                required=False,
                met=stated,
                message=None if stated else missing,
            )
        priced = content.cost_per_contact is not None
        unknown = "Without a cost for each contact the cost of a run is not known."
        yield Check(
            name=CheckName.COST_STATED, required=False, met=priced, message=None if priced else unknown
        )

    def _unsubscribing(self, content: CampaignContent) -> Check:
        try:
            self._check_unsubscribing(content)
        except NoUnsubscribeLink as refusal:
            return Check(name=CheckName.UNSUBSCRIBE_LINK, required=True, met=False, message=refusal.message)
        return Check(name=CheckName.UNSUBSCRIBE_LINK, required=True, met=True)

    def _attributes(self, content: CampaignContent) -> Check:
        doubtful = self._naming.doubtful(content)
        names = sorted({*doubtful.undeclared_attributes, *doubtful.absent_attributes})
        message = f"Perhaps nobody has these attributes: {', '.join(names)}." if names else None
        return Check(name=CheckName.ATTRIBUTES_KNOWN, required=False, met=not names, message=message)
