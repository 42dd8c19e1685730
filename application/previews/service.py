"""Previews of audiences: how many people match, how many of them could be reached, and what stops the others."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any
from uuid import UUID

from application.campaigns.naming import ATTRIBUTES, DoubtfulAttributes, Naming
from application.catalogue.declared import Declared
from application.deciding.asking import InstallationSettings, decide_in_order, question_of
from application.deciding.ports import AudienceAt, DecisionReading, Known
from application.paths import under
from application.rendering import Addressee, Rendering
from application.store import Store
from domain.campaigns.campaign import Campaign
from domain.campaigns.errors import CampaignNotFound
from domain.campaigns.events import CampaignContent, MessageClass
from domain.catalogue.names import NameKind
from domain.criteria.walking import every_criterion
from domain.deciding.codes import Verdict
from domain.deciding.decide import Decision, DecisionQuestion, decide
from domain.deciding.facts import ContactPoint, DecisionFacts
from domain.errors import InvalidInput
from domain.ports import Clock
from domain.responses.lift import wilson

EXACT_UP_TO = 20_000
"""The largest audience that is decided completely. Of a larger one a sample of this size is, by a fixed seed."""
CHUNK = 1_000
SAMPLE = 1_000
"""The largest number of people for whom a campaign's message is rendered on trial."""
TRIAL_SECONDS = 5.0
"""The time for rendering on trial. A slow template makes the sample smaller, instead of blocking a server thread."""
AddresseesOf = Callable[[Collection[tuple[UUID, UUID]]], Mapping[tuple[UUID, UUID], Addressee]]
"""Returns the addressees of messages by profile and contact point."""


@dataclass(frozen=True, kw_only=True)
class PreviewAudience:
    """Asks for the size of an audience and, if channel and purpose are given, for the number of reachable people.

    `message_class` is promotional by default. `explain` is a person's person id, to explain that person.
    """

    audience: Mapping[str, Any]
    channel: str | None = None
    purpose: str | None = None
    message_class: str | None = None
    explain: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """How many people could be reached, and how many people each reason stops. A person may have several reasons.

    `interval` are Wilson's 95 % limits of `reachable`, if it was estimated from a sample.
    """

    reachable: int
    loss: Mapping[str, int]
    interval: tuple[int, int] | None = None


@dataclass(frozen=True, kw_only=True)
class CriterionMet:
    """One criterion of the tree by its path, and whether the person meets it."""

    path: str
    criterion: Mapping[str, Any]
    met: bool


