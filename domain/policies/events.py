"""The facts about policies: an installation adopts and withdraws versions of each kind of policy."""

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
    """From `takes_effect_at` on this version holds; `version` counts from 2, version 1 came with Farley.

    `content`: all that the version says, by the schema of its kind.

    Of the kind suppression: `cooling_off_days` by severity; `stops`, the message classes that each reason stops;
    `expires_after_days`, when a suppression of a reason ends that was imposed without an end; `credit_purposes`,
    what DELINQUENT stops.
    """

    kind: str
    version: int
    takes_effect_at: datetime
    content: dict[str, Any]
    note: str | None = None


@stored("policies.PolicyVersionWithdrawn")
@dataclass(frozen=True, kw_only=True)
class PolicyVersionWithdrawn(Fact):
    """A version that was planned never takes effect."""

    kind: str
    version: int
    reason: str | None = None
