"""The suppression policy: the values that an installation chooses, by version."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType

from domain.campaigns.events import MessageClass
from domain.complaints.events import Severity
from domain.deciding.codes import ReasonCode
from domain.plain_text import folded
from domain.policies.versions import BEGINNING, in_effect_at

IMPOSABLE = (
    ReasonCode.GLOBAL_DO_NOT_CONTACT,
    ReasonCode.HARD_BOUNCE,
    ReasonCode.SPAM_COMPLAINT,
    ReasonCode.SERVICE_RECOVERY_PENDING,
    ReasonCode.DELINQUENT,
    ReasonCode.DECEASED,
    ReasonCode.LEGAL_HOLD,
    ReasonCode.DOMAIN_BLOCKED,
    ReasonCode.OPERATOR_EXCLUDED,
)
"""The reasons for which a person or a next hop's refusal imposes a suppression, in the order of the rules."""
STOP_ALL = frozenset({ReasonCode.HARD_BOUNCE, ReasonCode.DECEASED, ReasonCode.LEGAL_HOLD})
"""Reasons that stop every class of message. An installation cannot change this."""
YIELD_TO_LIFTING_ONLY = frozenset({ReasonCode.GLOBAL_DO_NOT_CONTACT, ReasonCode.SPAM_COMPLAINT})
"""Reasons whose suppressions never expire, neither by a policy nor by an end of their own."""
FIRST_STOPS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        **{reason: frozenset({MessageClass.PROMOTIONAL}) for reason in IMPOSABLE},
        **{reason: frozenset(MessageClass) for reason in (*STOP_ALL, ReasonCode.DOMAIN_BLOCKED)},
        ReasonCode.GLOBAL_DO_NOT_CONTACT: frozenset({MessageClass.PROMOTIONAL, MessageClass.RECOVERY}),
    }
)


@dataclass(frozen=True, kw_only=True)
class SuppressionPolicy:
    """One version of the suppression policy.

    - `cooling_off`: how long a closed complaint still stops messages, by severity. A day is 24 hours.
    - `stops`: the message classes that each reason stops.
    - `expires_after`: how long a suppression without an end lasts, by reason. A reason that is not named lasts until
      the suppression is lifted.
    - `credit_purposes`: the purposes of the credit offers that DELINQUENT stops.
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
            Severity.LOW: timedelta(days=7),
            Severity.NORMAL: timedelta(days=14),
            Severity.HIGH: timedelta(days=30),
            Severity.CRITICAL: timedelta(days=90),
        }
    ),
)
"""The policy of a new installation (docs/semantics.md, rules 2 and 37)."""


def policy_at(adopted: Iterable[SuppressionPolicy], at: datetime) -> SuppressionPolicy:
    """Returns the policy in effect at an instant: the one that took effect last."""
    return in_effect_at((FIRST_POLICY, *adopted), at)
