"""Checks whether each fact of one message could follow the fact before it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from application.replaying.compared_values import ComparedValues
from application.replaying.ports import LoggedFact
from application.replaying.possible_values import possible_instant
from domain.deciding.codes import ReasonCode
from domain.messages import events
from domain.messages.events import MessageOutcome
from domain.messages.message import Message
from domain.runs.events import RunPlanned

BETWEEN = (events.MessageHandedOver, events.MessageFailed, events.MessageWithheld)
"""The kinds of facts that may come while no handover is open."""
AFTER_HANDOVER = (
    events.HandoverLapsed,
    events.MessageSent,
    events.MessageRefusedForNow,
    events.MessageFailed,
    events.MessageOutcomeUnknown,
)
"""The kinds of facts that may come while a handover is open."""
FOLLOWING: dict[MessageOutcome, tuple[type[events.MessageFact], ...]] = {
    MessageOutcome.PENDING: BETWEEN,
    MessageOutcome.DEFERRED: BETWEEN,
    MessageOutcome.UNKNOWN: (events.MessageResolved,),
}
"""The kinds of facts that may follow an outcome while no handover is open. No fact may follow any other outcome."""


class Chain:
    """The facts of one stream of a run, by version."""

    def __init__(
        self, facts: Sequence[LoggedFact[events.MessageFact]], run: RunPlanned, channel: str
    ) -> None:
        first = facts[0].fact
        self.member_id: UUID = first.member_id
        self.stream_id: UUID = first.originator_id
        self.last_position = facts[-1].position
        self._facts = facts
        self._run = run
        self._message = Message.about(
            run.originator_id, run.campaign_id, self.member_id, first.customer_id, channel
        )
        self.expected_id: UUID = self._message.id

    @property
    def outcome(self) -> MessageOutcome:
        """The outcome after the last fact. Exhaust `faults` first."""
        return self._message.outcome

    def faults(self) -> Iterator[tuple[int, ComparedValues, ComparedValues]]:
        """Yields each fact that is not possible at its place: its position, what it says and what would be possible."""
        before: LoggedFact[events.MessageFact] | None = None
        for version, logged in enumerate(self._facts, 1):
            recorded, possible = _recorded(logged.fact), self._possible(version, logged, before)
            if before is not None and logged.position < before.position:
                possible["fact"] = None
            if recorded != possible:
                yield logged.position, recorded, possible
            before = logged
            self._message.apply(logged.fact)

    def _possible(
        self,
        version: int,
        logged: LoggedFact[events.MessageFact],
        before: LoggedFact[events.MessageFact] | None,
    ) -> ComparedValues:
        fact = logged.fact
        attempt = self._message.attempt + isinstance(fact, events.MessageHandedOver)
        return {
            "fact": fact.stored_name if self._may_follow(fact) else None,
            "version": version,
            "member_id": self.member_id,
            "campaign_id": self._run.campaign_id,
            "occurred_at": _instant(logged, before),
            **({"attempt": attempt} if hasattr(fact, "attempt") else {}),
        }

    def _may_follow(self, fact: events.MessageFact) -> bool:
        handed_over, outcome = self._message.handed_over, self._message.outcome
        if not isinstance(fact, AFTER_HANDOVER if handed_over else FOLLOWING.get(outcome, ())):
            return False
        if not isinstance(fact, events.MessageFailed):
            return True
        if fact.reason_code == ReasonCode.EXPIRED:
            return outcome == MessageOutcome.DEFERRED and fact.occurred_at >= self._run.ends_at
        return (fact.reason_code is None) == handed_over


def _recorded(fact: Any) -> ComparedValues:
    return {
        "fact": fact.stored_name,
        "version": fact.originator_version,
        "member_id": fact.member_id,
        "campaign_id": fact.campaign_id,
        "occurred_at": fact.occurred_at,
        **({"attempt": fact.attempt} if hasattr(fact, "attempt") else {}),
    }


def _instant(
    logged: LoggedFact[events.MessageFact], before: LoggedFact[events.MessageFact] | None
) -> datetime:
    """Returns the fact's own instant if it is possible, or else the nearest possible one.

    The outcome of a handover comes after the handover was recorded. Another handover comes no earlier
    than the `retry_at` of the preceding refusal. `Replay` compares the instants of decisions with what they read.
    """
    recorded = logged.fact.occurred_at
    if isinstance(logged.fact, events.MessageHandedOver | events.MessageWithheld):
        due = getattr(before.fact, "retry_at", recorded) if before is not None else recorded
        return max(recorded, due) if isinstance(logged.fact, events.MessageHandedOver) else recorded
    return possible_instant(recorded, before.recorded_at if before is not None else None, logged.recorded_at)
