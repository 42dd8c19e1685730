"""What only the HTTP interface can refuse."""

from domain.errors import FarleyError


class InvalidFields(FarleyError):
    """Some fields are not valid."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__()
        self.errors = errors


class BodyTooLarge(FarleyError):
    """The body is too large."""


class UnsupportedMediaType(FarleyError):
    """The body must be application/json in UTF-8, not compressed."""
