"""The errors about suppressions."""

from domain.errors import NotFound


class SuppressionNotFound(NotFound):
    """No suppression has this id."""
