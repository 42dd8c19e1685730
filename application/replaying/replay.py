"""Replays one run, in the order of the positions up to which its decisions read."""

from collections.abc import Iterator, Sequence
from itertools import groupby, islice
from uuid import UUID

from application.deciding.asking import decide_in_order, grouped
from application.deciding.ports import KnownFacts
from application.replaying.as_of import AsOf
from application.replaying.differences import Differences, Replayed, Which
from application.replaying.outcomes import outcome_of_decision, outcome_of_message, outcomes_of_groups
from application.replaying.particulars import handed, planned, possible_instant, rising
from application.replaying.ports import Decided, LogAlone, Placed
from application.replaying.roll import Roll
from application.replaying.tails import WatchedHandover, stopped, watched_handover
from domain.campaigns.events import CampaignContent
from domain.deciding.decide import RULES, RULES_VERSION, decide
from domain.deciding.decision import Verdict
from domain.messages.events import MessageHandedOver, MessageWithheld
from domain.runs.events import RunAudienceRecorded, RunChunkDecided

AT_ONCE = 500
"""The number of second decisions whose facts are read together."""


class Replay:
    """Decides a run again and compares. It folds the log as it goes, so `outcome` can be called only once."""

    def __init__(self, log: LogAlone, as_of: AsOf) -> None:
        self._log = log
        self._as_of = as_of
        self._run_id = as_of.run.originator_id
        self._differences = Differences(self._run_id)
        self._roll = Roll(as_of.run, log.ended(self._run_id), self._differences)
        self._handovers: list[tuple[int, int, UUID]] = []

    def outcome(self) -> Replayed:
        self._compare_plan()
        self._compare_audience()
        if not self._as_of.rechecks:
            self._log.leave_membership()
        for group in _together(self._log.decided(self._run_id)):
            self._fold_before(group)
            first = group[0].fact
            if isinstance(first, RunChunkDecided):
                self._compare_chunk(group[0], first)
            else:
                self._compare_messages(group)
        self._compare_epochs()
        self._roll.close(self._log, self._as_of.channel)
        return self._differences.found()

    def _compare_plan(self) -> None:
        """Compares the plan. The run's id derives from the campaign and the planned instant.

        The run's end is the campaign's, or a fixed time after the planned instant.
        """
        plan = self._as_of.planned
        content = self._as_of.content_before(plan.position)
        self._differences.note_unlike(Which.RUN, plan.position, planned(plan.fact, content))

    def _compare_audience(self) -> None:
        """Compares the listed members with those who match the criteria at the position where membership was read."""
        recorded = self._log.recorded_audience(self._run_id)
        matching = self._matching(recorded) if recorded is not None else set()
        for part in self._log.listings(self._run_id):
            members = self._roll.note_part(part)
            if recorded is not None:
                self._differences.note_not_matching(part.position, members - matching)
                matching.difference_update(members)
        self._roll.note_size(recorded)
        if recorded is not None:
            self._differences.note_not_listed(recorded.position, matching)

    def _matching(self, recorded: Placed[RunAudienceRecorded]) -> set[UUID]:
        self._as_of.fold_to(min(recorded.fact.read_position, recorded.position - 1))
        self._note_basis(Which.AUDIENCE, recorded)
        content = self._as_of.content_before(recorded.position)
        return set(self._as_of.members(content, recorded.fact.occurred_at))

    def _compare_chunk(self, placed: Placed[Decided], fact: RunChunkDecided) -> None:
        position = placed.position
        listing = self._log.listing(self._run_id, fact.ordinal)
        members = listing.members if listing is not None else ()
        recorded = outcomes_of_groups(
            members, fact.groups, policy_version=fact.policy_version, rules_version=fact.rules_version
        )
        content = self._as_of.content_before(position)
        read = self._as_of.facts(members, content)
        policy, version = read.policy_at(fact.occurred_at), _known(fact.rules_version)
        asked = self._as_of.asked(content, recorded, smtputf8=fact.smtputf8)
        again = decide_in_order(members, read.facts, policy, asked, fact.occurred_at, rules_version=version)
        decided = outcomes_of_groups(
            members, grouped(again), policy_version=policy.version, rules_version=version
        )
        self._differences.compare(Which.FIRST, position, recorded, decided)
        self._note_basis(Which.FIRST, placed)
        self._roll.note_chunk(position, fact, members)
        self._roll.note_decided(recorded, decided)

    def _compare_messages(self, group: Sequence[Placed[Decided]]) -> None:
        """Compares second decisions with the same read position and instant.

        Each is decided from the facts up to that position, whatever the other decisions of the group say.
        """
        content = self._as_of.content_before(group[0].position)
        told = [(one, one.fact) for one in group if not isinstance(one.fact, RunChunkDecided)]
        members = [fact.member_id for _, fact in told]
        read = self._as_of.facts(members, content, recheck_at=group[0].fact.occurred_at)
        again = [self._compare_message(placed, fact, content, read) for placed, fact in told]
        watched = [one for one in again if one is not None]
        for handover, by in stopped(self._log, watched, self._as_of.run.campaign_id):
            self._differences.note(
                Which.HANDOVER,
                handover.position,
                {"stopped_by": []},
                {"stopped_by": by},
                member=handover.fact.member_id,
            )

    def _compare_message(
        self,
        placed: Placed[Decided],
        fact: MessageHandedOver | MessageWithheld,
        content: CampaignContent,
        read: KnownFacts,
    ) -> WatchedHandover | None:
        """Compares one second decision.

        Returns the handover, with its watched profiles, if the repeated verdict is eligible. The caller checks the
        facts recorded after the read position.
        """
        position = placed.position
        recorded = {fact.member_id: outcome_of_message(fact)}
        known, policy = read.facts[fact.member_id], read.policy_at(fact.occurred_at)
        asked = self._as_of.asked(content, recorded, smtputf8=fact.smtputf8)
        version = _known(fact.rules_version)
        decision = decide(known, policy, asked, fact.occurred_at, rules_version=version)
        which = Which.HANDOVER if isinstance(fact, MessageHandedOver) else Which.WITHHELD
        decided = {fact.member_id: outcome_of_decision(decision)}
        self._differences.compare(which, position, recorded, decided)
        self._note_basis(which, placed, member=fact.member_id)
        if not isinstance(fact, MessageHandedOver):
            return None
        self._note_handover(position, fact)
        if decision.verdict is not Verdict.ELIGIBLE:
            return None
        handover = Placed(position=position, recorded_at=placed.recorded_at, fact=fact)
        return watched_handover(handover, known, decision)

    def _note_handover(self, position: int, handover: MessageHandedOver) -> None:
        said = handed(handover, self._as_of.content_before(position))
        self._differences.note_unlike(Which.HANDOVER, position, said, member=handover.member_id)
        self._handovers.append((position, handover.epoch, handover.member_id))

    def _compare_epochs(self) -> None:
        """Checks that the epochs of handovers never decrease along the log.

        Each new holder of the dispatcher's lease has a higher one.
        """
        if not self._handovers:
            return
        ordered = sorted(self._handovers)
        before, after = self._log.epochs_next_to(ordered[0][0], ordered[-1][0])
        told = [epoch for epoch in (before, *(one[1] for one in ordered), after) if epoch is not None]
        possible = rising(told)[before is not None :]
        for (position, epoch, member), other in zip(ordered, possible, strict=False):
            self._differences.note_unlike(
                Which.HANDOVER, position, ({"epoch": epoch}, {"epoch": other}), member=member
            )

    def _note_basis(
        self, which: Which, decided: Placed[Decided | RunAudienceRecorded], *, member: UUID | None = None
    ) -> None:
        """Checks the read position and the instant: a decision reads only facts before itself, and its instant is
        between the recording of the last of them and its own recording, allowing one minute between the clocks."""
        position, fact = decided.position, decided.fact
        if fact.read_position >= position:
            recorded, possible = {"read_position": fact.read_position}, {"read_position": position - 1}
            self._differences.note(which, position, recorded, possible, member=member)
        at = possible_instant(fact.occurred_at, self._as_of.known_at, decided.recorded_at)
        instants = {"occurred_at": fact.occurred_at}, {"occurred_at": at}
        self._differences.note_unlike(which, position, instants, member=member)

    def _fold_before(self, group: Sequence[Placed[Decided]]) -> None:
        """Folds the log up to the read position of these decisions, but never up to the decisions themselves."""
        first = min(one.position for one in group)
        self._as_of.fold_to(min(group[0].fact.read_position, first - 1))


def _together(decided: Iterator[Placed[Decided]]) -> Iterator[list[Placed[Decided]]]:
    """Groups decisions that were made together.

    A chunk is alone. Second decisions come in groups of at most AT_ONCE.
    """
    for _, same in groupby(decided, key=_made_together):
        while part := list(islice(same, AT_ONCE)):
            yield part


def _made_together(one: Placed[Decided]) -> tuple[object, ...]:
    alone = one.position if isinstance(one.fact, RunChunkDecided) else 0
    return one.fact.read_position, one.fact.occurred_at, alone


def _known(rules_version: int) -> int:
    """Returns the version, or the present one if there is no such version, which then shows as a difference."""
    return rules_version if rules_version in RULES else RULES_VERSION
