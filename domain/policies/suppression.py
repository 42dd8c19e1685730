"""The suppression policy: what a version may say, and how Farley reads a version."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.bounds import out_of_bounds
from domain.campaigns.events import MessageClass
from domain.complaints.events import Severity
from domain.deciding.policy import (
    FIRST_POLICY,
    IMPOSABLE,
    STOP_ALL,
    YIELD_TO_LIFTING_ONLY,
    SuppressionPolicy,
)
from domain.errors import InvalidInput
from domain.policies.versions import FIRST, Version

LONGEST_DAYS = 3_650


@dataclass(frozen=True, kw_only=True)
class PolicyChange:
    """The settings that a new version changes.

    A None keeps the setting of the version that would hold at that instant without the new one.
    """

    cooling_off_days: Mapping[str, int] | None = None
    stops: Mapping[str, list[str]] | None = None
    expires_after_days: Mapping[str, int | None] | None = None
    credit_purposes: tuple[str, ...] | None = None


def policy_of(version: Version) -> SuppressionPolicy:
    """Returns the policy that a version of the kind suppression states. A day is 24 hours."""
    if version.version == FIRST.version:
        return FIRST_POLICY
    content = version.content
    return SuppressionPolicy(
        version=version.version,
        takes_effect_at=version.takes_effect_at,
        cooling_off={severity: timedelta(days=n) for severity, n in content["cooling_off_days"].items()},
        stops={reason: frozenset(classes) for reason, classes in content["stops"].items()},
        expires_after={reason: timedelta(days=n) for reason, n in content["expires_after_days"].items()},
        credit_purposes=frozenset(content["credit_purposes"]),
    )


def changed(change: PolicyChange, before: SuppressionPolicy) -> dict[str, Any]:
    """Returns the whole content of a version that changes `before`. Raises InvalidInput for a bad setting.

    `before` is the policy that would hold at the new version's instant without it, not one planned for later.
    """
    purposes = before.credit_purposes if change.credit_purposes is None else change.credit_purposes
    return {
        "cooling_off_days": _cooling_off(change, before),
        "stops": _stops(change, before),
        "expires_after_days": _expires_after(change, before),
        "credit_purposes": sorted(purposes),
    }


def _cooling_off(change: PolicyChange, before: SuppressionPolicy) -> dict[str, int]:
    days: dict[str, int] = {severity: before.cooling_off[severity].days for severity in Severity}
    for severity, n in (change.cooling_off_days or {}).items():
        _known(severity, list(Severity), "cooling_off_days")
        days[severity] = _days(n, 0, f"cooling_off_days.{severity}")
    return days


def _stops(change: PolicyChange, before: SuppressionPolicy) -> dict[str, list[str]]:
    stops: dict[str, set[str]] = {reason: set(before.stops[reason]) for reason in IMPOSABLE}
    for reason, classes in (change.stops or {}).items():
        _known(reason, IMPOSABLE, "stops")
        for message_class in classes:
            _known(message_class, list(MessageClass), f"stops.{reason}")
        _refuse_weaker(reason, set(classes))
        stops[reason] = set(classes)
    return {reason: [c for c in MessageClass if c in stops[reason]] for reason in IMPOSABLE}


def always_stopped(reason: str) -> frozenset[str]:
    """Returns the classes of messages that a reason stops under every policy: promotional, or all in STOP_ALL."""
    return frozenset(MessageClass) if reason in STOP_ALL else frozenset({MessageClass.PROMOTIONAL})


def _refuse_weaker(reason: str, classes: set[str]) -> None:
    if missing := sorted(always_stopped(reason) - classes):
        raise InvalidInput(
            f"{reason} always stops {', '.join(missing)} messages.", path=f"stops.{reason}", code="too_weak"
        )


def _expires_after(change: PolicyChange, before: SuppressionPolicy) -> dict[str, int]:
    days: dict[str, int] = {reason: span.days for reason, span in before.expires_after.items()}
    for reason, n in (change.expires_after_days or {}).items():
        _known(reason, IMPOSABLE, "expires_after_days")
        if n is None:
            days.pop(reason, None)
        elif reason in YIELD_TO_LIFTING_ONLY:
            path = f"expires_after_days.{reason}"
            raise InvalidInput(f"{reason} never expires. Lift it to end it.", path=path, code="never_expires")
        else:
            days[reason] = _days(n, 1, f"expires_after_days.{reason}")
    return dict(sorted(days.items()))


def _known(name: str, names: Collection[str], path: str) -> None:
    if name not in names:
        raise InvalidInput(f"{name!r} is none of {', '.join(names)}.", path=path, code="unknown")


def _days(n: int, low: int, path: str) -> int:
    if not low <= n <= LONGEST_DAYS:
        message = out_of_bounds(low, LONGEST_DAYS, n, "A number of days")
        raise InvalidInput(message, path=path, code="out_of_range")
    return n
