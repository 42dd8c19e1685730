"""Criteria about money, where they come in, and those that came in before."""

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


@pytest.mark.parametrize(("spent", "code"), LOOSE)
def test_a_segment_that_was_defined_before_is_still_counted_and_named(
    api: Api, spent: dict[str, Any], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = api.customer(name="Ann")
    lines = [{"sku": "a", "quantity": 1, "amount": "20.00"}]
    order = {"customer_id": str(ann), "lines": lines, "occurred_at": "2026-03-01T10:00:00Z"}
    api.stored("/api/orders", order)
    api.fold()
    with monkeypatch.context() as before:
        before.setattr("infrastructure.reading.refuse_other_amounts", lambda *_: None)
        segment = api.stored("/api/segments", {"name": "rich", "criteria": {"spent": spent}})["segment_id"]
    api.fold()
    named = {"audience": {"segment": segment}}
    assert api.stored("/api/audiences/preview", named)["size"] == 1
    assert api.post("/api/segments", {"name": "same", "criteria": named["audience"]}).status_code == 201
