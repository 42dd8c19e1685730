"""Complaints, from the opening to the closing and back, and as they stand."""

from typing import ClassVar

from domain.complaints.complaint import Outcome, Severity
from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import (
    NUMBERED,
    CustomerStatementIn,
    PageOut,
    PageQuery,
    StatementIn,
    StoredOut,
)
from interfaces.http.schemas.fields import (
    LONGEST_NUMBER,
    Amount,
    Currency,
    Flag,
    Id,
    Instant,
    Many,
    Money,
    Part,
    Position,
    Prose,
    Text,
    Tree,
    Whole,
    Word,
)
from interfaces.http.schemas.fields.numbers import FROM_ZERO

STATUSES = ("open", "responded", "escalated", "resolved", "closed")
STEPS = ("opened", "responded", "escalated", "resolved", "closed", "reopened")
MANY = 2**53


class OpenComplaintIn(CustomerStatementIn):
    """(`source`, `number`) is its identity where another system numbers it."""

    source = Text()
    number = Text(longest=LONGEST_NUMBER)
    category = Text(required=True)
    severity = Word(list(Severity), required=True)
    channel = Text(required=True)
    subject = Prose()
    description = Prose()
    product = Text()
    rules: ClassVar = NUMBERED


class RespondToComplaintIn(StatementIn):
    """The customer got an answer."""

    text = Prose()


class EscalateComplaintIn(StatementIn):
    """Somebody else takes over."""

    to = Text(required=True)
    reason = Prose(required=True)
    severity = Word(list(Severity))


class ResolveComplaintIn(StatementIn):
    """A solution was offered."""

    summary = Prose(required=True)
    compensation = Money(notation=FROM_ZERO)
    currency = Currency()


class CloseComplaintIn(StatementIn):
    """The end, with its root cause."""

    root_cause = Text(required=True)
    outcome = Word(list(Outcome), required=True)


class ReopenComplaintIn(StatementIn):
    """It was not over after all."""

    reason = Prose(required=True)


class ComplaintsQuery(PageQuery):
    """Which complaints."""

    status = Word(STATUSES)
    severity = Word(list(Severity))


class ComplaintStoredOut(StoredOut):
    """The complaint."""

    complaint_id = Id(required=True)


class ComplaintOpenedOut(ComplaintStoredOut):
    """Whose it is; an identifier of somebody never registered stands for a profile of its own."""

    customer_id = Id(required=True)


class ComplaintSummaryOut(BodyOut):
    """A complaint as it stands. A text whose key is gone is null."""

    complaint_id = Id(required=True)
    customer_id = Id(required=True)
    status = Word(STATUSES, required=True)
    severity = Word(list(Severity), required=True)
    category = Text(required=True)
    channel = Text(required=True)
    product = Text(allow_none=True)
    source = Text(allow_none=True)
    number = Text(allow_none=True, longest=LONGEST_NUMBER)
    brand = Text(allow_none=True)
    division = Text(allow_none=True)
    subject = Prose(allow_none=True)
    description = Prose(allow_none=True)
    opened_at = Instant(required=True)
    first_responded_at = Instant(allow_none=True)
    closed_at = Instant(allow_none=True)
    root_cause = Text(allow_none=True)
    outcome = Word(list(Outcome), allow_none=True)
    reopenings = Whole(low=0, high=MANY)
    compensation = Amount(allow_none=True)
    currency = Currency(allow_none=True)
    position = Position(required=True)


class ComplaintStepOut(BodyOut):
    """What was done; `late`: dated before the opening, shown as it was told."""

    step = Word(STEPS, required=True)
    occurred_at = Instant(required=True)
    recorded_at = Instant(required=True)
    actor = Text(required=True)
    brand = Text(allow_none=True)
    division = Text(allow_none=True)
    late = Flag(required=True)
    details = Tree(required=True)
    position = Position(required=True)


class ComplaintOut(ComplaintSummaryOut):
    """A complaint with its steps in the order told."""

    steps = Many(Part(ComplaintStepOut), required=True)


class ComplaintsOut(PageOut):
    """Complaints, the last told first."""

    items = Many(Part(ComplaintSummaryOut), required=True)
