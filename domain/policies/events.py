"""The facts about policies: numbers that an installation chooses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.facts import Fact, stored


@stored("policies.SuppressionPolicyAdopted")
@dataclass(frozen=True, kw_only=True)
class SuppressionPolicyAdopted(Fact):
    """From `takes_effect_at` on these rules of suppression hold; `version` counts from 2, 1 came with Farley.

    `cooling_off_days` by severity. `stops`: the message classes that each reason stops. `expires_after_days`: when
    a suppression of a reason ends that was imposed without an end. `credit_purposes`: what DELINQUENT stops.
    """

    version: int
    takes_effect_at: datetime
    cooling_off_days: dict[str, Any]
    stops: dict[str, Any]
    expires_after_days: dict[str, Any]
    credit_purposes: tuple[str, ...]
    note: str | None = None


@stored("policies.SuppressionPolicyWithdrawn")
@dataclass(frozen=True, kw_only=True)
class SuppressionPolicyWithdrawn(Fact):
    """A version that was planned never takes effect."""

    version: int
    reason: str | None = None
