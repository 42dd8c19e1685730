"""Schemas of complaints and their steps."""

from typing import ClassVar

from domain.complaints.events import ComplaintStatus, ComplaintStep, Outcome, Severity
from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import (
    NUMBERED,
    CustomerStatementIn,
    MomentQuery,
    PageOut,
    PageQuery,
    ReadOut,
    StatementIn,
    StopStoredOut,
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
from interfaces.http.schemas.fields.numbers import FROM_ZERO, MANY


class OpenComplaintIn(CustomerStatementIn):
    """A new complaint. (`source`, `number`) identifies it if another system numbers it."""

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
    """An answer to the customer."""

    text = Prose()


class EscalateComplaintIn(StatementIn):
    """The hand-over of a complaint to somebody else."""

    to = Text(required=True)
    reason = Prose(required=True)
    severity = Word(list(Severity))


class ResolveComplaintIn(StatementIn):
    """A solution that was offered to the customer."""

    summary = Prose(required=True)
    compensation = Money(notation=FROM_ZERO)
    currency = Currency()


class CloseComplaintIn(StatementIn):
    """The closing of a complaint, with its root cause."""

    root_cause = Text(required=True)
    outcome = Word(list(Outcome), required=True)


class ReopenComplaintIn(StatementIn):
    """The reopening of a complaint, with its reason."""

    reason = Prose(required=True)


class ComplaintsQuery(PageQuery, MomentQuery):
    """Filters of complaints. Complaints of a past moment can be listed for one customer only."""

    customer_id = Id()
    status = Word(list(ComplaintStatus))
    severity = Word(list(Severity))


class ComplaintStoredOut(StopStoredOut):
    """The complaint that the command was about."""

    complaint_id = Id(required=True)


class ComplaintOpenedOut(ComplaintStoredOut):
    """The complaint and its customer. An identifier nobody registered stands for a profile of its own."""

    customer_id = Id(required=True)


class ComplaintSummaryOut(BodyOut):
    """The state of a complaint. Texts are null once their profile key is deleted."""

    complaint_id = Id(required=True)
    customer_id = Id(required=True)
    status = Word(list(ComplaintStatus), required=True)
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
    """A step of a complaint. `late`: the step is dated before the opening."""

    step = Word(list(ComplaintStep), required=True)
    occurred_at = Instant(required=True)
    recorded_at = Instant(required=True)
    actor = Text(required=True)
    brand = Text(allow_none=True)
    division = Text(allow_none=True)
    late = Flag(required=True)
    details = Tree(required=True)
    position = Position(required=True)


class ComplaintOut(ComplaintSummaryOut, ReadOut):
    """A complaint with its steps in the log's order."""

    steps = Many(Part(ComplaintStepOut), required=True)


class ComplaintsOut(PageOut):
    """Complaints, the one recorded last first."""

    items = Many(Part(ComplaintSummaryOut), required=True)
