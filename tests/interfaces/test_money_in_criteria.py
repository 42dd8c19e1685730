"""Criteria about money, where they come in."""

from typing import Any

import pytest

from tests.interfaces.conftest import CAMPAIGN, Api

LOOSE = [({"op": "ge", "value": 1}, "invalid_money"), ({"op": "ge", "value": "1.005"}, "too_many_digits")]


@pytest.mark.parametrize(("spent", "code"), LOOSE)
def test_an_amount_that_is_no_money_is_refused_wherever_criteria_come_in(
    api: Api, spent: dict[str, Any], code: str
) -> None:
    criteria = {"all": [{"spent": spent}]}
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
        assert (response.status_code, error["path"]) == (422, f"{name}.all.0.spent.value")
        assert error["code"] == code
    assert api.log_length() == length
