"""The rules of the suppression policy's versions."""

from datetime import timedelta
from typing import Any

import pytest

from domain.deciding.policy import (
    FIRST_POLICY,
    FIRST_STOPS,
    IMPOSABLE,
    MESSAGE_CLASSES,
    STOP_ALL,
    YIELD_TO_LIFTING_ONLY,
    policy_at,
)
from domain.errors import InvalidInput
from domain.policies.events import SuppressionPolicyAdopted
from domain.policies.suppression_policies import (
    LONGEST_DAYS,
    PolicyChange,
    SuppressionPolicies,
    policy_of,
)
from tests.domain.scenario import Told, begun, given, minute, now, told

AS_FIRST: dict[str, Any] = {
    "cooling_off_days": {"low": 7, "normal": 14, "high": 30, "critical": 90},
    "stops": {reason: [c for c in MESSAGE_CLASSES if c in FIRST_STOPS[reason]] for reason in IMPOSABLE},
    "expires_after_days": {},
    "credit_purposes": ("credit",),
}


def version(number: int, *, takes_effect_at: Any = minute(1_000), **otherwise: Any) -> Told:
    return told(
        SuppressionPolicyAdopted,
        version=number,
        takes_effect_at=takes_effect_at,
        **{**AS_FIRST, **otherwise},
    )


def adopted(**change: Any) -> SuppressionPolicies:
    policies = SuppressionPolicies.before_any()
    policies.adopt(PolicyChange(**change), now().occurred_at, now())
    return policies


def test_37_the_policy_of_a_new_installation_cools_off_as_in_2_and_is_version_1() -> None:
    days = {severity: span.days for severity, span in FIRST_POLICY.cooling_off.items()}
    assert (FIRST_POLICY.version, days) == (1, {"low": 7, "normal": 14, "high": 30, "critical": 90})
    assert policy_at((), minute(0)) is FIRST_POLICY


def test_the_first_that_is_adopted_is_version_2_and_says_all_that_holds() -> None:
    begun(lambda: adopted(note="as it was")).then(version(2, note="as it was"))


def test_what_a_version_leaves_out_is_as_in_the_newest() -> None:
    second = version(2, cooling_off_days={**AS_FIRST["cooling_off_days"], "low": 1})
    change = PolicyChange(expires_after_days={"OPERATOR_EXCLUDED": 90})
    given(second).when(lambda one: one.adopt(change, now().occurred_at, now())).then(
        version(
            3,
            cooling_off_days={**AS_FIRST["cooling_off_days"], "low": 1},
            expires_after_days={"OPERATOR_EXCLUDED": 90},
        )
    )


def test_what_expired_lasts_until_it_is_lifted_again_where_a_version_says_never() -> None:
    second = version(2, expires_after_days={"DELINQUENT": 30, "OPERATOR_EXCLUDED": 90})
    change = PolicyChange(expires_after_days={"DELINQUENT": None})
    given(second).when(lambda one: one.adopt(change, now().occurred_at, now())).then(
        version(3, expires_after_days={"OPERATOR_EXCLUDED": 90})
    )


def test_a_reason_stops_the_classes_that_a_version_says() -> None:
    stops = {"SPAM_COMPLAINT": ["recovery", "promotional"]}
    begun(lambda: adopted(stops=stops)).then(
        version(2, stops={**AS_FIRST["stops"], "SPAM_COMPLAINT": ["promotional", "recovery"]})
    )


@pytest.mark.parametrize("reason", sorted(STOP_ALL))
def test_some_reasons_stop_everything_whoever_says_otherwise(reason: str) -> None:
    begun(lambda: adopted(stops={reason: ["promotional", "recovery"]})).then_refused(
        InvalidInput, path=f"stops.{reason}"
    )


@pytest.mark.parametrize("reason", sorted(set(IMPOSABLE) - STOP_ALL))
def test_every_reason_stops_promotional_messages(reason: str) -> None:
    begun(lambda: adopted(stops={reason: ["recovery"]})).then_refused(InvalidInput, path=f"stops.{reason}")


@pytest.mark.parametrize("reason", sorted(YIELD_TO_LIFTING_ONLY))
def test_33_some_reasons_yield_to_a_lifting_only_and_no_version_lets_them_expire(reason: str) -> None:
    begun(lambda: adopted(expires_after_days={reason: 30})).then_refused(
        InvalidInput, path=f"expires_after_days.{reason}"
    )
    begun(lambda: adopted(expires_after_days={reason: None})).then(version(2))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"cooling_off_days": {"low": -1}}, "cooling_off_days.low"),
        ({"cooling_off_days": {"high": LONGEST_DAYS + 1}}, "cooling_off_days.high"),
        ({"cooling_off_days": {"urgent": 1}}, "cooling_off_days"),
        ({"expires_after_days": {"DELINQUENT": 0}}, "expires_after_days.DELINQUENT"),
        ({"expires_after_days": {"NO_CONSENT": 1}}, "expires_after_days"),
        ({"stops": {"NO_CONSENT": ["promotional"]}}, "stops"),
        ({"stops": {"DELINQUENT": ["promotional", "newsletter"]}}, "stops.DELINQUENT"),
    ],
)
def test_what_cannot_be_is_refused_with_its_path(change: dict[str, Any], path: str) -> None:
    begun(lambda: adopted(**change)).then_refused(InvalidInput, path=path)


def test_14_a_version_never_takes_effect_in_the_past() -> None:
    early = now().occurred_at - timedelta(microseconds=1)
    given(version(2)).when(lambda one: one.adopt(PolicyChange(), early, now())).then_refused(
        InvalidInput, path="takes_effect_at"
    )


def test_of_the_versions_that_have_taken_effect_the_last_to_do_so_holds() -> None:
    planned = policy_of(version(2, takes_effect_at=minute(50)).fact(1))  # type: ignore[arg-type]
    meanwhile = policy_of(version(3, takes_effect_at=minute(20)).fact(2))  # type: ignore[arg-type]
    held = [policy_at((planned, meanwhile), minute(at)).version for at in (19, 20, 49, 50, 99)]
    assert held == [1, 3, 3, 2, 2]
