"""What an installation may want of its policies."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import EllipsisType


@dataclass(frozen=True, kw_only=True)
class GivenReason:
    """What a reason stops and when it ends by itself, None: never; what is not said (`...`) stays."""

    stops: tuple[str, ...] | None = None
    expires_after_days: int | EllipsisType | None = ...


@dataclass(frozen=True, kw_only=True)
class AdoptSuppressionPolicy:
    """`takes_effect_at`: absent = now. What else is absent is as in the version that would else hold then."""

    takes_effect_at: datetime | None = None
    cooling_off_days: Mapping[str, int] | None = None
    reasons: Mapping[str, GivenReason] = field(default_factory=dict)
    credit_purposes: Collection[str] | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class WithdrawSuppressionPolicy:
    """A planned version shall not take effect."""

    version: int
    reason: str | None = None
