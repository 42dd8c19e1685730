"""What Farley refuses about criteria."""

from domain.errors import InvalidInput


class InvalidCriteria(InvalidInput):
    """The criteria cannot be read."""
