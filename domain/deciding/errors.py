"""What Farley refuses about decisions."""

from domain.errors import NotFound


class UnknownRulesVersion(NotFound):
    """No rules have this version."""