@dataclass(frozen=True, kw_only=True)
class WhyInAudience:
    """Whether a person is in the audience, criterion by criterion. `decision` is present if a message was named."""

    in_audience: bool
    criteria: tuple[CriterionMet, ...]
    decision: Decision | None = None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A preview of an audience. `size` is the exact number of people who match, at `position`."""

    size: int
    position: int
    estimate: Estimate | None = None
    why: WhyInAudience | None = None


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
class _Opened:
    """An audience, and one state of the facts to read it from."""

    known: Known
    audience: AudienceAt


class PreviewsService:
    """Previews audiences and campaigns. It calls `decide` for people in the same order as a run does."""

    def __init__(
        self,
        *,
        store: Store,
        reading: DecisionReading,
        addressees_of: AddresseesOf,
        rendering: Rendering,
        naming: Naming,
        clock: Clock,
        installation: InstallationSettings,
    ) -> None:
        self._store = store
        self._declared = Declared(store)
        self._reading = reading
        self._addressees_of = addressees_of
        self._rendering = rendering
        self._naming = naming
        self._clock = clock
        self._installation = installation

    def preview_audience(self, ask: PreviewAudience) -> Preview:
        """Previews an audience. Raises InvalidInput if a part of the message is missing, or UndeclaredPurpose."""
        question, now = self._question(ask), self._clock.now()
        with self._open(ask.audience, now) as opened:
            size = opened.known.size(opened.audience)
            return Preview(
                size=size,
                position=opened.known.position,
                estimate=_estimated(opened, size, question)[0] if question else None,
                why=_why(opened, ask.explain, question) if ask.explain else None,
            )

    def preview_campaign(self, campaign_id: UUID) -> CampaignPreview:
        """Previews a run of the campaign. Raises CampaignNotFound."""
        campaign = self._store.find(Campaign, campaign_id)
        if campaign is None:
            raise CampaignNotFound()
        content, now = campaign.content, self._clock.now()
        question = question_of(
            campaign_id, content, ends_at=campaign.ends_at, installation=self._installation
        )
        with self._open(content.audience, now) as opened:
            size = opened.known.size(opened.audience)
            estimate, sample = _estimated(opened, size, question)
            counted = Preview(size=size, position=opened.known.position, estimate=estimate)
        addressees = self._addressees_of({(p.customer_id, p.contact_point_id) for p in sample})
        tried = self._tried(content, addressees.values(), now)
        return CampaignPreview(
            audience=counted,
            sample=len(tried),
            faults=Counter(fault for fault in tried if fault is not None),
            doubtful=self._naming.doubtful(content, _attributes_of(addressees.values())),
        )

    @contextmanager
    def _open(self, criteria: Mapping[str, Any], at: datetime) -> Iterator[_Opened]:
        """Opens the audience with these criteria. Raises InvalidCriteria."""
        with under("audience"), self._reading.open(membership=True) as known:
            known.check(criteria, at)
            yield _Opened(known=known, audience=AudienceAt(criteria=criteria, at=at))

    def _tried(
        self, content: CampaignContent, addressees: Iterable[Addressee], now: datetime
    ) -> list[str | None]:
        """Returns the fault of each rendered message, or None if it has none. Renders as many as the time allows."""
        until = self._clock.monotonic() + TRIAL_SECONDS
        in_time = takewhile(lambda _: self._clock.monotonic() < until, addressees)
        return [self._rendering.fault_of(content, addressee, now) for addressee in in_time]

    def _question(self, ask: PreviewAudience) -> DecisionQuestion | None:
        purpose = self._declared.required(NameKind.PURPOSE, ask.purpose, "purpose")
        if ask.channel is None or purpose is None:
            _refuse_half(ask)
            return None
        return self._installation.question(
            message_class=ask.message_class or MessageClass.PROMOTIONAL, purpose=purpose, channel=ask.channel
        )


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


def _estimated(opened: _Opened, size: int, question: DecisionQuestion) -> tuple[Estimate, list[ContactPoint]]:
    """Returns the estimate, and the contact points of the first reachable people, up to SAMPLE of them."""
    people = opened.known.some(opened.audience, EXACT_UP_TO)
    reachable, loss, sample = 0, Counter[str](), list[ContactPoint]()
    for decision, alike in _decisions_of_groups(opened, people, question):
        for reason in decision.reasons:
            loss[reason.code] += alike
        if decision.verdict is Verdict.ELIGIBLE:
            reachable += alike
            if decision.contact_point is not None and len(sample) < SAMPLE:
                sample.append(decision.contact_point)
    return _scaled(reachable, loss, looked_at=len(people), size=size), sample


def _scaled(reachable: int, loss: Mapping[str, int], *, looked_at: int, size: int) -> Estimate:
    if size <= looked_at:
        return Estimate(reachable=reachable, loss=dict(sorted(loss.items())))
    scale = size / looked_at
    low, high = wilson(reachable / looked_at, looked_at)
    return Estimate(
        reachable=round(reachable * scale),
        loss={code: round(n * scale) for code, n in sorted(loss.items())},
        interval=(round(low * size), round(high * size)),
    )


def _decisions_of_groups(
    opened: _Opened, people: Sequence[UUID], question: DecisionQuestion
) -> Iterator[tuple[Decision, int]]:
    """Yields decisions, each with the number of these people for whom it counts.

    For a campaign each person is decided, because a message is rendered for some of them on trial.
    """
    if question.campaign_id is not None:
        yield from ((decision, 1) for decision in _decisions(opened, people, question))
        return
    alike = opened.known.alike(people, question, opened.audience.at)
    groups = {group[0].person_id: len(group) for group in alike.groups}
    groups |= dict.fromkeys(alike.apart, 1)
    yield from zip(_decisions(opened, list(groups), question), groups.values(), strict=True)


def _decisions(opened: _Opened, people: Sequence[UUID], question: DecisionQuestion) -> Iterator[Decision]:
    """Yields the decisions about these people that a run over the whole audience would make.

    Only the first of several members with one address gets the message. Therefore the other members who share an
    address with these people are decided with them.
    """
    now = opened.audience.at
    for start in range(0, len(people), CHUNK):
        chunk = people[start : start + CHUNK]
        read = opened.known.facts(chunk, campaign_id=question.campaign_id)
        sharing = _sharing(opened, read.facts, question.channel)
        others = opened.known.facts(sharing, campaign_id=question.campaign_id).facts if sharing else {}
        facts = {**read.facts, **others}
        in_order = decide_in_order(sorted(facts), facts, read.policy_at(now), question, now)
        decided = {one.member: one.decision for one in in_order}
        yield from (decided[person] for person in chunk)


def _sharing(opened: _Opened, facts: Mapping[UUID, DecisionFacts], channel: str) -> list[UUID]:
    """Returns the other members of the audience who have an address of these people on this channel."""
    owners = {
        other.person_id
        for known in facts.values()
        for point in known.person.points_on(channel)
        for other in known.co_owners[point.address_id]
    }
    return sorted(opened.known.matching(opened.audience, owners - facts.keys()))


def _why(opened: _Opened, person_id: UUID, question: DecisionQuestion | None) -> WhyInAudience:
    criteria = tuple(
        CriterionMet(path=path, criterion=criterion, met=_meets(opened, person_id, criterion))
        for path, criterion in every_criterion(opened.audience.criteria, "audience")
    )
    decision = _decision(opened, person_id, question, among=criteria[0].met) if question is not None else None
    return WhyInAudience(in_audience=criteria[0].met, criteria=criteria, decision=decision)


def _meets(opened: _Opened, person_id: UUID, criterion: Mapping[str, Any]) -> bool:
    return bool(opened.known.matching(AudienceAt(criteria=criterion, at=opened.audience.at), [person_id]))


def _decision(opened: _Opened, person_id: UUID, question: DecisionQuestion, *, among: bool) -> Decision:
    """Decides about one person: among the audience, or alone if the person is not in it."""
    if among:
        return next(_decisions(opened, [person_id], question))
    read, now = opened.known.facts([person_id], campaign_id=question.campaign_id), opened.audience.at
    return decide(read.facts[person_id], read.policy_at(now), question, now)
