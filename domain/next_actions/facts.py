"""What is known of a person at an instant, as the rules of next actions need it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

from domain.complaints.events import ComplaintStatus, ComplaintStep, Outcome, Severity
from domain.deciding.facts import DecisionFacts

LATELY = timedelta(days=90)
"""Conversations, orders and closings from before are not read: no rule asks for older ones."""
ANSWERS = (ComplaintStep.RESPONDED, ComplaintStep.RESOLVED)
OPENINGS = (ComplaintStep.OPENED, ComplaintStep.REOPENED)


@dataclass(frozen=True, kw_only=True)
class Happened:
    """A fact by its position, and when it happened."""

    position: int
    occurred_at: datetime

    @property
    def place(self) -> tuple[datetime, int]:
        """The order in time. Of two facts at one instant, the one that was recorded later is the later one."""
        return self.occurred_at, self.position


@dataclass(frozen=True, kw_only=True)
class Step(Happened):
    """One step of a complaint."""

    step: ComplaintStep


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """A complaint that is not closed, or was closed lately, with all its steps in the order of its stream."""

    complaint_id: UUID
    severity: Severity
    status: ComplaintStatus
    outcome: Outcome | None
    steps: tuple[Step, ...]

    @property
    def is_open(self) -> bool:
        return self.status is not ComplaintStatus.CLOSED

    @property
    def last_step(self) -> Step:
        return self.steps[-1]

    @cached_property
    def opening(self) -> Step:
        """The newest opening or reopening."""
        return next(step for step in reversed(self.steps) if step.step in OPENINGS)

    @cached_property
    def answer(self) -> Step | None:
        """The newest response or resolution since the opening. An escalation answers nobody."""
        since = self.steps[self.steps.index(self.opening) :]
        return next((step for step in reversed(since) if step.step in ANSWERS), None)


@dataclass(frozen=True, kw_only=True)
class PersonFacts:
    """What is known of a person. Conversations, orders and closings are those of `LATELY`.

    `decision`: what decisions about the person rest on: consents, contact points, suppressions, everyone who shares an
    address. `last_inbound`: the newest call, message or reply of the person. `last_outbound`: the newest one of the
    company, or the newest meeting. `last_order`: the newest order. `cancelled_or_refunded`: the newest cancellation and
    the newest refund. `unknown_messages`: messages that have perhaps left.
    """

    decision: DecisionFacts
    complaints: tuple[Complaint, ...] = ()
    last_inbound: Happened | None = None
    last_outbound: Happened | None = None
    last_order: Happened | None = None
    cancelled_or_refunded: tuple[Happened, ...] = ()
    unknown_messages: tuple[Happened, ...] = ()
