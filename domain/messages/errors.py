"""What Farley refuses about messages."""

from domain.errors import FarleyError, InvalidInput, NotFound


class InvalidMailHeader(InvalidInput):
    """A mail header may not contain line breaks or NUL."""


class MessageNotFound(NotFound):
    """No message has this id."""


class RenderError(FarleyError):
    """The template cannot be rendered for this person."""
