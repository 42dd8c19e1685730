"""A refusal of a length, a count or a number names the bound and what was given."""

from typing import Any

import pytest

from tests.interfaces.conftest import CAMPAIGN, Api

ORDER = {"identifier": {"kind": "email", "value": "ana@example.org"}, "occurred_at": "2026-03-01T10:00:00Z"}
LINE = {"sku": "LAMP", "quantity": 1, "amount": "1"}
COUNTRIES = {"field": "country", "op": "in", "value": ["ES"] * 1_001}
DAYS = {"spent": {"op": "gt", "value": "1", "within_days": 10**9}}
REFUSALS = [
    ("/api/topics", {"name": "x" * 101}, "At most 100 characters; this has 101."),
    ("/api/orders", {**ORDER, "lines": [LINE] * 1_001}, "At most 1000 items; this has 1001."),
    ("/api/campaigns", {**CAMPAIGN, "attribution_window_days": 0}, "A number from 1 to 365; this is 0."),
    ("/api/segments", {"name": "x", "criteria": COUNTRIES}, "At most 1000 values; this has 1001."),
    ("/api/segments", {"name": "x", "criteria": DAYS}, "A whole number from 1 to 36500; this is 1000000000."),
    (
        "/api/customers",
        {"kind": "person", "name": "a" + "\u0301" * 41},
        "At most 30 combining marks in a row; this has 41.",
    ),
    ("/api/touchpoints/batch", {"touchpoints": [{}] * 1_001}, "At most 1000 items; this has 1001."),
]


@pytest.mark.parametrize(("path", "body", "message"), REFUSALS)
def test_a_refused_body_names_the_bound_and_what_was_given(
    api: Api, path: str, body: Any, message: str
) -> None:
    refused = api.post(path, body)
    assert (refused.status_code, [error["message"] for error in refused.json["errors"]]) == (422, [message])


def test_a_refused_page_names_the_bound_and_what_was_given(api: Api) -> None:
    (error,) = api.ask("GET", "/api/complaints?limit=900").json["errors"]
    assert (error["path"], error["message"]) == ("limit", "A number from 1 to 500; this is 900.")
