"""Counts the people of an audience: how many match, how many could be reached, and what stops the others."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from application.deciding.asking import InstallationSettings, decide_in_order
from application.deciding.ports import AudienceAt, Known
from domain.bounds import too_many
from domain.criteria.walking import every_criterion
from domain.deciding.codes import Verdict
from domain.deciding.decide import RULES_VERSION, Decision, DecisionQuestion, decide
from domain.deciding.facts import ContactPoint, DecisionFacts
from domain.errors import InvalidInput
from domain.responses.lift import wilson

EXACT_UP_TO = 20_000
"""The largest audience that is decided completely. Of a larger one a sample of this size is, by a fixed seed."""
CHUNK = 1_000
MOST_SHOWN = 20
"""The most people of an audience that a preview lists as an example."""
MOST_PARTS = 100
"""The most criteria of which a preview says each one's size."""
SAMPLE = 1_000
"""A campaign preview renders the message on trial for at most so many people."""


@dataclass(frozen=True, kw_only=True)
class PreviewAudience:
    """Asks for the size of an audience and, if channel and purpose are given, for the number of reachable people.

    `message_class` is promotional by default. `explain` is a person's person id, to explain that person. `parts` asks
    for the size of each criterion, `sample` for so many people. `exact`: everybody is decided, however many they are.
    """

    audience: Mapping[str, Any]
    channel: str | None = None
    purpose: str | None = None
    message_class: str | None = None
    explain: UUID | None = None
    parts: bool = False
    sample: int = 0
    exact: bool = False


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """How many people could be reached, and how many people each reason stops. A person may have several reasons.

    `stopped_by`: how many people each reason stops as the first one. With `reachable` they add up to the audience.
    `interval` are Wilson's 95 % limits of `reachable`, if it was estimated from a sample.
    """

    reachable: int
    loss: Mapping[str, int]
    stopped_by: Mapping[str, int]
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

    person_id: UUID
    in_audience: bool
    criteria: tuple[CriterionMet, ...]
    decision: Decision | None = None


@dataclass(frozen=True, kw_only=True)
class PartSize:
    """One criterion of the tree by its path, and how many of all people meet it."""

    path: str
    size: int


