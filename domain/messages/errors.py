"""The errors about messages."""

from domain.errors import FarleyError, InvalidInput, NotFound, RuleBroken


class InvalidMailHeader(InvalidInput):
    """A mail header may not contain line breaks or NUL."""


class InvalidMailbox(InvalidMailHeader):
    """Not one e-mail address that mail can be sent to."""


class MessageNotFound(NotFound):
    """No message has this id."""


class RenderError(FarleyError):
    """The template cannot be rendered for this person."""


class HandoverOpen(RuleBroken):
    """The message is handed over, and the answer of the next hop is not recorded yet."""


class MessageEnded(RuleBroken):
    """The message has its final outcome."""


class NotHandedOver(RuleBroken):
    """The message is not handed over."""


class OutcomeKnown(RuleBroken):
    """Only a message whose outcome is unknown can be resolved."""
