"""The facts about a complaint, from its opening to its closing and back."""

from dataclasses import dataclass
from decimal import Decimal

from domain.facts import CustomerFact, PersonalText, stored


@stored("complaints.ComplaintOpened")
@dataclass(frozen=True, kw_only=True)
class ComplaintOpened(CustomerFact):
    """The customer complained. Severity: low, normal, high or critical."""

    category: str
    severity: str
    channel: str
    source: str | None = None
    number: str | None = None
    product: str | None = None
    subject: PersonalText = None
    description: PersonalText = None


@stored("complaints.ComplaintResponded")
@dataclass(frozen=True, kw_only=True)
class ComplaintResponded(CustomerFact):
    """The customer got an answer; dated before the opening it is kept as it was told."""

    text: PersonalText = None


@stored("complaints.ComplaintEscalated")
@dataclass(frozen=True, kw_only=True)
class ComplaintEscalated(CustomerFact):
    """Someone else took the complaint over; `severity` where it changed."""

    severity: str | None = None
    to: PersonalText = None
    reason: PersonalText = None


@stored("complaints.ComplaintResolved")
@dataclass(frozen=True, kw_only=True)
class ComplaintResolved(CustomerFact):
    """A solution was offered; until it is closed the complaint still stops messages."""

    summary: PersonalText = None
    compensation: Decimal | None = None
    currency: str | None = None


@stored("complaints.ComplaintClosed")
@dataclass(frozen=True, kw_only=True)
class ComplaintClosed(CustomerFact):
    """The complaint ended with a root cause and an outcome."""

    root_cause: str
    outcome: str


@stored("complaints.ComplaintReopened")
@dataclass(frozen=True, kw_only=True)
class ComplaintReopened(CustomerFact):
    """The complaint was not over after all."""

    reason: PersonalText = None
