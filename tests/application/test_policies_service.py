"""Policies as use cases: a version after the other."""

from datetime import timedelta
from typing import Any

import pytest

from application.policies.commands import AdoptSuppressionPolicy, GivenReason, WithdrawSuppressionPolicy
from application.policies.service import PoliciesService
from domain.catalogue.errors import UndeclaredName
from domain.errors import InvalidInput
from domain.policies.events import PolicyVersionAdopted
from tests.application.setting import NOW, Setting, request, shown


@pytest.fixture
def setting() -> Setting:
    return Setting()


@pytest.fixture
def service(setting: Setting) -> PoliciesService:
    return PoliciesService(store=setting.store)


SAME: dict[str, Any] = {"cooling_off_days": {"low": 7}}
"""What the first version says, too."""


def adopt(service: PoliciesService, **change: Any) -> dict[str, Any]:
    told = (
        change if change.keys() & {"cooling_off_days", "reasons", "credit_purposes"} else {**SAME, **change}
    )
    return service.adopt_suppression_policy(AdoptSuppressionPolicy(**told), request()).body


def newest(setting: Setting) -> PolicyVersionAdopted:
    fact = setting.told()[-1]
    assert isinstance(fact, PolicyVersionAdopted)
    return fact


def test_without_an_instant_a_version_holds_from_now_on(setting: Setting, service: PoliciesService) -> None:
    answer = service.adopt_suppression_policy(AdoptSuppressionPolicy(**SAME), request())
    assert answer.body == {"version": 2, "takes_effect_at": "2026-03-02T09:00:00Z", "followed_by": []}
    assert shown(answer) == (True, False, 2)
    assert newest(setting).takes_effect_at == NOW


def test_a_version_that_says_nothing_is_refused(setting: Setting, service: PoliciesService) -> None:
    nothings: list[dict[str, Any]] = [{}, {"note": "x"}, {"cooling_off_days": {}}, {"reasons": {}}]
    for nothing in nothings:
        with pytest.raises(InvalidInput) as refused:
            service.adopt_suppression_policy(AdoptSuppressionPolicy(**nothing), request())
        assert refused.value.code == "nothing_changes"
    assert not setting.told()


def test_what_is_left_out_is_as_in_the_version_before(setting: Setting, service: PoliciesService) -> None:
    adopt(
        service,
        cooling_off_days={"low": 1},
        reasons={"DELINQUENT": GivenReason(stops=("promotional", "service"), expires_after_days=30)},
    )
    adopt(service, credit_purposes=["survey", "survey"], reasons={"DELINQUENT": GivenReason()})
    third = newest(setting)
    assert (third.version, third.content["cooling_off_days"]["low"], third.content["credit_purposes"]) == (
        3,
        1,
        ["survey"],
    )
    assert third.content["stops"]["DELINQUENT"] == ["promotional", "service"]
    assert third.content["expires_after_days"] == {"DELINQUENT": 30}


def test_null_days_mean_until_it_is_lifted(setting: Setting, service: PoliciesService) -> None:
    adopt(service, reasons={"DELINQUENT": GivenReason(expires_after_days=30)})
    adopt(service, reasons={"DELINQUENT": GivenReason(expires_after_days=None)})
    assert newest(setting).content["expires_after_days"] == {}


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"takes_effect_at": NOW - timedelta(seconds=1)}, "takes_effect_at", "in_past"),
        ({"cooling_off_days": {"low": -1}}, "cooling_off_days.low", "out_of_range"),
        ({"reasons": {"HARD_BOUNCE": GivenReason(stops=())}}, "reasons.HARD_BOUNCE.stops", "too_weak"),
        (
            {"reasons": {"DELINQUENT": GivenReason(expires_after_days=0)}},
            "reasons.DELINQUENT.expires_after_days",
            "out_of_range",
        ),
        ({"reasons": {"NO_CONSENT": GivenReason(expires_after_days=1)}}, "reasons", "unknown"),
    ],
)
def test_what_is_wrong_in_a_version_is_named_by_its_path(
    setting: Setting, service: PoliciesService, change: dict[str, Any], path: str, code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        adopt(service, **change)
    assert (refused.value.path, refused.value.code) == (path, code)
    assert setting.told() == []


def test_44_a_credit_purpose_must_be_declared(setting: Setting, service: PoliciesService) -> None:
    with pytest.raises(UndeclaredName) as refused:
        adopt(service, credit_purposes=["survey", "lottery"])
    assert (refused.value.path, setting.told()) == ("credit_purposes.1", [])


def test_two_versions_at_once_get_two_numbers(setting: Setting, service: PoliciesService) -> None:
    setting.store.meanwhile = lambda: adopt(service, note="first")
    assert adopt(service, note="second")["version"] == 3
    assert [fact.note for fact in setting.told()] == ["first", "second"]  # type: ignore[attr-defined]


def test_the_answer_names_the_planned_versions_that_will_replace_a_new_one(
    setting: Setting, service: PoliciesService
) -> None:
    adopt(service, cooling_off_days={"critical": 0}, takes_effect_at=NOW + timedelta(days=300))
    now = adopt(service, cooling_off_days={"low": 8})
    assert now["followed_by"] == [{"version": 2, "takes_effect_at": "2026-12-27T09:00:00Z"}]
    assert newest(setting).content["cooling_off_days"] == {"low": 8, "normal": 14, "high": 30, "critical": 90}
    later = adopt(service, cooling_off_days={"low": 9}, takes_effect_at=NOW + timedelta(days=301))
    assert later["followed_by"] == []
    assert newest(setting).content["cooling_off_days"] == {"low": 9, "normal": 14, "high": 30, "critical": 0}


def test_a_purpose_that_only_a_later_version_names_must_be_declared(
    setting: Setting, service: PoliciesService
) -> None:
    adopt(service, credit_purposes=["survey"], takes_effect_at=NOW + timedelta(days=300))
    assert adopt(service, credit_purposes=["survey", "credit"])["version"] == 3
    with pytest.raises(UndeclaredName):
        adopt(service, credit_purposes=["credit"], takes_effect_at=NOW + timedelta(days=301))


def test_a_withdrawal_told_again_is_answered_with_the_position_of_the_first(
    setting: Setting, service: PoliciesService
) -> None:
    for days in (300, 301):
        adopt(service, takes_effect_at=NOW + timedelta(days=days))
    for version in (2, 3):
        command = WithdrawSuppressionPolicy(version=version, reason="thought again")
        first = service.withdraw_suppression_policy(command, request())
        assert (shown(first), first.body) == ((False, False, version + 2), {"version": version})
    again = service.withdraw_suppression_policy(WithdrawSuppressionPolicy(version=2), request())
    assert again.body == {"version": 2, "position": "4", "duplicate": True}
    assert len(setting.told()) == 4
