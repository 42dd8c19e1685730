"""The commands about policies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import EllipsisType


@dataclass(frozen=True, kw_only=True)
class GivenReason:
    """The message classes that a reason stops, and after how many days its suppressions expire.

    `expires_after_days` is None if they never expire. A field that is not given (None for `stops`, else `...`) keeps
    its value.
    """

    stops: Collection[str] | None = None
    expires_after_days: int | EllipsisType | None = ...


@dataclass(frozen=True, kw_only=True)
class AdoptSuppressionPolicy:
    """Adopts a version of the suppression policy. It takes effect at `takes_effect_at`, by default now.

    Fields that are not given keep the values of the version that would otherwise be in effect at that instant.
    """

    takes_effect_at: datetime | None = None
    cooling_off_days: Mapping[str, int] | None = None
    reasons: Mapping[str, GivenReason] = field(default_factory=dict)
    credit_purposes: Collection[str] | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class WithdrawSuppressionPolicy:
    """Withdraws a planned version before it takes effect."""

    version: int
    reason: str | None = None
