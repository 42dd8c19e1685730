"""What Farley refuses about declared names."""

from domain.errors import InvalidInput, RuleBroken


class UndeclaredPurpose(InvalidInput):
    """This purpose is not declared; declare it by POST /api/purposes."""


class NameTaken(RuleBroken):
    """The name is already declared with another meaning."""
