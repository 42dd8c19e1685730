"""Phone numbers with an extension: they identify nobody, and what stops messages is never refused for one."""

from typing import Any

import pytest

from tests.interfaces.conftest import Api

SWITCHBOARD = "+34 911 23 45 67"
WITH_EXTENSION = f"{SWITCHBOARD} ext. 12"
BY_EXTENSION = {"kind": "phone", "value": WITH_EXTENSION}
GRANT = {"channel": "sms", "purpose": "marketing", "evidence": {"source": "form"}}
TOUCHPOINT = {
    "source": "pbx",
    "message_id": "1",
    "channel": "phone",
    "direction": "inbound",
    "kind": "call",
    "identifier": BY_EXTENSION,
}
ORDER = {
    "source": "shop",
    "number": "1",
    "identifier": BY_EXTENSION,
    "currency": "EUR",
    "lines": [{"sku": "LAMP", "quantity": 1, "amount": "10"}],
}
COMPLAINT = {"category": "delivery", "severity": "high", "channel": "phone", "identifier": BY_EXTENSION}


def point(channel: str, value: str = WITH_EXTENSION) -> dict[str, str]:
    return {"channel": channel, "value": value}


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("customers", {"kind": "person", "contact_points": [point("phone")]}, "contact_points.0.value"),
        ("customers", {"kind": "person", "contact_points": [point("sms")]}, "contact_points.0.value"),
        ("customers/{customer}/contact-points", point("phone"), "value"),
        ("touchpoints", TOUCHPOINT, "identifier.value"),
        ("orders", ORDER, "identifier.value"),
        ("consents", {**GRANT, "identifier": BY_EXTENSION}, "identifier.value"),
    ],
)
def test_a_number_with_an_extension_identifies_nobody(
    api: Api, path: str, body: dict[str, Any], place: str
) -> None:
    customer = api.customer(name="ann")
    length = api.log_length()
    refused = api.post(f"/api/{path.format(customer=customer)}", body)
    (error,) = refused.json["errors"]
    assert (refused.status_code, error["path"], error["code"]) == (422, place, "extension")
    assert "without the extension" in error["message"]
    assert api.log_length() == length


def test_a_batch_stores_the_other_touchpoints(api: Api) -> None:
    plain = {**TOUCHPOINT, "message_id": "2", "identifier": {"kind": "phone", "value": SWITCHBOARD}}
    answer = api.post("/api/touchpoints/batch", {"touchpoints": [TOUCHPOINT, plain]}).json
    assert [error["code"] for error in answer["rejected"][0]["errors"]] == ["extension"]


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("withdrawals", {"identifier": BY_EXTENSION}, "CONSENT_WITHDRAWN"),
        ("complaints", COMPLAINT, "OPEN_COMPLAINT"),
        (
            "suppressions",
            {"scope": {"identifier": BY_EXTENSION}, "reason": "OPERATOR_EXCLUDED"},
            "OPERATOR_EXCLUDED",
        ),
        (
            "suppressions",
            {"scope": {"address": WITH_EXTENSION}, "reason": "OPERATOR_EXCLUDED"},
            "OPERATOR_EXCLUDED",
        ),
        (
            "suppressions",
            {"scope": {"address": WITH_EXTENSION, "channel": "sms"}, "reason": "OPERATOR_EXCLUDED"},
            "OPERATOR_EXCLUDED",
        ),
    ],
)
def test_what_stops_messages_binds_the_number_without_its_extension(
    api: Api, path: str, body: dict[str, Any], reason: str
) -> None:
    ann = api.customer(name="ann", contact_points=[point("sms", SWITCHBOARD)])
    bob = api.customer(name="bob", contact_points=[point("sms", "+34 911 23 45 68")])
    for customer in (ann, bob):
        api.stored(f"/api/customers/{customer}/consents", GRANT)
    api.stored(f"/api/{path}", body)
    api.fold()
    ask = {"channel": "sms", "purpose": "marketing", "message_class": "promotional"}
    stopped = api.stored("/api/eligibility", {**ask, "customer_id": str(ann)})
    assert reason in [rule["code"] for rule in stopped["rules"] if not rule["passed"]]
    assert api.stored("/api/eligibility", {**ask, "customer_id": str(bob)})["verdict"] == "eligible"


def test_suppressions_of_a_number_are_listed_by_the_number_with_an_extension(api: Api) -> None:
    api.stored("/api/suppressions", {"scope": {"address": SWITCHBOARD}, "reason": "OPERATOR_EXCLUDED"})
    api.fold()
    assert len(api.get("/api/suppressions?address=%2B34911234567%20x12")["items"]) == 1
