"""Decides again what a run recorded about one member, from the facts about that person alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from application.deciding.asking import (
    InstallationSettings,
    decide_in_order,
    grouped,
    known_version,
    question_of,
)
from application.deciding.ports import AudienceAt, KnownFacts
from application.eligibility.past import PastReading, Then
from application.replaying.compared_values import (
    ComparedValues,
    differing,
    installation_zone,
    values_of_decision,
    values_of_groups,
    values_of_message,
)
from application.replaying.differences import ComparedPart
from application.replaying.ports import LoggedFact, RecordedDecision, RecordedMember, RecordedMembers
from domain.campaigns.events import CampaignContent
from domain.deciding.decide import DecisionQuestion, decide
from domain.deciding.decision import Ruling
from domain.messages.events import MessageHandedOver, MessageWithheld
from domain.runs.errors import DecisionNotFound
from domain.runs.events import RunChunkDecided

Repeated = tuple[ComparedValues, tuple[Ruling, ...]]
"""What a repeated decision says, to be compared, and all its rules in order."""


@dataclass(frozen=True, kw_only=True)
class ReplayedDecision:
    """A recorded decision beside the same decision made again.

    `part`: first, handover or withheld. `position`: of the recording fact. `decided_at`, `read_position`: for which
    instant and up to which position it was decided. `rules`: all rules of the repeated decision, in order.
    `recorded` or `decided` is empty if only the other side says something about the member.
    """

    part: ComparedPart
    position: int
    decided_at: datetime
    read_position: int
    recorded: ComparedValues
    decided: ComparedValues
    rules: tuple[Ruling, ...]

    @property
    def differing(self) -> list[str]:
        """The names of the values that differ."""
        return differing(self.recorded, self.decided)

    @property
    def same(self) -> bool:
        return self.recorded == self.decided


@dataclass(frozen=True, kw_only=True)
class ReplayedMember:
    """The decisions about one member of a run, in the log's order."""

    run_id: UUID
    member_id: UUID
    decisions: tuple[ReplayedDecision, ...]

    @property
    def same(self) -> bool:
        return all(decision.same for decision in self.decisions)


class MemberReplays:
    """Replays the decisions about one member. Its cost does not depend on the size of the run or of the log.

    `zone` is the installation's time zone, for decisions beside which none used the installation's zone.
    """

    def __init__(self, recorded: RecordedMembers, past: PastReading, zone: str) -> None:
        self._recorded = recorded
        self._past = past
        self._zone = zone

    def replay(self, run_id: UUID, person_id: UUID) -> ReplayedMember:
        """Repeats the first decision and the newest second ones. Raises DecisionNotFound if there is none.

        It compares what a replay of the run compares of a decision. Whether the run as a whole is right, such as its
        audience, only the replay of the run can say.
        """
        about = self._recorded.member(run_id, person_id)
        if about is None or not about.decided:
            raise DecisionNotFound()
        decisions = tuple(self._replayed(about, logged) for logged in about.decided)
        return ReplayedMember(run_id=run_id, member_id=about.member_id, decisions=decisions)

    def _replayed(self, about: RecordedMember, logged: LoggedFact[RecordedDecision]) -> ReplayedDecision:
        fact = logged.fact
        recorded = _recorded(about, fact)
        decided, rules = self._repeated(about, logged, recorded)
        return ReplayedDecision(
            part=_part(fact),
            position=logged.position,
            decided_at=fact.occurred_at,
            read_position=fact.read_position,
            recorded=recorded.get(about.member_id, {}),
            decided=decided,
            rules=rules,
        )

    def _repeated(
        self,
        about: RecordedMember,
        logged: LoggedFact[RecordedDecision],
        recorded: Mapping[UUID, ComparedValues],
    ) -> Repeated:
        """Decides from the facts up to the read position, but never up to the decision itself."""
        fact, planned = logged.fact, about.planned
        known_to = min(fact.read_position, logged.position - 1)
        opened = self._past.open(
            fact.occurred_at, about.member_id, campaign_id=planned.campaign_id, known_to=known_to
        )
        with opened as then:
            if then.content is None:
                return {}, ()
            zone = installation_zone(recorded.values(), otherwise=self._zone)
            question = question_of(
                planned.campaign_id,
                then.content,
                ends_at=planned.ends_at,
                installation=InstallationSettings(zone=zone, smtputf8=fact.smtputf8),
            )
            if isinstance(fact, RunChunkDecided):
                return _first(about, fact, then, question)
            return _second(about, fact, then, then.content, question)


def _part(fact: RecordedDecision) -> ComparedPart:
    if isinstance(fact, RunChunkDecided):
        return ComparedPart.FIRST_DECISION
    return ComparedPart.HANDOVER if isinstance(fact, MessageHandedOver) else ComparedPart.WITHHELD


def _recorded(about: RecordedMember, fact: RecordedDecision) -> dict[UUID, ComparedValues]:
    """Returns what the fact says about the member, and about others whom it decides with the member."""
    if not isinstance(fact, RunChunkDecided):
        return {fact.member_id: values_of_message(fact)}
    versions = {"policy_version": fact.policy_version, "rules_version": fact.rules_version}
    return values_of_groups(about.part, fact.groups, **versions)


def _first(about: RecordedMember, fact: RunChunkDecided, then: Then, question: DecisionQuestion) -> Repeated:
    """Decides about the member after those before it in its part who may share an address with it."""
    members = [*_before(about.part, about.member_id, then), about.member_id]
    known, version = _known(about, members, then), known_version(fact.rules_version)
    policy = known.policy_at(fact.occurred_at)
    last = decide_in_order(members, known.facts, policy, question, fact.occurred_at, rules_version=version)[
        -1
    ]
    values = values_of_groups(
        [about.member_id], grouped([last]), policy_version=policy.version, rules_version=version
    )
    return values[about.member_id], last.decision.rules


def _before(part: Sequence[UUID], member_id: UUID, then: Then) -> list[UUID]:
    before = part[: part.index(member_id)] if member_id in part else ()
    return [other for other in before if other in then.concerned]


def _second(
    about: RecordedMember,
    fact: MessageHandedOver | MessageWithheld,
    then: Then,
    content: CampaignContent,
    question: DecisionQuestion,
) -> Repeated:
    recheck = AudienceAt(criteria=content.audience, at=fact.occurred_at) if content.recheck_segment else None
    known = _known(about, [about.member_id], then, recheck)
    decision = decide(
        known.facts[about.member_id],
        known.policy_at(fact.occurred_at),
        question,
        fact.occurred_at,
        rules_version=known_version(fact.rules_version),
    )
    return values_of_decision(decision), decision.rules


def _known(
    about: RecordedMember, members: Sequence[UUID], then: Then, recheck: AudienceAt | None = None
) -> KnownFacts:
    of_run = {"campaign_id": about.planned.campaign_id, "run_id": about.planned.originator_id}
    return then.known.facts(members, **of_run, recheck=recheck)
