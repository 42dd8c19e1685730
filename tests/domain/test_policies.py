"""The rules of the suppression policy's versions."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.campaigns.events import MessageClass
from domain.deciding.policy import (
    FIRST_POLICY,
    FIRST_STOPS,
    IMPOSABLE,
    STOP_ALL,
    YIELD_TO_LIFTING_ONLY,
    policy_at,
)
from domain.errors import InvalidInput
from domain.policies.errors import PolicyVersionBegun, PolicyVersionNotFound
from domain.policies.events import PolicyKind, PolicyVersionAdopted, PolicyVersionWithdrawn
from domain.policies.suppression import LONGEST_DAYS, PolicyChange, changed, policy_of
from domain.policies.versions import PolicyVersions, Version
from tests.domain.scenario import Told, begun, given, minute, now, told

KIND = PolicyKind.SUPPRESSION
AS_FIRST: dict[str, Any] = {
    "cooling_off_days": {"low": 7, "normal": 14, "high": 30, "critical": 90},
    "stops": {reason: [c for c in MessageClass if c in FIRST_STOPS[reason]] for reason in IMPOSABLE},
    "expires_after_days": {},
    "credit_purposes": ["credit"],
}


def version(
    number: int, *, takes_effect_at: Any = minute(1_000), note: str | None = None, **otherwise: Any
) -> Told:
    return told(
        PolicyVersionAdopted,
        kind="suppression",
        version=number,
        takes_effect_at=takes_effect_at,
        content={**AS_FIRST, **otherwise},
        note=note,
    )


def adopting(at: Any, *, note: str | None = None, **change: Any) -> Callable[[PolicyVersions], Version]:
    def adopt(versions: PolicyVersions) -> Version:
        content = changed(PolicyChange(**change), policy_of(versions.in_effect_at(at)))
        return versions.adopt(KIND, content, at, now(), note)

    return adopt


def adopted(**change: Any) -> PolicyVersions:
    versions = PolicyVersions.before_any(KIND)
    adopting(now().occurred_at, **change)(versions)
    return versions


def test_37_the_policy_of_a_new_installation_cools_off_as_in_2_and_is_version_1() -> None:
    days = {severity: span.days for severity, span in FIRST_POLICY.cooling_off.items()}
    assert (FIRST_POLICY.version, days) == (1, {"low": 7, "normal": 14, "high": 30, "critical": 90})
    assert policy_at((), minute(0)) is FIRST_POLICY


def test_the_first_that_is_adopted_is_version_2_and_says_all_that_holds() -> None:
    begun(lambda: adopted(note="as it was")).then(version(2, note="as it was"))


def test_what_a_version_leaves_out_is_as_in_the_one_that_held_before() -> None:
    second = version(2, cooling_off_days={**AS_FIRST["cooling_off_days"], "low": 1})
    given(second).when(adopting(now().occurred_at, expires_after_days={"OPERATOR_EXCLUDED": 90})).then(
        version(
            3,
            cooling_off_days={**AS_FIRST["cooling_off_days"], "low": 1},
            expires_after_days={"OPERATOR_EXCLUDED": 90},
        )
    )


def test_what_expired_lasts_until_it_is_lifted_again_where_a_version_says_never() -> None:
    second = version(2, expires_after_days={"DELINQUENT": 30, "OPERATOR_EXCLUDED": 90})
    given(second).when(adopting(now().occurred_at, expires_after_days={"DELINQUENT": None})).then(
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
    given(version(2)).when(adopting(early)).then_refused(InvalidInput, path="takes_effect_at")


def standing(told: Told) -> Version:
    fact = told.fact(1)
    assert isinstance(fact, PolicyVersionAdopted)
    return Version(version=fact.version, takes_effect_at=fact.takes_effect_at, content=fact.content)


def test_of_the_versions_that_have_taken_effect_the_last_to_do_so_holds() -> None:
    planned = policy_of(standing(version(2, takes_effect_at=minute(50))))
    meanwhile = policy_of(standing(version(3, takes_effect_at=minute(20))))
    held = [policy_at((planned, meanwhile), minute(at)).version for at in (19, 20, 49, 50, 99)]
    assert held == [1, 3, 3, 2, 2]


NEVER_COOLS = {**AS_FIRST["cooling_off_days"], "critical": 0}


def withdrawing(number: int, at: Any = minute(1_000)) -> Any:
    return lambda versions: versions.withdraw(KIND, number, now(at), "thought again")


def test_a_version_that_holds_from_now_on_has_nothing_of_one_that_is_planned_for_later() -> None:
    planned = version(2, takes_effect_at=minute(5_000), cooling_off_days=NEVER_COOLS)
    days = {**AS_FIRST["cooling_off_days"], "low": 8}
    given(planned).when(adopting(minute(1_000), cooling_off_days={"low": 8})).then(
        version(3, cooling_off_days=days)
    )


def test_a_version_planned_after_a_planned_one_leaves_out_what_that_one_says() -> None:
    planned = version(2, takes_effect_at=minute(5_000), cooling_off_days=NEVER_COOLS)
    for at in (minute(5_000), minute(6_000)):
        given(planned).when(adopting(at, cooling_off_days={"low": 8})).then(
            version(3, takes_effect_at=at, cooling_off_days={**NEVER_COOLS, "low": 8})
        )


def test_a_version_leaves_out_what_the_one_in_effect_at_its_instant_says_though_a_newer_has_passed() -> None:
    """Version 3 was adopted later and held before version 2, which put back what it was adopted with."""
    second = version(2, takes_effect_at=minute(500))
    third = version(3, takes_effect_at=minute(2), cooling_off_days=NEVER_COOLS)
    given(second, third).when(adopting(minute(1_000), note="as it holds")).then(
        version(4, note="as it holds")
    )


def test_the_versions_planned_for_later_are_told_in_their_order_and_withdrawn_ones_are_not() -> None:
    versions = PolicyVersions.before_any(KIND)
    for at in (3_000, 2_000, 4_000, 1_000):
        adopting(minute(at))(versions)
    versions.withdraw(KIND, 4, now())
    assert [one.version for one in versions.planned_after(minute(1_000))] == [3, 2]
    assert versions.in_effect_at(minute(9_000)).version == 2


def test_a_planned_version_can_be_withdrawn_once() -> None:
    planned = version(2, takes_effect_at=minute(5_000))
    withdrawn = told(PolicyVersionWithdrawn, kind="suppression", version=2, reason="thought again")
    given(planned).when(withdrawing(2)).then(withdrawn)
    given(planned, withdrawn).when(withdrawing(2)).then_nothing()
    given(planned, withdrawn).when(withdrawing(2, minute(6_000))).then_nothing()


def test_what_is_adopted_after_a_withdrawal_has_nothing_of_what_was_withdrawn_but_the_next_number() -> None:
    planned = version(2, takes_effect_at=minute(5_000), cooling_off_days=NEVER_COOLS)
    withdrawn = told(PolicyVersionWithdrawn, kind="suppression", version=2, reason=None)
    given(planned, withdrawn).when(adopting(minute(6_000))).then(version(3, takes_effect_at=minute(6_000)))


@pytest.mark.parametrize(("number", "at"), [(1, 1_000), (2, 5_000), (2, 5_001)])
def test_14_a_version_that_has_taken_effect_is_not_withdrawn(number: int, at: int) -> None:
    planned = version(2, takes_effect_at=minute(5_000))
    given(planned).when(withdrawing(number, minute(at))).then_refused(PolicyVersionBegun)


def test_only_a_version_that_there_is_can_be_withdrawn() -> None:
    given(version(2)).when(withdrawing(3)).then_refused(PolicyVersionNotFound)
