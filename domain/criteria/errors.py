"""The errors about criteria."""

from domain.errors import InvalidInput


class InvalidCriteria(InvalidInput):
    """These criteria are not valid."""