@dataclass(frozen=True, kw_only=True)
class Preview:
    """A preview of an audience. `size` is the exact number of people who match, at `position`.

    `parts` and `sample` are empty unless they were asked for. `sample`: person ids, drawn by a fixed seed.
    """

    size: int
    position: int
    estimate: Estimate | None = None
    why: WhyInAudience | None = None
    parts: tuple[PartSize, ...] = ()
    sample: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An audience, and one state of the facts to read it from. `rules_version`: of the rules that decide."""

    known: Known
    audience: AudienceAt
    rules_version: int = RULES_VERSION


def question_about(ask: PreviewAudience, installation: InstallationSettings) -> DecisionQuestion | None:
    """Returns the question to `decide` about the message, or None if the preview names no message."""
    if ask.channel is None:
        return None
    return installation.question(message_class=ask.message_class, purpose=ask.purpose, channel=ask.channel)


def previewed(opened: Opened, question: DecisionQuestion | None, ask: PreviewAudience) -> Preview:
    """Previews the audience, with a question also the reachable people. Raises InvalidInput for too many parts."""
    size = opened.known.size(opened.audience)
    return Preview(
        size=size,
        position=opened.known.position,
        estimate=estimated(opened, size, question, exact=ask.exact)[0] if question else None,
        why=_why(opened, ask.explain, question) if ask.explain else None,
        parts=_parts(opened) if ask.parts else (),
        sample=tuple(opened.known.some(opened.audience, ask.sample)) if ask.sample else (),
    )


def _parts(opened: Opened) -> tuple[PartSize, ...]:
    parts = list(every_criterion(opened.audience.criteria, "audience"))
    if len(parts) > MOST_PARTS:
        raise InvalidInput(too_many(MOST_PARTS, "criteria to be counted", len(parts)), code="too_many")
    sizes = opened.known.sizes([criterion for _, criterion in parts], opened.audience.at)
    return tuple(PartSize(path=path, size=size) for (path, _), size in zip(parts, sizes, strict=True))


def estimated(
    opened: Opened, size: int, question: DecisionQuestion, *, exact: bool = False
) -> tuple[Estimate, list[ContactPoint]]:
    """Returns the estimate, and the contact points of the first reachable people, up to SAMPLE of them."""
    people: Sequence[UUID]
    people = (
        opened.known.members(opened.audience) if exact else opened.known.some(opened.audience, EXACT_UP_TO)
    )
    reachable, loss, first, sample = 0, Counter[str](), Counter[str](), list[ContactPoint]()
    for decision, alike in _decisions_of_groups(opened, people, question):
        for reason in decision.reasons:
            loss[reason.code] += alike
        if decision.verdict is not Verdict.ELIGIBLE:
            first[decision.reasons[0].code] += alike
        if decision.verdict is Verdict.ELIGIBLE:
            reachable += alike
            if decision.contact_point is not None and len(sample) < SAMPLE:
                sample.append(decision.contact_point)
    return _scaled(reachable, loss, first, looked_at=len(people), size=size), sample


def _scaled(
    reachable: int, loss: Mapping[str, int], first: Mapping[str, int], *, looked_at: int, size: int
) -> Estimate:
    if size <= looked_at:
        return Estimate(reachable=reachable, loss=_sorted(loss), stopped_by=_sorted(first))
    scale = size / looked_at
    low, high = wilson(reachable / looked_at, looked_at)
    reached = round(reachable * scale)
    return Estimate(
        reachable=reached,
        loss={code: round(n * scale) for code, n in sorted(loss.items())},
        stopped_by=_shared_out(_sorted(first), size - reached),
        interval=(round(low * size), round(high * size)),
    )


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))


def _shared_out(counts: Mapping[str, int], total: int) -> dict[str, int]:
    """Returns the counts scaled to this total: rounded down, and what is left goes to the largest remainders."""
    of = sum(counts.values())
    shares = {code: divmod(n * total, of) for code, n in counts.items()}
    left = total - sum(whole for whole, _ in shares.values())
    topped = sorted(shares, key=lambda code: (-shares[code][1], code))[:left]
    return {code: whole + (code in topped) for code, (whole, _) in shares.items()}


def _decisions_of_groups(
    opened: Opened, people: Sequence[UUID], question: DecisionQuestion
) -> Iterator[tuple[Decision, int]]:
    """Yields decisions, each with the number of people whom it stands for.

    For a campaign each person is decided, because a message is rendered for some of them on trial.
    """
    if question.campaign_id is not None:
        yield from ((decision, 1) for decision in _decisions(opened, people, question))
        return
    alike = opened.known.alike(people, question, opened.audience.at)
    groups = {group[0].person_id: len(group) for group in alike.groups}
    groups |= dict.fromkeys(alike.apart, 1)
    yield from zip(_decisions(opened, list(groups), question), groups.values(), strict=True)


def _decisions(opened: Opened, people: Sequence[UUID], question: DecisionQuestion) -> Iterator[Decision]:
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
        in_order = decide_in_order(
            sorted(facts), facts, read.policy_at(now), question, now, rules_version=opened.rules_version
        )
        decided = {one.member: one.decision for one in in_order}
        yield from (decided[person] for person in chunk)


def _sharing(opened: Opened, facts: Mapping[UUID, DecisionFacts], channel: str) -> list[UUID]:
    """Returns the other members of the audience who have an address of these people on this channel."""
    owners = {
        other.person_id
        for known in facts.values()
        for point in known.person.points_on(channel)
        for other in known.co_owners[point.address_id]
    }
    return sorted(opened.known.matching(opened.audience, owners - facts.keys()))


def _why(opened: Opened, person_id: UUID, question: DecisionQuestion | None) -> WhyInAudience:
    criteria = tuple(
        CriterionMet(path=path, criterion=criterion, met=_meets(opened, person_id, criterion))
        for path, criterion in every_criterion(opened.audience.criteria, "audience")
    )
    decision = (
        decision_about(opened, person_id, question, among=criteria[0].met) if question is not None else None
    )
    return WhyInAudience(
        person_id=person_id, in_audience=criteria[0].met, criteria=criteria, decision=decision
    )


def _meets(opened: Opened, person_id: UUID, criterion: Mapping[str, Any]) -> bool:
    return bool(opened.known.matching(AudienceAt(criteria=criterion, at=opened.audience.at), [person_id]))


def decision_about(opened: Opened, person_id: UUID, question: DecisionQuestion, *, among: bool) -> Decision:
    """Decides about one person: among the audience, or alone if the person is not in it."""
    if among:
        return next(_decisions(opened, [person_id], question))
    read, now = opened.known.facts([person_id], campaign_id=question.campaign_id), opened.audience.at
    return decide(
        read.facts[person_id], read.policy_at(now), question, now, rules_version=opened.rules_version
    )
