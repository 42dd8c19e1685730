"""Nothing counts as said later than it was recorded: a source whose clock runs ahead, or a late file, outlasts nothing
that is newer."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.conftest import Api
from tests.projections.log import rebuilt

CONSENT = {"channel": "email", "purpose": "marketing", "evidence": {"source": "form"}}
ASKED = {"channel": "email", "purpose": "marketing", "message_class": "promotional"}


@pytest.fixture
def ann(api: Api) -> UUID:
    return api.customer(contact_points=[{"channel": "email", "value": "ann@example.com"}])


def after(api: Api, **later: float) -> str:
    """The instant so much after now; negative for before."""
    return (api.world.clock.now() + timedelta(**later)).isoformat()


def stopping(api: Api, customer: UUID, **asked: Any) -> list[str]:
    api.fold()
    answer = api.stored("/api/eligibility", {"customer_id": str(customer), **ASKED, **asked})
    return [rule["code"] for rule in answer["rules"] if not rule["passed"]]


def rebuild(api: Api, *names: str) -> None:
    for name in names:
        rebuilt(api.world.projector, name)


def test_33_a_withdrawal_wins_over_a_consent_whose_clock_ran_ahead(api: Api, ann: UUID) -> None:
    api.stored(f"/api/customers/{ann}/consents", {**CONSENT, "occurred_at": after(api, minutes=4)})
    assert stopping(api, ann) == []
    api.world.clock.move(timedelta(minutes=1))
    withdrawn = api.stored(f"/api/customers/{ann}/withdrawals", {"channel": "email", "purpose": "marketing"})
    api.world.clock.move(timedelta(hours=1))
    assert stopping(api, ann) == ["CONSENT_WITHDRAWN"]
    rebuild(api, "consent", "suppression")
    assert stopping(api, ann) == ["CONSENT_WITHDRAWN"]
    assert stopping(api, ann, at=after(api, minutes=-1)) == ["CONSENT_WITHDRAWN"]
    (consent,) = shown(api, ann)["consents"]
    assert (consent["granted"], consent["position"]) == (False, withdrawn["position"])


def test_33_a_run_and_its_replay_know_the_withdrawal_after_a_consent_whose_clock_ran_ahead(
    api: Api, ann: UUID
) -> None:
    api.stored(f"/api/customers/{ann}/consents", {**CONSENT, "occurred_at": after(api, minutes=4)})
    api.stored(f"/api/customers/{ann}/withdrawals", {"channel": "email", "purpose": "marketing"})
    campaign = api.world.campaign()
    run = api.world.start(campaign)
    api.world.run_to_end(api.world.dispatcher())
    assert api.world.run(run)["reasons"] == {"CONSENT_WITHDRAWN": 1}
    replayed = api.stored(f"/api/campaigns/{campaign}/runs/{run}/replays")
    assert (replayed["decisions"], replayed["different"]) == (1, 0)


@pytest.mark.parametrize("first", ["consents", "withdrawals"])
def test_33_of_a_consent_and_a_withdrawal_at_one_instant_the_withdrawal_wins(
    api: Api, ann: UUID, first: str
) -> None:
    bodies: dict[str, Any] = {
        "consents": CONSENT,
        "withdrawals": {"channel": "email", "purpose": "marketing"},
    }
    ahead = {"occurred_at": after(api, minutes=4)}
    for path in (first, *(bodies.keys() - {first})):
        api.stored(f"/api/customers/{ann}/{path}", {**bodies[path], **(ahead if path == "consents" else {})})
    assert stopping(api, ann) == ["CONSENT_WITHDRAWN"]


def test_33_a_withdrawal_that_is_told_again_after_a_consent_is_stored_where_its_clock_ran_ahead(
    api: Api, ann: UUID
) -> None:
    withdrawal = {"channel": "email", "purpose": "marketing", "occurred_at": after(api, minutes=4)}
    api.stored(f"/api/customers/{ann}/withdrawals", withdrawal)
    api.world.clock.move(timedelta(minutes=1))
    api.stored(f"/api/customers/{ann}/consents", CONSENT)
    assert stopping(api, ann) == []
    api.world.clock.move(timedelta(minutes=1))
    api.stored(f"/api/customers/{ann}/withdrawals", withdrawal)
    assert stopping(api, ann) == ["CONSENT_WITHDRAWN"]


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        ("name", "Anne", "Ann"),
        ("language", "de", "es"),
        ("country", "DE", "ES"),
        ("time_zone", "Europe/Berlin", "Europe/Madrid"),
        ("birth_date", "1980-01-01", "1981-01-01"),
        ("attributes", {"hobby": "chess"}, {"hobby": "go"}),
    ],
)
def test_33_a_correction_dated_in_the_past_loses_to_a_newer_one(
    api: Api, ann: UUID, field: str, old: Any, new: Any
) -> None:
    api.world.clock.move(timedelta(days=9))
    correct(api, ann, {field: new})
    late = {field: old, "occurred_at": after(api, days=-1)}
    correct(api, ann, late)
    stored = api.log_length()
    assert shown(api, ann)[field] == new
    correct(api, ann, late)
    assert api.log_length() == stored
    rebuild(api, "customers", "audience")
    assert shown(api, ann)[field] == new


def test_33_a_correction_wins_over_one_whose_clock_ran_ahead(api: Api, ann: UUID) -> None:
    correct(api, ann, {"name": "Anne", "language": "de", "occurred_at": after(api, minutes=4)})
    api.world.clock.move(timedelta(minutes=1))
    correct(api, ann, {"name": "Ann", "language": "es"})
    assert (shown(api, ann)["name"], shown(api, ann)["language"]) == ("Ann", "es")
    assert count(api, "es") == 1
    correct(api, ann, {"name": "Anne", "language": "de"})
    assert (shown(api, ann)["name"], shown(api, ann)["language"]) == ("Anne", "de")
    assert (count(api, "de"), count(api, "es")) == (1, 0)


def test_33_a_late_correction_changes_no_audience(api: Api, ann: UUID) -> None:
    api.world.clock.move(timedelta(days=9))
    correct(api, ann, {"language": "es"})
    correct(api, ann, {"language": "de", "occurred_at": after(api, days=-1)})
    assert (count(api, "es"), count(api, "de")) == (1, 0)


def test_33_a_value_told_again_is_not_stored(api: Api, ann: UUID) -> None:
    """So a late value that is dated in between counts, until the other one is told once more."""
    correct(api, ann, {"name": "Anne"})
    late = after(api, days=1)
    api.world.clock.move(timedelta(days=2))
    stored = api.log_length()
    correct(api, ann, {"name": "Anne", "occurred_at": after(api)})
    assert api.log_length() == stored
    correct(api, ann, {"name": "Annie", "occurred_at": late})
    assert shown(api, ann)["name"] == "Annie"
    correct(api, ann, {"name": "Anne", "occurred_at": after(api)})
    assert shown(api, ann)["name"] == "Anne"


@pytest.mark.parametrize("late", [{"days": -1}, {"minutes": 4}], ids=["dated in the past", "clock ahead"])
def test_33_the_label_that_was_said_last_counts(api: Api, ann: UUID, late: dict[str, float]) -> None:
    api.world.clock.move(timedelta(days=9))
    old, new = {"label": "old", "occurred_at": after(api, **late)}, {"label": "preferred"}
    for said in (new, old) if late.get("days") else (old, new):
        api.stored(
            f"/api/customers/{ann}/contact-points",
            {"channel": "email", "value": "ann@example.com", **said},
        )
    for _ in range(2):
        assert [point["label"] for point in shown(api, ann)["contact_points"]] == ["preferred"]
        rebuild(api, "customers")


def test_02_a_complaint_closed_by_a_clock_that_ran_ahead_cools_off_from_its_recording(
    api: Api, ann: UUID
) -> None:
    api.stored(f"/api/customers/{ann}/consents", CONSENT)
    complaint = api.complaint(ann, severity="low", occurred_at=after(api, minutes=4))
    closing = {"root_cause": "late", "outcome": "upheld", "occurred_at": after(api, minutes=4)}
    api.stored(f"/api/complaints/{complaint}/closings", closing, If_Match="*")
    closed_at = api.world.clock.now()
    assert stopping(api, ann) == ["COMPLAINT_COOLING_OFF"]
    api.world.clock.instant = closed_at + timedelta(days=7) - timedelta(microseconds=1)
    assert stopping(api, ann) == ["COMPLAINT_COOLING_OFF"]
    api.world.clock.instant = closed_at + timedelta(days=7)
    assert stopping(api, ann) == []


def test_02_a_complaint_reopened_after_a_closing_dated_ahead_of_it_is_open(api: Api, ann: UUID) -> None:
    api.stored(f"/api/customers/{ann}/consents", CONSENT)
    complaint = api.complaint(ann)
    closing = {"root_cause": "late", "outcome": "upheld", "occurred_at": after(api, minutes=4)}
    api.stored(f"/api/complaints/{complaint}/closings", closing, If_Match="*")
    api.stored(f"/api/complaints/{complaint}/reopenings", {"reason": "not yet"}, If_Match="*")
    assert stopping(api, ann) == ["OPEN_COMPLAINT"]


def test_33_a_suppression_whose_clock_ran_ahead_expires_counted_from_its_recording(
    api: Api, ann: UUID
) -> None:
    api.stored(f"/api/customers/{ann}/consents", CONSENT)
    policy = {"reasons": {"OPERATOR_EXCLUDED": {"expires_after_days": 1}}}
    api.stored("/api/policies/suppression", policy)
    scope = {"scope": {"customer_id": str(ann)}, "reason": "OPERATOR_EXCLUDED"}
    api.stored("/api/suppressions", {**scope, "occurred_at": after(api, minutes=4)})
    assert stopping(api, ann) == ["OPERATOR_EXCLUDED"]
    api.world.clock.move(timedelta(days=1))
    assert stopping(api, ann) == []


def correct(api: Api, customer: UUID, change: dict[str, Any]) -> None:
    response = api.ask("PATCH", f"/api/customers/{customer}", change, If_Match="*")
    assert response.status_code == 200, response.data


def shown(api: Api, customer: UUID) -> Any:
    return api.get(f"/api/customers/{customer}")


def count(api: Api, language: str) -> int:
    api.fold()
    criteria = {"field": "language", "op": "eq", "value": language}
    counted: int = api.stored("/api/audiences/preview", {"audience": criteria, **ASKED})["size"]
    return counted
