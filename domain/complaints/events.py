"""The facts about a complaint, from its opening to its closing or reopening."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from domain.facts import CustomerFact, PersonalText, stored


class Severity(StrEnum):
    """How bad a complaint is. The severity decides how long the cooling-off takes."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class Outcome(StrEnum):
    """How a complaint ended. After DUPLICATE or OPENED_IN_ERROR there is no cooling-off."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    OPENED_IN_ERROR = "opened_in_error"


class ComplaintStatus(StrEnum):
    """How far a complaint is. All but a closed one count as open."""

    OPEN = "open"
    RESPONDED = "responded"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    CLOSED = "closed"


class ComplaintStep(StrEnum):
    """What happened to a complaint."""

    OPENED = "opened"
    RESPONDED = "responded"
    ESCALATED = "escalated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    REOPENED = "reopened"


@stored("complaints.ComplaintOpened")
@dataclass(frozen=True, kw_only=True)
class ComplaintOpened(CustomerFact):
    """The customer complained."""

    category: str
    severity: Severity
    channel: str
    source: str | None = None
    number: str | None = None
    product: str | None = None
    subject: PersonalText = None
    description: PersonalText = None


@stored("complaints.ComplaintResponded")
@dataclass(frozen=True, kw_only=True)
class ComplaintResponded(CustomerFact):
    """The company answered the customer. The response may be dated before the opening of the complaint."""

    text: PersonalText = None


@stored("complaints.ComplaintEscalated")
@dataclass(frozen=True, kw_only=True)
class ComplaintEscalated(CustomerFact):
    """Someone else took over the complaint. `severity` is the new severity, if it changed."""

    severity: Severity | None = None
    to: PersonalText = None
    reason: PersonalText = None


@stored("complaints.ComplaintResolved")
@dataclass(frozen=True, kw_only=True)
class ComplaintResolved(CustomerFact):
    """The company offered a solution. The complaint still stops messages until it is closed."""

    summary: PersonalText = None
    compensation: Decimal | None = None
    currency: str | None = None


@stored("complaints.ComplaintClosed")
@dataclass(frozen=True, kw_only=True)
class ComplaintClosed(CustomerFact):
    """The complaint ended with a root cause and an outcome."""

    root_cause: str
    outcome: Outcome


@stored("complaints.ComplaintReopened")
@dataclass(frozen=True, kw_only=True)
class ComplaintReopened(CustomerFact):
    """A closed complaint was opened again."""

    reason: PersonalText = None
