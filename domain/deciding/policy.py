"""The suppression policy: numbers that an installation chooses, by version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from domain.plain_text import folded
from domain.policies.versions import BEGINNING, in_effect_at

SEVERITIES = ("low", "normal", "high", "critical")
MESSAGE_CLASSES = ("promotional", "service", "transactional", "recovery")
IMPOSABLE = (
    "GLOBAL_DO_NOT_CONTACT",
    "HARD_BOUNCE",
    "SPAM_COMPLAINT",
    "SERVICE_RECOVERY_PENDING",
    "DELINQUENT",
    "DECEASED",
    "LEGAL_HOLD",
    "DOMAIN_BLOCKED",
    "OPERATOR_EXCLUDED",
)
"""The reasons of suppressions that somebody, or a refusal, imposes, in the order in which decisions name them."""
STOP_ALL = frozenset({"HARD_BOUNCE", "DECEASED", "LEGAL_HOLD"})
"""Reasons that stop every class of message, whatever an installation chooses."""
YIELD_TO_LIFTING_ONLY = frozenset({"GLOBAL_DO_NOT_CONTACT", "SPAM_COMPLAINT"})
"""Reasons that nothing lets expire, neither a policy nor an end of their own."""
FIRST_STOPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{reason: frozenset({"promotional"}) for reason in IMPOSABLE},
        **{reason: frozenset(MESSAGE_CLASSES) for reason in (*STOP_ALL, "DOMAIN_BLOCKED")},
        "GLOBAL_DO_NOT_CONTACT": frozenset({"promotional", "recovery"}),
    }
)


@dataclass(frozen=True, kw_only=True)
class SuppressionPolicy:
    """`cooling_off`: how long a complaint of each severity stops after its closing; a day is 24 hours.

    `stops`: the message classes that each reason stops. `expires_after`: how long a suppression of a reason
    lasts that was imposed without an end; one that is not named lasts until it is lifted. `credit_purposes`:
    the purposes of the offers of credit that DELINQUENT stops.
    """

    version: int
    cooling_off: Mapping[str, timedelta]
    stops: Mapping[str, frozenset[str]] = field(default_factory=lambda: FIRST_STOPS)
    expires_after: Mapping[str, timedelta] = field(default_factory=dict)
    credit_purposes: frozenset[str] = frozenset({"credit"})
    takes_effect_at: datetime = BEGINNING

    @cached_property
    def credit_purposes_folded(self) -> frozenset[str]:
        return frozenset(map(folded, self.credit_purposes))


FIRST_POLICY = SuppressionPolicy(
    version=1,
    cooling_off=MappingProxyType(
        {
            "low": timedelta(days=7),
            "normal": timedelta(days=14),
            "high": timedelta(days=30),
            "critical": timedelta(days=90),
        }
    ),
)
"""The policy of a new installation (docs/semantics.md, rules 2 and 37)."""


def policy_at(adopted: Iterable[SuppressionPolicy], at: datetime) -> SuppressionPolicy:
    """The policy in effect at an instant: of those that have taken effect the one that did so last."""
    return in_effect_at((FIRST_POLICY, *adopted), at)
