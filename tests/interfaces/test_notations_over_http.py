"""Money and instants over HTTP, in every notation that says exactly one value."""

import pytest

from tests.interfaces.conftest import Api


def test_an_order_with_a_voucher_is_worth_what_was_paid(api: Api) -> None:
    body = {
        "source": "shop",
        "number": "1",
        "identifier": {"kind": "email", "value": "ana@example.org"},
        "currency": "JPY",
        "lines": [
            {"sku": "LAMP", "quantity": 1, "amount": "1000.00"},
            {"sku": "VOUCHER", "quantity": 1, "amount": "-250.0"},
        ],
    }
    assert api.ask("POST", "/api/orders", body).status_code == 201
    customer = api.ask(
        "POST",
        "/api/customers",
        {"kind": "person", "contact_points": [{"channel": "email", "value": "ana@example.org"}]},
    )
    value = api.get(f"/api/customers/{customer.json['customer_id']}")["orders"]["value"]
    assert value == [{"currency": "JPY", "amount": "750"}]
    body["number"], body["lines"][1]["amount"] = "2", "-1000.01"  # type: ignore[index]
    assert api.ask("POST", "/api/orders", body).status_code == 422
    body["lines"][1]["amount"] = "-1001"  # type: ignore[index]
    refused = api.ask("POST", "/api/orders", body)
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "lines")


@pytest.mark.parametrize(
    "written",
    [
        "20260301T100000Z",
        "2026-03-01T11:00+01",
        "2026-W09-7T10:00:00,0Z",
        "2026-060T10Z",
        "2026-02-28T34:00Z",
    ],
)
def test_every_notation_of_an_instant_is_taken_over_http(api: Api, written: str) -> None:
    body = {
        "source": "web",
        "message_id": written,
        "identifier": {"kind": "email", "value": "ana@example.org"},
        "channel": "web",
        "direction": "inbound",
        "kind": "visit",
        "occurred_at": written,
    }
    right = "34" not in written
    answer = api.ask("POST", "/api/touchpoints", body)
    assert answer.status_code == (201 if right else 422)
    if right:
        history = api.get(f"/api/customers/{answer.json['customer_id']}/history")["items"]
        assert history[-1]["occurred_at"] == "2026-03-01T10:00:00Z"
