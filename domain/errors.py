"""Every refusal Farley can give, in one tree.

    FarleyError
    ├── InvalidInput     422  what was sent is wrong in itself
    ├── NotFound         404  nothing of that id
    ├── NotAllowed       403  the subject may not do this
    ├── RuleBroken       409  right in itself, but a rule forbids it now
    ├── Conflict         409  someone else saved first (412 where the client asked with If-Match)
    └── Unavailable      503  not now; try again

A leaf's docstring is its default message.
"""

from typing import Any


class FarleyError(Exception):
    """Something was refused."""

    def __init__(self, message: str | None = None, **details: Any) -> None:
        self.message = message or (type(self).__doc__ or "").strip().splitlines()[0]
        self.details = details
        super().__init__(self.message)


class InvalidInput(FarleyError):
    """What was sent is not valid."""

    def __init__(self, message: str | None = None, *, path: str = "", code: str = "invalid") -> None:
        super().__init__(message)
        self.path = path
        self.code = code

    def at(self, path: str) -> "InvalidInput":
        """The same refusal, its path put below `path`."""
        joined = ".".join(part for part in (path, self.path) if part)
        return type(self)(self.message, path=joined, code=self.code)


class InvalidEmailAddress(InvalidInput):
    """Not an e-mail address."""


class InvalidPhoneNumber(InvalidInput):
    """Not a phone number; write it with +country code, or set the region it is read with."""


class InvalidIdentifier(InvalidInput):
    """Not an identifier: it is empty, too long or has control characters."""


class InvalidDomain(InvalidInput):
    """Not the domain of an e-mail address."""


class InvalidPostalAddress(InvalidInput):
    """Not a postal address."""


class InvalidTemplate(InvalidInput):
    """The template cannot be read."""


class InvalidMailHeader(InvalidInput):
    """A mail header may not contain line breaks or NUL."""


class InvalidCriteria(InvalidInput):
    """The criteria cannot be read."""


class InvalidMoney(InvalidInput):
    """Money is a decimal string with at most the currency's minor units."""


class PositionBeyondLog(InvalidInput):
    """The log has no such position yet."""


class UndeclaredPurpose(InvalidInput):
    """This purpose is not declared; declare it by POST /api/purposes."""


class InFuture(InvalidInput):
    """An instant more than five minutes ahead is not accepted."""


class NotFound(FarleyError):
    """Not found."""


class CustomerNotFound(NotFound):
    """No customer has this id."""


class ContactPointNotFound(NotFound):
    """This customer has no contact point of this id."""


class ComplaintNotFound(NotFound):
    """No complaint has this id."""


class OrderNotFound(NotFound):
    """No order has this id."""


class CampaignNotFound(NotFound):
    """No campaign has this id."""


class RunNotFound(NotFound):
    """This campaign has no run of this id."""


class MessageNotFound(NotFound):
    """No message has this id."""


class SuppressionNotFound(NotFound):
    """No suppression has this id."""


class PolicyVersionNotFound(NotFound):
    """There is no such version of the policy."""


class SegmentNotFound(NotFound):
    """No segment has this id."""


class LinkNotFound(NotFound):
    """These profiles are not linked."""


class NotAllowed(FarleyError):
    """This key may not do this."""


class NotAuthenticated(FarleyError):
    """A valid key is needed: Authorization: Bearer <key>."""


class RuleBroken(FarleyError):
    """A rule forbids this now."""


class ComplaintAlreadyClosed(RuleBroken):
    """The complaint is closed; reopen it first."""


class ComplaintNotClosed(RuleBroken):
    """Only a closed complaint can be reopened."""


class OrderAlreadyCancelled(RuleBroken):
    """The order is cancelled."""


class RefundAboveOrder(RuleBroken):
    """Refunds may not exceed the order's amount."""


class CampaignNotDraft(RuleBroken):
    """Only a draft can be approved; this campaign is approved."""


class CampaignNotApproved(RuleBroken):
    """The campaign is not approved; approve it by POST /api/campaigns/{id}/approvals."""


class CampaignHasOpenRun(RuleBroken):
    """The campaign has an open run."""


class CampaignEnded(RuleBroken):
    """The campaign has ended."""


class CampaignAlreadyCancelled(RuleBroken):
    """The campaign is cancelled."""


class HoldOutDrawn(RuleBroken):
    """The campaign has run with its hold-out; for another share or seed draft another campaign."""


class PolicyVersionBegun(RuleBroken):
    """A version that has taken effect is not withdrawn: adopt one that says otherwise."""


class NoUnsubscribeLink(RuleBroken):
    """A promotional e-mail needs an unsubscribe link that works."""


class LogContradictsItself(RuleBroken):
    """The facts of the log contradict each other."""


class SelfLink(RuleBroken):
    """A profile cannot be linked to itself."""


class NameTaken(RuleBroken):
    """The name is already declared with another meaning."""


class DifferentContent(RuleBroken):
    """The same identity was recorded before with another content."""


class KeyReused(RuleBroken):
    """This Idempotency-Key was used with another body."""


class RenderError(FarleyError):
    """The template cannot be rendered for this person."""


class Conflict(FarleyError):
    """Someone else changed this first."""


class PreconditionFailed(Conflict):
    """If-Match names a version that is no longer the current one."""


class PreconditionRequired(FarleyError):
    """This command needs If-Match with the version it was decided on."""


class Unavailable(FarleyError):
    """Not available now; try again."""


class StoreUnavailable(Unavailable):
    """The database cannot be reached."""


class AnsweringTookTooLong(Unavailable):
    """The database gave up on this question after its time limit."""


class ProjectionBehind(Unavailable):
    """The read models have not reached this position yet."""


class TooManyWaiting(Unavailable):
    """Too many requests wait for the read models already."""


class TooMuchContention(Unavailable):
    """Others kept saving first."""


class NotConfigured(FarleyError):
    """The installation's configuration is wrong."""
