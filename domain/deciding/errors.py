"""The errors of decisions."""

from domain.errors import NotFound


class UnknownRulesVersion(NotFound):
    """No rules have this version."""
