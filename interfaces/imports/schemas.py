"""Bodies of rows: those of HTTP, where a date is needed that tells a repeated row from a new fact."""

from interfaces.http.schemas.complaints import (
    CloseComplaintIn,
    EscalateComplaintIn,
    OpenComplaintIn,
    ResolveComplaintIn,
    RespondToComplaintIn,
)
from interfaces.http.schemas.consents import GrantConsentOfIn, WithdrawConsentOfIn
from interfaces.http.schemas.fields import Instant, Many, Part


class ConsentRowIn(GrantConsentOfIn):
    """Without a date an old consent would undo a newer withdrawal, again with every import."""

    occurred_at = Instant(required=True)


class WithdrawalRowIn(WithdrawConsentOfIn):
    """Dated, for the same reason."""

    occurred_at = Instant(required=True)


class ResponseIn(RespondToComplaintIn):
    """The customer got an answer."""

    occurred_at = Instant(required=True)


class EscalationIn(EscalateComplaintIn):
    """Somebody else took over."""

    occurred_at = Instant(required=True)


class ResolutionIn(ResolveComplaintIn):
    """A solution was offered."""

    occurred_at = Instant(required=True)


class ClosingIn(CloseComplaintIn):
    """The end, with its root cause."""

    occurred_at = Instant(required=True)


class ComplaintRowIn(OpenComplaintIn):
    """A complaint with what was done about it, in the order of these fields."""

    responses = Many(Part(ResponseIn))
    escalations = Many(Part(EscalationIn))
    resolutions = Many(Part(ResolutionIn))
    closings = Many(Part(ClosingIn), most=1)
