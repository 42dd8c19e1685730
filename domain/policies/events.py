"""The facts about policies. An installation adopts and withdraws versions of each kind of policy."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.facts import Fact, stored


class PolicyKind(StrEnum):
    """The kinds of policy. Each kind has its own stream, schema and reading function."""

    SUPPRESSION = "suppression"


@stored("policies.PolicyVersionAdopted")
@dataclass(frozen=True, kw_only=True)
class PolicyVersionAdopted(Fact):
    """A version of a policy was adopted. It holds from `takes_effect_at` on.

    `version` counts from 2, because version 1 is built into Farley. `content` is the whole policy in the schema of
    its kind. For the kind suppression that is `cooling_off_days` by severity, the message classes that each reason
    `stops`, `expires_after_days` by reason for suppressions without an end, and the `credit_purposes` that
    DELINQUENT stops.
    """

    kind: PolicyKind
    version: int
    takes_effect_at: datetime
    content: dict[str, Any]
    note: str | None = None


@stored("policies.PolicyVersionWithdrawn")
@dataclass(frozen=True, kw_only=True)
class PolicyVersionWithdrawn(Fact):
    """A planned version was withdrawn before it took effect. It never will."""

    kind: PolicyKind
    version: int
    reason: str | None = None
