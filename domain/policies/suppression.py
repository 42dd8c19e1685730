"""The versions of the suppression policy, in one stream: what was decided before is never rewritten."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import singledispatchmethod
from typing import Self

from domain.deciding.policy import (
    FIRST_POLICY,
    IMPOSABLE,
    MESSAGE_CLASSES,
    SEVERITIES,
    STOP_ALL,
    YIELD_TO_LIFTING_ONLY,
    SuppressionPolicy,
    policy_at,
)
from domain.errors import InvalidInput
from domain.facts import Aggregate, Circumstances, Fact, derived_id
from domain.policies.errors import PolicyVersionBegun, PolicyVersionNotFound
from domain.policies.events import SuppressionPolicyAdopted, SuppressionPolicyWithdrawn

POLICIES = derived_id("suppression-policies")
"""The id of the one aggregate of this class."""
LONGEST_DAYS = 3_650


@dataclass(frozen=True, kw_only=True)
class PolicyChange:
    """What a new version says otherwise; None: as the version has it that would else hold at its instant."""

    cooling_off_days: Mapping[str, int] | None = None
    stops: Mapping[str, list[str]] | None = None
    expires_after_days: Mapping[str, int | None] | None = None
    credit_purposes: tuple[str, ...] | None = None
    note: str | None = None


class SuppressionPolicies(Aggregate, begun_by=(SuppressionPolicyAdopted,)):
    """Version 1 came with Farley; each later one is a fact, and whole: no later one changes what it says."""

    # The first fact may find none before it; `apply` replaces them and never changes them.
    adopted: tuple[SuppressionPolicy, ...] = ()
    withdrawn: frozenset[int] = frozenset()

    @classmethod
    def before_any(cls) -> Self:
        """No version but the first."""
        policies = cls.__new__(cls)
        start = datetime.fromtimestamp(0, UTC)
        policies.__base_init__(POLICIES, cls.INITIAL_VERSION - 1, start)
        return policies

    @property
    def newest(self) -> SuppressionPolicy:
        return self.adopted[-1] if self.adopted else FIRST_POLICY

    @property
    def standing(self) -> tuple[SuppressionPolicy, ...]:
        """The adopted versions that were not withdrawn."""
        return tuple(policy for policy in self.adopted if policy.version not in self.withdrawn)

    def in_effect_at(self, instant: datetime) -> SuppressionPolicy:
        return policy_at(self.standing, instant)

    def planned_after(self, instant: datetime) -> list[SuppressionPolicy]:
        """The versions that take effect later than this instant, the first to do so first."""
        return sorted(
            (policy for policy in self.standing if policy.takes_effect_at > instant),
            key=lambda policy: (policy.takes_effect_at, policy.version),
        )

    def adopt(
        self, change: PolicyChange, takes_effect_at: datetime, circumstances: Circumstances
    ) -> SuppressionPolicy:
        """The next version. InvalidInput where it would take effect in the past or says what cannot be.

        What it leaves out is as in the version that would else hold at its instant: never as in one that is
        planned for later.
        """
        if takes_effect_at < circumstances.occurred_at:
            raise InvalidInput(
                "A policy never takes effect in the past.", path="takes_effect_at", code="in_past"
            )
        before = self.in_effect_at(takes_effect_at)
        self.trigger(
            SuppressionPolicyAdopted,
            circumstances,
            version=self.newest.version + 1,
            takes_effect_at=takes_effect_at,
            cooling_off_days=_cooling_off(change, before),
            stops=_stops(change, before),
            expires_after_days=_expires_after(change, before),
            credit_purposes=tuple(
                sorted(before.credit_purposes if change.credit_purposes is None else change.credit_purposes)
            ),
            note=change.note,
        )
        return self.newest

    def withdraw(self, version: int, circumstances: Circumstances, reason: str | None = None) -> None:
        """A planned version never takes effect; withdrawing it again changes nothing.

        PolicyVersionNotFound; PolicyVersionBegun once it has taken effect: what was decided by it stays so.
        """
        found = next((one for one in (FIRST_POLICY, *self.adopted) if one.version == version), None)
        if found is None:
            raise PolicyVersionNotFound()
        if version in self.withdrawn:
            return
        if found.takes_effect_at <= circumstances.occurred_at:
            raise PolicyVersionBegun()
        self.trigger(SuppressionPolicyWithdrawn, circumstances, version=version, reason=reason)

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: SuppressionPolicyAdopted) -> None:
        self.adopted = (*self.adopted, policy_of(fact))

    @apply.register
    def _(self, fact: SuppressionPolicyWithdrawn) -> None:
        self.withdrawn = self.withdrawn | {fact.version}


def policy_of(fact: SuppressionPolicyAdopted) -> SuppressionPolicy:
    """The policy that a fact adopts."""
    return policy_from(
        version=fact.version,
        takes_effect_at=fact.takes_effect_at,
        cooling_off_days=fact.cooling_off_days,
        stops=fact.stops,
        expires_after_days=fact.expires_after_days,
        credit_purposes=fact.credit_purposes,
    )


def policy_from(
    *,
    version: int,
    takes_effect_at: datetime,
    cooling_off_days: Mapping[str, int],
    stops: Mapping[str, list[str]],
    expires_after_days: Mapping[str, int],
    credit_purposes: tuple[str, ...] | list[str],
) -> SuppressionPolicy:
    """A policy from the fields of its fact. A day is 24 hours."""
    return SuppressionPolicy(
        version=version,
        takes_effect_at=takes_effect_at,
        cooling_off={severity: timedelta(days=n) for severity, n in cooling_off_days.items()},
        stops={reason: frozenset(classes) for reason, classes in stops.items()},
        expires_after={reason: timedelta(days=n) for reason, n in expires_after_days.items()},
        credit_purposes=frozenset(credit_purposes),
    )


def _cooling_off(change: PolicyChange, before: SuppressionPolicy) -> dict[str, int]:
    days = {severity: before.cooling_off[severity].days for severity in SEVERITIES}
    for severity, n in (change.cooling_off_days or {}).items():
        _known(severity, SEVERITIES, "cooling_off_days")
        days[severity] = _days(n, 0, f"cooling_off_days.{severity}")
    return days


def _stops(change: PolicyChange, before: SuppressionPolicy) -> dict[str, list[str]]:
    stops = {reason: set(before.stops[reason]) for reason in IMPOSABLE}
    for reason, classes in (change.stops or {}).items():
        _known(reason, IMPOSABLE, "stops")
        for message_class in classes:
            _known(message_class, MESSAGE_CLASSES, f"stops.{reason}")
        _refuse_weaker(reason, set(classes))
        stops[reason] = set(classes)
    return {reason: [c for c in MESSAGE_CLASSES if c in stops[reason]] for reason in IMPOSABLE}


def _refuse_weaker(reason: str, classes: set[str]) -> None:
    """Promotional messages are always stopped, and some reasons stop everything whoever says otherwise."""
    needed = set(MESSAGE_CLASSES) if reason in STOP_ALL else {"promotional"}
    if missing := sorted(needed - classes):
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
            raise InvalidInput(f"{reason} ends by being lifted only.", path=path, code="never_expires")
        else:
            days[reason] = _days(n, 1, f"expires_after_days.{reason}")
    return dict(sorted(days.items()))


def _known(name: str, names: tuple[str, ...], path: str) -> None:
    if name not in names:
        raise InvalidInput(f"{name!r} is none of {', '.join(names)}.", path=path, code="unknown")


def _days(n: int, low: int, path: str) -> int:
    if not low <= n <= LONGEST_DAYS:
        raise InvalidInput(f"A number of days from {low} to {LONGEST_DAYS}.", path=path, code="out_of_range")
    return n
