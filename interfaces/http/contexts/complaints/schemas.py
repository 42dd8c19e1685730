"""Schemas of complaints and their steps."""

from typing import ClassVar

from domain.complaints.events import Outcome, Severity
from interfaces.http.schemas.common import (
    NUMBERED,
    CustomerStatementIn,
    StatementIn,
    StopStoredOut,
)
from interfaces.http.schemas.fields import (
    LONGEST_NUMBER,
    Currency,
    Id,
    Money,
    Prose,
    Text,
    Word,
)
from interfaces.http.schemas.fields.numbers import FROM_ZERO


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


class ComplaintStoredOut(StopStoredOut):
    """The complaint that the command was about."""

    complaint_id = Id(required=True)


class ComplaintOpenedOut(ComplaintStoredOut):
    """The complaint and its customer. An identifier nobody registered stands for a profile of its own."""

    customer_id = Id(required=True)
