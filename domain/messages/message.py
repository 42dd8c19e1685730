"""A message: whether it may be handed over now, and its outcome."""

from datetime import datetime
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from domain.aggregates import Aggregate
from domain.deciding.codes import ReasonCode, Verdict
from domain.facts import Circumstances, Fact, derived_id
from domain.messages import events
from domain.messages.errors import HandoverOpen, MessageEnded, NotHandedOver, OutcomeKnown
from domain.messages.events import MessageOutcome
from domain.plain_text import one_of
from domain.runs.events import Reason

ENDED = frozenset(MessageOutcome) - {MessageOutcome.PENDING, MessageOutcome.DEFERRED}
RESOLUTIONS = (MessageOutcome.SENT, MessageOutcome.FAILED)
"""What an operator may find out about a message whose outcome is unknown."""


def message_id(run_id: UUID, member_id: UUID, channel: str) -> UUID:
    """Returns the id of the run's one message to a member on a channel."""
    return derived_id("message", run_id, member_id, channel)


class Message(
    Aggregate,
    begun_by=(events.MessageHandedOver, events.MessageFailed, events.MessageWithheld),
):
    """A message has at most one open handover: the version of its stream is the fence."""

    @classmethod
    def about(
        cls, run_id: UUID, campaign_id: UUID, member_id: UUID, customer_id: UUID, channel: str
    ) -> "Message":
        """Returns the message before its first fact."""
        message = cls.before_first_fact(message_id(run_id, member_id, channel))
        message.outcome, message.handed_over = MessageOutcome.PENDING, False
        message.attempt, message.resolved = 0, False
        message.address_id, message.recipient = None, None
        message.identity = {
            "run_id": run_id,
            "campaign_id": campaign_id,
            "member_id": member_id,
            "customer_id": customer_id,
        }
        return message

    def hand_over(self, circumstances: Circumstances, **details: Any) -> None:
        """Hands the message over. It cannot be handed over again before the outcome of this handover is recorded."""
        self._refuse_unless_waiting()
        self.trigger(
            events.MessageHandedOver, circumstances, **self.identity, attempt=self.attempt + 1, **details
        )

    def lapse(self, circumstances: Circumstances, retry_at: datetime) -> None:
        """Ends a handover whose text was not sent in time, and never will be, as the calling process knows."""
        self._conclude(events.HandoverLapsed, circumstances, retry_at=retry_at)

    def accept(self, circumstances: Circumstances, smtp_code: int | None, smtp_reply: str | None) -> None:
        self._conclude(events.MessageSent, circumstances, smtp_code=smtp_code, smtp_reply=smtp_reply)

    def refuse_for_now(
        self, circumstances: Circumstances, retry_at: datetime, smtp_code: int | None, smtp_reply: str | None
    ) -> None:
        self._conclude(
            events.MessageRefusedForNow,
            circumstances,
            retry_at=retry_at,
            smtp_code=smtp_code,
            smtp_reply=smtp_reply,
        )

    def refuse(self, circumstances: Circumstances, smtp_code: int | None, smtp_reply: str | None) -> None:
        """Records that the next hop refused the message for good."""
        self._conclude(events.MessageFailed, circumstances, smtp_code=smtp_code, smtp_reply=smtp_reply)

    def lose_track(self, circumstances: Circumstances) -> None:
        """Records that nobody knows whether the next hop accepted the message."""
        self._conclude(events.MessageOutcomeUnknown, circumstances)

    def resolve(self, circumstances: Circumstances, outcome: str, note: str) -> None:
        """Records the outcome that an operator found out, one of RESOLUTIONS.

        The same outcome again changes nothing. Raises OutcomeKnown unless the outcome was unknown.
        """
        if self.outcome == outcome and self.resolved:
            return
        if self.outcome != MessageOutcome.UNKNOWN:
            raise OutcomeKnown()
        self.trigger(
            events.MessageResolved,
            circumstances,
            **self.identity,
            attempt=self.attempt,
            outcome=one_of(outcome, RESOLUTIONS, "outcome"),
            note=note,
        )

    def fail(self, circumstances: Circumstances, reason_code: ReasonCode) -> None:
        """Ends a message that is not handed over (again): it cannot be rendered, or its time is up."""
        self._refuse_unless_waiting()
        self.trigger(
            events.MessageFailed,
            circumstances,
            **self.identity,
            reason_code=reason_code,
            attempt=self.attempt,
        )

    def withhold(
        self, circumstances: Circumstances, verdict: Verdict, reasons: tuple[Reason, ...], **basis: Any
    ) -> None:
        """Records that the second decision stopped the message."""
        self._refuse_unless_waiting()
        self.trigger(
            events.MessageWithheld, circumstances, **self.identity, verdict=verdict, reasons=reasons, **basis
        )

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Keeps the outcome, the attempt, the address and the identity of the message."""

    @apply.register
    def _(self, fact: events.MessageFact) -> None:
        self.identity = {
            "run_id": fact.run_id,
            "campaign_id": fact.campaign_id,
            "member_id": fact.member_id,
            "customer_id": fact.customer_id,
        }
        self.attempt: int = getattr(fact, "attempt", getattr(self, "attempt", 0))
        self.address_id: UUID | None = getattr(fact, "address_id", getattr(self, "address_id", None))
        values = getattr(fact, "values", None) or {}
        self.recipient: str | None = values.get("recipient", getattr(self, "recipient", None))
        self.resolved = isinstance(fact, events.MessageResolved)
        self.handed_over = isinstance(fact, events.MessageHandedOver)
        self.outcome = outcome_after(fact)

    def _conclude(
        self, fact_class: type[events.MessageFact], circumstances: Circumstances, **details: Any
    ) -> None:
        if not self.handed_over:
            raise NotHandedOver()
        self.trigger(fact_class, circumstances, **self.identity, attempt=self.attempt, **details)

    def _refuse_unless_waiting(self) -> None:
        if self.outcome in ENDED:
            raise MessageEnded()
        if self.handed_over:
            raise HandoverOpen()


def outcome_after(fact: events.MessageFact) -> MessageOutcome:
    """Returns the outcome of a message after this fact."""
    if isinstance(fact, events.MessageResolved):
        return fact.outcome
    if isinstance(fact, events.MessageWithheld):
        held_out = fact.verdict == Verdict.HELD_OUT
        return MessageOutcome.HELD_OUT if held_out else MessageOutcome.SUPPRESSED
    return _OUTCOMES[type(fact)]


_OUTCOMES: dict[type[events.MessageFact], MessageOutcome] = {
    events.MessageHandedOver: MessageOutcome.PENDING,
    events.HandoverLapsed: MessageOutcome.DEFERRED,
    events.MessageSent: MessageOutcome.SENT,
    events.MessageRefusedForNow: MessageOutcome.DEFERRED,
    events.MessageFailed: MessageOutcome.FAILED,
    events.MessageOutcomeUnknown: MessageOutcome.UNKNOWN,
}
