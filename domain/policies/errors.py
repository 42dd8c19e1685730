"""What Farley refuses about policies."""

from domain.errors import NotFound, RuleBroken


class PolicyVersionNotFound(NotFound):
    """There is no such version of the policy."""


class PolicyVersionBegun(RuleBroken):
    """A version that has taken effect is not withdrawn: adopt one that says otherwise."""
