"""Versions of the suppression policy that are planned, followed and withdrawn, as clients do it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.interfaces.conftest import Api
from tests.world import BEGIN

PATH = "/api/policies/suppression"
WITHDRAWALS = f"{PATH}/withdrawals"
IN_300_DAYS = BEGIN + timedelta(days=300)


def told(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def planned(api: Api) -> None:
    """Version 2: from then on a critical complaint does not cool off."""
    api.stored(PATH, {"cooling_off_days": {"critical": 0}, "takes_effect_at": told(IN_300_DAYS)})


def versions(api: Api) -> dict[int, dict[str, Any]]:
    return {one["version"]: one for one in api.get(PATH)["items"]}


def cooling(api: Api, at: datetime) -> tuple[int, int, int]:
    """The version in effect at an instant, and its days of severity low and critical, as eligibility goes by it."""
    ann = api.customer(name="Ann")
    api.fold()
    asked = {
        "customer_id": str(ann),
        "channel": "email",
        "purpose": "marketing",
        "message_class": "promotional",
        "at": told(at),
    }
    version = api.stored("/api/eligibility", asked)["policy_version"]
    days = versions(api)[version]["cooling_off_days"]
    return version, days["low"], days["critical"]


def test_a_change_that_holds_now_does_not_bring_a_planned_one_forward_and_says_what_follows(api: Api) -> None:
    planned(api)
    now = api.stored(PATH, {"cooling_off_days": {"low": 8}})
    assert now["followed_by"] == [{"version": 2, "takes_effect_at": told(IN_300_DAYS)}]
    assert cooling(api, BEGIN + timedelta(days=299)) == (3, 8, 90)
    assert cooling(api, IN_300_DAYS) == (2, 7, 0)


def test_a_planned_version_is_planned_anew_with_what_holds_now_by_withdrawing_it(api: Api) -> None:
    planned(api)
    api.stored(PATH, {"cooling_off_days": {"low": 8}})
    withdrawn = api.stored(WITHDRAWALS, {"version": 2, "reason": "without the 8 days"})
    assert withdrawn == {"version": 2, "position": str(api.log_length())}
    assert cooling(api, IN_300_DAYS) == (3, 8, 90)
    again = {"cooling_off_days": {"critical": 0}, "takes_effect_at": told(IN_300_DAYS)}
    assert api.stored(PATH, again)["followed_by"] == []
    assert cooling(api, IN_300_DAYS) == (4, 8, 0)
    shown = versions(api)[2]
    assert {name: shown[name] for name in ("state", "withdrawn_at", "withdrawal_reason")} == {
        "state": "withdrawn",
        "withdrawn_at": told(BEGIN),
        "withdrawal_reason": "without the 8 days",
    }
    assert shown["withdrawn_by"].startswith("key:")
    assert shown["cooling_off_days"]["critical"] == 0


def test_14_a_version_that_holds_or_held_is_not_withdrawn_and_one_that_there_is_not_is_404(api: Api) -> None:
    planned(api)
    length = api.log_length()
    held = api.post(WITHDRAWALS, {"version": 1})
    assert (held.status_code, held.json["type"]) == (409, "/problems/policy-version-begun")
    assert api.post(WITHDRAWALS, {"version": 3}).json["type"] == "/problems/policy-version-not-found"
    api.world.clock.move(timedelta(days=300))
    assert api.post(WITHDRAWALS, {"version": 2}).status_code == 409
    assert api.log_length() == length


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "version"),
        ({"version": "2"}, "version"),
        ({"version": 0}, "version"),
        ({"version": 2, "why": "x"}, "why"),
    ],
)
def test_a_withdrawal_that_makes_no_sense_is_refused_by_its_path(
    api: Api, body: dict[str, Any], path: str
) -> None:
    planned(api)
    refused = api.post(WITHDRAWALS, body)
    assert (refused.status_code, [one["path"] for one in refused.json["errors"]]) == (422, [path])


def test_a_withdrawal_told_again_is_a_duplicate_at_the_position_of_the_first(api: Api) -> None:
    planned(api)
    first = api.stored(WITHDRAWALS, {"version": 2})
    api.customer(name="Bob")
    length = api.log_length()
    assert api.stored(WITHDRAWALS, {"version": 2}) == {**first, "duplicate": True}
    assert api.log_length() == length
