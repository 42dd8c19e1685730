"""Previews of audiences: how many people match, how many of them could be reached, and what stops the others."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from application.campaigns.naming import ATTRIBUTES, DoubtfulAttributes, Naming
from application.catalogue.declared import Declared
from application.deciding.asking import InstallationSettings, question_of
from application.deciding.ports import AudienceAt, PreviewReading
from application.mail import OutgoingMail
from application.paths import under
from application.places import Places
from application.previews.counting import (
    Opened,
    Preview,
    PreviewAudience,
    decision_about,
    estimated,
    previewed,
    question_about,
)
from application.rendering import Addressee, Rendering
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.campaigns.errors import CampaignNotFound
from domain.campaigns.events import CampaignContent, MessageClass
from domain.catalogue.names import NameKind
from domain.deciding.decision import Decision
from domain.errors import InvalidInput
from domain.messages.errors import RenderError
from domain.ports import Clock

TRIAL_SECONDS = 5.0
"""The time for rendering on trial. A slow template makes the sample smaller, instead of blocking a server thread."""
NOBODYS_ADDRESS = "ana@example.org"
"""The address of the invented person."""
AddresseesOf = Callable[[Collection[tuple[UUID, UUID]]], Mapping[tuple[UUID, UUID], Addressee]]
"""Returns the addressees of messages by profile and contact point."""


@dataclass(frozen=True, kw_only=True)
class CampaignPreview:
    """A preview of a run of the campaign, if it started now.

    - `sample`: the number of reachable people for whom the message was rendered on trial.
    - `faults`: the number of these for whom that failed, by the text of the error.
    - `doubtful`: attributes in the templates that may be typing errors.
    """

    audience: Preview
    sample: int
    faults: Mapping[str, int]
    doubtful: DoubtfulAttributes


@dataclass(frozen=True, kw_only=True)
class MessagePreview:
    """A campaign's message as one person would get it, or the `fault` for which it cannot be made.

    `decision`: what a run would decide about the person. Without a `person_id` the person is an invented one.
    """

    mail: OutgoingMail | None = None
    fault: str | None = None
    person_id: UUID | None = None
    in_audience: bool | None = None
    decision: Decision | None = None


class PreviewsService:
    """Previews audiences and campaigns. It calls `decide` for people in the same order as a run does."""

    def __init__(
        self,
        *,
        store: Store,
        reading: PreviewReading,
        addressees_of: AddresseesOf,
        rendering: Rendering,
        naming: Naming,
        clock: Clock,
        installation: InstallationSettings,
        places: Places,
    ) -> None:
        self._store = store
        self._declared = Declared(store)
        self._reading = reading
        self._addressees_of = addressees_of
        self._rendering = rendering
        self._naming = naming
        self._clock = clock
        self._installation = installation
        self._places = places

    def preview_audience(self, ask: PreviewAudience) -> Preview:
        """Previews an audience.

        Raises InvalidInput if a part of the message is missing, UndeclaredPurpose, or TooManyQuestions.
        """
        question = question_about(self._named(ask), self._installation)
        with self._places.taken(), self._open_for(ask, self._clock.now()) as opened:
            return previewed(opened, question, ask)

    def checked(self, ask: PreviewAudience, at: datetime) -> PreviewAudience:
        """Returns the question as a preview at another instant needs it. Raises what `preview_audience` raises."""
        named = self._named(ask)
        with self._open_for(ask, at):
            return named

    def preview_campaign(self, campaign_id: UUID) -> CampaignPreview:
        """Previews a run of the campaign. Raises CampaignNotFound or TooManyQuestions."""
        with self._places.taken():
            return self._preview_campaign(campaign_id)

    def _preview_campaign(self, campaign_id: UUID) -> CampaignPreview:
        campaign = self._store.find(Campaign, campaign_id)
        if campaign is None:
            raise CampaignNotFound()
        content, now = campaign.content, self._clock.now()
        question = question_of(
            campaign_id, content, ends_at=campaign.ends_at, installation=self._installation
        )
        with self._open(content.audience, now, decides=True) as opened:
            size = opened.known.size(opened.audience)
            estimate, sample = estimated(opened, size, question)
            counted = Preview(size=size, position=opened.known.position, estimate=estimate)
        addressees = self._addressees_of({(p.customer_id, p.contact_point_id) for p in sample})
        tried = self._tried(content, addressees.values(), now)
        return CampaignPreview(
            audience=counted,
            sample=len(tried),
            faults=Counter(fault for fault in tried if fault is not None),
            doubtful=self._naming.doubtful(content, _attributes_of(addressees.values())),
        )

    def preview_message(self, campaign_id: UUID, person_id: UUID | None = None) -> MessagePreview:
        """Shows the message as a person would get it now, or as an invented person would. Raises CampaignNotFound."""
        campaign = self._store.find(Campaign, campaign_id)
        if campaign is None:
            raise CampaignNotFound()
        content, now = campaign.content, self._clock.now()
        if person_id is None:
            somebody = Addressee(address=NOBODYS_ADDRESS, values=self._naming.invented(content))
            return self._message(content, somebody, now)
        question = question_of(
            campaign_id, content, ends_at=campaign.ends_at, installation=self._installation
        )
        with self._open(content.audience, now, decides=True) as opened:
            among = bool(opened.known.matching(opened.audience, [person_id]))
            decision = decision_about(opened, person_id, question, among=among)
        shown = MessagePreview(decision=decision, in_audience=among, person_id=person_id)
        point = decision.contact_point
        if point is None:
            return replace(shown, fault="The person has no address on this channel.")
        place = (point.customer_id, point.contact_point_id)
        addressee = self._addressees_of({place})[place]
        said = self._message(content, addressee, now)
        return replace(shown, mail=said.mail, fault=said.fault)

    def _message(self, content: CampaignContent, addressee: Addressee, now: datetime) -> MessagePreview:
        try:
            return MessagePreview(mail=self._rendering.trial(content, addressee, now))
        except (RenderError, InvalidInput) as fault:
            return MessagePreview(fault=fault.message)

    def _open_for(self, ask: PreviewAudience, at: datetime) -> AbstractContextManager[Opened]:
        """Opens the audience that is asked about. Raises InvalidCriteria."""
        return self._open(ask.audience, at, decides=ask.channel is not None, explains=ask.explain is not None)

    @contextmanager
    def _open(
        self, criteria: Mapping[str, Any], at: datetime, *, decides: bool, explains: bool = False
    ) -> Iterator[Opened]:
        """Opens the audience with these criteria. Raises InvalidCriteria."""
        reading = self._reading.open_preview(decides=decides, explains=explains)
        with under("audience"), reading as known:
            known.check(criteria, at)
            yield Opened(known=known, audience=AudienceAt(criteria=criteria, at=at))

    def _tried(
        self, content: CampaignContent, addressees: Iterable[Addressee], now: datetime
    ) -> list[str | None]:
        """Returns the fault of each rendered message, or None if it has none. Renders as many as the time allows."""
        until = self._clock.monotonic() + TRIAL_SECONDS
        in_time = takewhile(lambda _: self._clock.monotonic() < until, addressees)
        return [self._rendering.fault_of(content, addressee, now) for addressee in in_time]

    def _named(self, ask: PreviewAudience) -> PreviewAudience:
        """Returns the question with the declared name of its purpose, and a message's class."""
        purpose = self._declared.required(NameKind.PURPOSE, ask.purpose, "purpose")
        if ask.channel is None or purpose is None:
            _refuse_half(ask)
            return ask
        return replace(ask, purpose=purpose, message_class=ask.message_class or MessageClass.PROMOTIONAL)


def _attributes_of(addressees: Collection[Addressee]) -> set[str] | None:
    """Returns the attributes that some of the addressees have, or None without addressees."""
    if not addressees:
        return None
    return {name for addressee in addressees for name in addressee.values.get(ATTRIBUTES, {})}


def _refuse_half(ask: PreviewAudience) -> None:
    """Raises InvalidInput if the question names a part of a message, but not both its channel and its purpose."""
    if (ask.channel, ask.purpose, ask.message_class) == (None, None, None):
        return
    missing = "channel" if ask.channel is None else "purpose"
    raise InvalidInput(f"A message needs its {missing}.", path=missing, code="missing")
