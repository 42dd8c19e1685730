"""The errors about declared names."""

from domain.errors import InvalidInput, RuleBroken


class UndeclaredName(InvalidInput):
    """This name is not declared."""


class NameTaken(RuleBroken):
    """The name is already declared with another meaning."""
