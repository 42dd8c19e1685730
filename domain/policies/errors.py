"""The errors about policies."""

from domain.errors import NotFound, RuleBroken


class PolicyVersionNotFound(NotFound):
    """There is no such version of the policy."""


class PolicyVersionBegun(RuleBroken):
    """A version that has taken effect cannot be withdrawn. Adopt a new version instead."""
