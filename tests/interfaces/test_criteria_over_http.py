"""Criteria that are refused wherever they come in."""

from typing import Any

import pytest

from tests.interfaces.conftest import CAMPAIGN, Api

REFUSED = [
    ({"spent": {"op": "ge", "value": 1}}, "spent.value", "invalid_money"),
    ({"spent": {"op": "ge", "value": "1.005"}}, "spent.value", "too_many_digits"),
    ({"field": "order_count", "op": "lt", "value": -1}, "value", "out_of_range"),
    ({"field": "order_count", "op": "lt", "value": 0}, "value", "matches_nobody"),
    ({"field": "year_of_birth", "op": "in", "value": [1990, 1990.5]}, "value.1", "out_of_range"),
    ({"field": "year_of_birth", "op": "ge", "value": 9000}, "value", "in_future"),
    ({"field": "registered_at", "op": "gt", "value": "9000-01-01T00:00:00Z"}, "value", "in_future"),
]


@pytest.mark.parametrize(("criterion", "path", "code"), REFUSED)
def test_what_nobody_can_match_is_refused_wherever_criteria_come_in(
    api: Api, criterion: dict[str, Any], path: str, code: str
) -> None:
    criteria = {"all": [criterion]}
    campaign = api.campaign()
    api.fold()
    length = api.log_length()
    refused = [
        api.post("/api/segments", {"name": "rich", "criteria": criteria}),
        api.post("/api/audiences/preview", {"audience": criteria}),
        api.post("/api/campaigns", {**CAMPAIGN, "audience": criteria}),
        api.ask("PATCH", f"/api/campaigns/{campaign}", {"audience": criteria}, If_Match="*"),
    ]
    for response, name in zip(refused, ("criteria", "audience", "audience", "audience"), strict=True):
        (error,) = response.json["errors"]  # type: ignore[index]
        assert (response.status_code, error["path"]) == (422, f"{name}.all.0.{path}")
        assert error["code"] == code
    assert api.log_length() == length


def test_criteria_for_one_spelling_of_a_language_find_customers_who_stated_another(api: Api) -> None:
    api.customer(language="spa")
    api.customer(language="iw")
    api.fold()
    for language in ("es", "SPA", "he"):
        audience = {"field": "language", "op": "eq", "value": language}
        assert api.post("/api/audiences/preview", {"audience": audience}).json["size"] == 1, language  # type: ignore[index]


def test_criteria_for_one_name_of_a_time_zone_find_customers_who_stated_another(api: Api) -> None:
    stated = [api.customer(time_zone=zone) for zone in ("Asia/Calcutta", "America/Los_Angeles")]
    api.fold()
    assert api.get(f"/api/customers/{stated[0]}")["time_zone"] == "Asia/Kolkata"
    for zone in ("Asia/Kolkata", "Asia/Calcutta", "US/Pacific"):
        audience = {"field": "time_zone", "op": "eq", "value": zone}
        assert api.post("/api/audiences/preview", {"audience": audience}).json["size"] == 1, zone  # type: ignore[index]
