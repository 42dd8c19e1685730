"""The errors about complaints."""

from domain.errors import NotFound, RuleBroken


class ComplaintNotFound(NotFound):
    """No complaint has this id."""


class ComplaintAlreadyClosed(RuleBroken):
    """The complaint is closed; reopen it first."""


class ComplaintNotClosed(RuleBroken):
    """Only a closed complaint can be reopened."""
