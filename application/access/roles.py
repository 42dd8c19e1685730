"""Roles: what the people who work in the console may do. A role is a named set of actions."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.errors import InvalidInput

ADMIN = "admin"
"""The scope that allows everything."""


class Role(StrEnum):
    """What somebody does in the company. A person may have several roles."""

    AGENT = "agent"
    MARKETER = "marketer"
    APPROVER = "approver"
    ANALYST = "analyst"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class UnknownRole(InvalidInput):
    """There is no role of this name."""


_LOOKS_ON = frozenset(
    {
        "campaigns:read",
        "catalogue:read",
        "complaints:read",
        "customers:read",
        "figures:read",
        "jobs:read",
        "orders:read",
        "policies:read",
        "segments:read",
        "suppressions:read",
    }
)
"""What everybody but an agent may read."""

ACTIONS_OF: Mapping[Role, frozenset[str]] = MappingProxyType(
    {
        Role.AGENT: frozenset(
            {
                "catalogue:read",
                "complaints:read",
                "complaints:write",
                "consents:write",
                "customers:read",
                "customers:write",
                "eligibility:read",
                "orders:read",
                "orders:write",
                "suppressions:read",
                "suppressions:write",
                "touchpoints:write",
            }
        ),
        Role.MARKETER: _LOOKS_ON
        | {"campaigns:write", "catalogue:write", "eligibility:read", "history:read", "segments:write"},
        Role.APPROVER: _LOOKS_ON | {"approvals:write", "eligibility:read", "history:read"},
        Role.ANALYST: _LOOKS_ON,
        Role.AUDITOR: _LOOKS_ON | {"eligibility:read", "history:read", "projections:read"},
        Role.ADMINISTRATOR: frozenset({ADMIN}),
    }
)
"""The actions of each role: the one table that says what a role may do."""


def actions_of(roles: Collection[str]) -> frozenset[str]:
    """Returns the actions of all these roles together."""
    return frozenset[str]().union(*(ACTIONS_OF[Role(role)] for role in roles))


def refuse_unknown_roles(roles: Collection[str]) -> None:
    """Raises UnknownRole, with a list of the roles, for a role that there is not."""
    for role in roles:
        if role not in tuple(Role):
            raise UnknownRole(f"{role!r} is none of: {', '.join(Role)}.", path="role", code="unknown_word")
