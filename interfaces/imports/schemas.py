"""The bodies of rows. They are the bodies of HTTP with a required date, which identifies a repeated row."""

from interfaces.http.contexts.complaints.schemas import (
    CloseComplaintIn,
    EscalateComplaintIn,
    OpenComplaintIn,
    ResolveComplaintIn,
    RespondToComplaintIn,
)
from interfaces.http.contexts.customers.consents_schemas import GrantConsentOfIn, WithdrawConsentOfIn
from interfaces.http.schemas.fields import Instant, Many, Part


class ConsentRowIn(GrantConsentOfIn):
    """A dated consent. Without a date, every import of an old consent would undo a newer withdrawal."""

    occurred_at = Instant(required=True)


class WithdrawalRowIn(WithdrawConsentOfIn):
    """A dated withdrawal. Without a date, every import of an old withdrawal would undo a newer consent."""

    occurred_at = Instant(required=True)


class ResponseIn(RespondToComplaintIn):
    """A dated response: the customer got an answer."""

    occurred_at = Instant(required=True)


class EscalationIn(EscalateComplaintIn):
    """A dated escalation: somebody else took over."""

    occurred_at = Instant(required=True)


class ResolutionIn(ResolveComplaintIn):
    """A dated resolution: a solution was offered."""

    occurred_at = Instant(required=True)


class ClosingIn(CloseComplaintIn):
    """The dated closing of a complaint, with its root cause."""

    occurred_at = Instant(required=True)


class ComplaintRowIn(OpenComplaintIn):
    """A complaint with its later steps, which are recorded in the order of these fields."""

    responses = Many(Part(ResponseIn))
    escalations = Many(Part(EscalationIn))
    resolutions = Many(Part(ResolutionIn))
    closings = Many(Part(ClosingIn), most=1)
