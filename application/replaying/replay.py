"""Replays one run, in the order of the positions up to which its decisions read."""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from uuid import UUID

from application.deciding.asking import decide_in_order, grouped
from application.deciding.ports import KnownFacts
from application.replaying.compared_values import values_of_decision, values_of_groups, values_of_message
from application.replaying.completeness import Completeness
from application.replaying.differences import ComparedPart, Differences, Replayed
from application.replaying.past_inputs import PastInputs
from application.replaying.ports import LoggedFact, RecordedDecision, ReplayLog
from application.replaying.possible_values import (
    handover_values,
    never_decreasing,
    plan_values,
    possible_instant,
)
from application.replaying.stopped_handovers import WatchedHandover, stopped, watched_handover
from domain.campaigns.events import CampaignContent
from domain.deciding.codes import Verdict
from domain.deciding.decide import RULES, RULES_VERSION, decide
from domain.messages.events import MessageHandedOver, MessageWithheld
from domain.runs.events import RunAudienceRecorded, RunChunkDecided

AT_ONCE = 500
"""The number of second decisions whose facts are read together."""


class Replay:
    """Decides a run again and compares. It folds the log as it goes, so `compared` can be called only once."""

    def __init__(self, log: ReplayLog, past: PastInputs) -> None:
        self._log = log
        self._past = past
        self._run_id = past.run.originator_id
        self._differences = Differences(self._run_id)
        self._completeness = Completeness(past.run, log.ended(self._run_id), self._differences)
        self._handovers: list[tuple[int, int, UUID]] = []

    def compared(self) -> Replayed:
        self._compare_plan()
        self._compare_audience()
        if not self._past.rechecks:
            self._log.leave_membership()
        for group in _together(self._log.recorded_decisions(self._run_id)):
            self._fold_before(group)
            first = group[0].fact
            if isinstance(first, RunChunkDecided):
                self._compare_chunk(group[0], first)
            else:
                self._compare_messages(group)
        self._compare_epochs()
        self._completeness.close(self._log, self._past.channel)
        return self._differences.replayed()

    def _compare_plan(self) -> None:
        """Compares the plan. The run's id derives from the campaign and the planned instant.

        The run's end is the campaign's, or a fixed time after the planned instant.
        """
        plan = self._past.planned
        content = self._past.content_before(plan.position)
        self._differences.note_unlike(ComparedPart.RUN, plan.position, plan_values(plan.fact, content))

    def _compare_audience(self) -> None:
        """Compares the listed members with those who match the criteria at the position where membership was read."""
        recorded = self._log.recorded_audience(self._run_id)
        matching = self._matching(recorded) if recorded is not None else set()
        for part in self._log.listings(self._run_id):
            members = self._completeness.note_part(part)
            if recorded is not None:
                self._differences.note_not_matching(part.position, members - matching)
                matching.difference_update(members)
        self._completeness.note_size(recorded)
        if recorded is not None:
            self._differences.note_not_listed(recorded.position, matching)

    def _matching(self, recorded: LoggedFact[RunAudienceRecorded]) -> set[UUID]:
        self._past.fold_to(min(recorded.fact.read_position, recorded.position - 1))
        self._check_position_and_instant(ComparedPart.AUDIENCE, recorded)
        content = self._past.content_before(recorded.position)
        return set(self._past.members(content, recorded.fact.occurred_at))

    def _compare_chunk(self, logged: LoggedFact[RecordedDecision], fact: RunChunkDecided) -> None:
        position = logged.position
        listing = self._log.listing(self._run_id, fact.ordinal)
        members = listing.members if listing is not None else ()
        recorded = values_of_groups(
            members, fact.groups, policy_version=fact.policy_version, rules_version=fact.rules_version
        )
        content = self._past.content_before(position)
        known = self._past.facts(members, content)
        policy, version = known.policy_at(fact.occurred_at), _known(fact.rules_version)
        question = self._past.question(content, recorded, smtputf8=fact.smtputf8)
        decisions = decide_in_order(
            members, known.facts, policy, question, fact.occurred_at, rules_version=version
        )
        decided = values_of_groups(
            members, grouped(decisions), policy_version=policy.version, rules_version=version
        )
        self._differences.compare(ComparedPart.FIRST_DECISION, position, recorded, decided)
        self._check_position_and_instant(ComparedPart.FIRST_DECISION, logged)
        self._completeness.note_chunk(position, fact, members)
        self._completeness.note_decided(recorded, decided)

    def _compare_messages(self, group: Sequence[LoggedFact[RecordedDecision]]) -> None:
        """Compares second decisions with the same read position and instant.

        Each is decided from the facts up to that position alone. The other decisions of the group do not count.
        """
        content = self._past.content_before(group[0].position)
        recorded = [(logged, logged.fact) for logged in group if not isinstance(logged.fact, RunChunkDecided)]
        members = [fact.member_id for _, fact in recorded]
        known = self._past.facts(members, content, recheck_at=group[0].fact.occurred_at)
        eligible = [self._compare_message(logged, fact, content, known) for logged, fact in recorded]
        watched = [handover for handover in eligible if handover is not None]
        for handover, positions in stopped(self._log, watched, self._past.run.campaign_id):
            self._differences.note(
                ComparedPart.HANDOVER,
                handover.position,
                {"stopped_by": []},
                {"stopped_by": positions},
                member=handover.fact.member_id,
            )

    def _compare_message(
        self,
        logged: LoggedFact[RecordedDecision],
        fact: MessageHandedOver | MessageWithheld,
        content: CampaignContent,
        known: KnownFacts,
    ) -> WatchedHandover | None:
        """Compares one second decision.

        Returns the handover, with its watched profiles, if the repeated verdict is eligible. The caller checks the
        facts recorded after the read position.
        """
        position = logged.position
        recorded = {fact.member_id: values_of_message(fact)}
        facts, policy = known.facts[fact.member_id], known.policy_at(fact.occurred_at)
        question = self._past.question(content, recorded, smtputf8=fact.smtputf8)
        version = _known(fact.rules_version)
        decision = decide(facts, policy, question, fact.occurred_at, rules_version=version)
        part = ComparedPart.HANDOVER if isinstance(fact, MessageHandedOver) else ComparedPart.WITHHELD
        decided = {fact.member_id: values_of_decision(decision)}
        self._differences.compare(part, position, recorded, decided)
        self._check_position_and_instant(part, logged, member=fact.member_id)
        if not isinstance(fact, MessageHandedOver):
            return None
        self._note_handover(position, fact)
        if decision.verdict is not Verdict.ELIGIBLE:
            return None
        handover = LoggedFact(position=position, recorded_at=logged.recorded_at, fact=fact)
        return watched_handover(handover, facts, decision)

    def _note_handover(self, position: int, handover: MessageHandedOver) -> None:
        both = handover_values(handover, self._past.content_before(position))
        self._differences.note_unlike(ComparedPart.HANDOVER, position, both, member=handover.member_id)
        self._handovers.append((position, handover.epoch, handover.member_id))

    def _compare_epochs(self) -> None:
        """Checks that the epochs of handovers never decrease along the log.

        Each new holder of the dispatcher's lease has a higher one.
        """
        if not self._handovers:
            return
        ordered = sorted(self._handovers)
        before, after = self._log.epochs_next_to(ordered[0][0], ordered[-1][0])
        epochs = [
            epoch for epoch in (before, *(epoch for _, epoch, _ in ordered), after) if epoch is not None
        ]
        possible = never_decreasing(epochs)[before is not None :]
        for (position, epoch, member), other in zip(ordered, possible, strict=False):
            self._differences.note_unlike(
                ComparedPart.HANDOVER, position, ({"epoch": epoch}, {"epoch": other}), member=member
            )

    def _check_position_and_instant(
        self,
        part: ComparedPart,
        decided: LoggedFact[RecordedDecision | RunAudienceRecorded],
        *,
        member: UUID | None = None,
    ) -> None:
        """Checks the read position and the instant: a decision reads only facts before itself, and its instant is
        between the recording of the last of them and its own recording, allowing one minute between the clocks."""
        position, fact = decided.position, decided.fact
        if fact.read_position >= position:
            recorded, possible = {"read_position": fact.read_position}, {"read_position": position - 1}
            self._differences.note(part, position, recorded, possible, member=member)
        at = possible_instant(fact.occurred_at, self._past.known_at, decided.recorded_at)
        instants = {"occurred_at": fact.occurred_at}, {"occurred_at": at}
        self._differences.note_unlike(part, position, instants, member=member)

    def _fold_before(self, group: Sequence[LoggedFact[RecordedDecision]]) -> None:
        """Folds the log up to the read position of these decisions, but never up to the decisions themselves."""
        first = min(decided.position for decided in group)
        self._past.fold_to(min(group[0].fact.read_position, first - 1))


def _together(
    decided: Iterator[LoggedFact[RecordedDecision]],
) -> Iterator[list[LoggedFact[RecordedDecision]]]:
    """Groups decisions that were made together.

    A chunk is alone. Second decisions come in groups of at most AT_ONCE.
    """
    for _, same in groupby(decided, key=_made_together):
        while group := list(islice(same, AT_ONCE)):
            yield group


def _made_together(decided: LoggedFact[RecordedDecision]) -> tuple[object, ...]:
    alone = decided.position if isinstance(decided.fact, RunChunkDecided) else 0
    return decided.fact.read_position, decided.fact.occurred_at, alone


def _known(rules_version: int) -> int:
    """Returns the version, or the present one if there is no such version, which then shows as a difference."""
    return rules_version if rules_version in RULES else RULES_VERSION
