"""Every answer to a command has the position of its fact, also where the fact was there before."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from application.customers.commands import GivenContactPoint, GivenExternalId, RegisterCustomer
from tests.interfaces.campaigning import consenting, etag, started
from tests.interfaces.conftest import Api
from tests.statements import statements

SLOT = {"planned_for": "2026-03-02T12:00:00Z"}


def meanwhile(api: Api) -> None:
    """Something else, so that the head of the log is another position."""
    api.customer(name="Somebody else")


def assert_repeated(api: Api, path: str, body: Any, first: dict[str, Any], **headers: str) -> None:
    """Told again it is a duplicate at the first one's position, and so for ever under its key."""
    meanwhile(api)
    length = api.log_length()
    again = api.post(path, body, Idempotency_Key=path, **headers)
    assert again.status_code == 200
    assert again.json == {**first, "duplicate": True}
    assert again.headers["Farley-Position"] == first["position"]
    meanwhile(api)
    by_key = api.post(path, body, Idempotency_Key=path, **headers)
    assert (by_key.json, by_key.headers["Idempotent-Replayed"]) == (again.json, "true")
    assert by_key.headers["Farley-Position"] == first["position"]
    assert api.log_length() == length + 1


@pytest.fixture
def campaign(api: Api) -> str:
    """The path of a campaign with an open run."""
    consenting(api, "ann")
    campaign_id, _ = started(api)
    return f"/api/campaigns/{campaign_id}"


def test_15_a_run_started_again_for_its_instant(api: Api) -> None:
    path = f"/api/campaigns/{api.world.campaign()}/runs"
    assert_repeated(api, path, SLOT, api.stored(path, SLOT))


def test_15_an_instant_planned_again_though_its_run_is_long_over(api: Api) -> None:
    path = f"/api/campaigns/{api.world.campaign()}/schedules"
    body = {"at": "2026-03-02T13:00:00Z"}
    assert_repeated(api, path, body, api.stored(path, body))


@pytest.mark.parametrize("command", ["pauses", "cancellations"])
def test_19_a_campaign_paused_or_cancelled_again(api: Api, campaign: str, command: str) -> None:
    path = f"{campaign}/{command}"
    assert_repeated(api, path, {"reason": "a typo"}, api.stored(path, {"reason": "a typo"}))


def test_19_a_campaign_resumed_again_and_one_that_never_was_paused(api: Api, campaign: str) -> None:
    drafted = api.get(f"{campaign}/history")["items"][0]["position"]
    path = f"{campaign}/resumptions"
    never = api.post(path)
    assert (never.json["position"], never.json["duplicate"]) == (drafted, True)
    api.stored(f"{campaign}/pauses")
    assert_repeated(api, path, {}, api.stored(path))


def test_a_revision_that_changes_nothing_has_the_position_of_what_the_campaign_says(api: Api) -> None:
    path = f"/api/campaigns/{api.campaign()}"
    revised = api.ask("PATCH", path, {"name": "Summer"}, If_Match=etag(api, path))
    meanwhile(api)
    again = api.ask("PATCH", path, {"name": "Summer"}, If_Match=etag(api, path))
    assert again.json == {**revised.json, "duplicate": True}  # type: ignore[dict-item]
    assert again.headers["ETag"] == revised.headers["ETag"]


def test_a_suppression_lifted_again(api: Api) -> None:
    body = {"scope": {"address": "ann@example.com"}, "reason": "OPERATOR_EXCLUDED"}
    one = api.stored("/api/suppressions", body)["suppression_id"]
    path = f"/api/suppressions/{one}/liftings"
    assert_repeated(api, path, {"reason": "a mistake"}, api.stored(path, {"reason": "a mistake"}))


def test_an_order_placed_refunded_and_cancelled_again(api: Api) -> None:
    whose = {"customer_id": str(api.customer(name="Ann")), "source": "shop", "number": "1"}
    order = {**whose, "lines": [{"sku": "a", "quantity": 1, "amount": "20.00"}]}
    order["occurred_at"] = "2026-03-01T10:00:00Z"
    placed = api.stored("/api/orders", order)
    assert_repeated(api, "/api/orders", order, placed)
    path = f"/api/orders/{placed['order_id']}"
    refunds = [{"refund_id": name, "amount": "5.00"} for name in ("r1", "r2")]
    first, _ = [api.stored(f"{path}/refunds", refund) for refund in refunds]
    assert_repeated(api, f"{path}/refunds", refunds[0], first)
    assert_repeated(api, f"{path}/cancellations", {}, api.stored(f"{path}/cancellations"))


def test_a_profile_linked_again_from_either_side(api: Api) -> None:
    ann, other = (str(api.customer(name="Ann")) for _ in range(2))
    path, body = f"/api/customers/{ann}/links", {"profile_id": other}
    linked = api.stored(path, body)
    assert_repeated(api, path, body, linked)
    swapped = {"customer_id": other, "profile_id": ann, "position": linked["position"], "duplicate": True}
    assert api.post(f"/api/customers/{other}/links", {"profile_id": ann}).json == swapped


def test_a_profile_linked_again_after_its_link_has_ended_is_no_duplicate(api: Api) -> None:
    ann, other = (str(api.customer(name="Ann")) for _ in range(2))
    path, body = f"/api/customers/{ann}/links", {"profile_id": other}
    linked = api.stored(path, body)
    api.ask("DELETE", f"{path}/{other}")
    again = api.stored(path, body)
    assert "duplicate" not in again
    assert int(again["position"]) > int(linked["position"])


def test_a_touchpoint_recorded_again(api: Api) -> None:
    touch = {
        "source": "web",
        "message_id": "1",
        "customer_id": str(api.customer(name="Ann")),
        "channel": "web",
        "direction": "inbound",
        "kind": "visit",
    }
    assert_repeated(api, "/api/touchpoints", touch, api.stored("/api/touchpoints", touch))


def test_a_complaint_opened_answered_and_closed_again(api: Api) -> None:
    whose = {"customer_id": str(api.customer(name="Ann")), "source": "desk", "number": "1"}
    body = {**whose, "category": "delivery", "severity": "low", "channel": "phone"}
    opened = api.stored("/api/complaints", body)
    assert_repeated(api, "/api/complaints", body, opened)
    path = f"/api/complaints/{opened['complaint_id']}"
    at = [{"occurred_at": f"2026-03-02T11:0{minute}:00Z", "text": "We look."} for minute in (1, 2)]
    answers = [api.stored(f"{path}/responses", one, If_Match="*") for one in at]
    assert_repeated(api, f"{path}/responses", at[0], answers[0], If_Match="*")
    closing = {"root_cause": "carrier", "outcome": "upheld"}
    closed = api.stored(f"{path}/closings", closing, If_Match="*")
    assert_repeated(api, f"{path}/closings", closing, closed, If_Match="*")


def test_what_a_later_part_of_a_complaint_changed_is_no_duplicate(api: Api) -> None:
    complaint = api.complaint(UUID(str(api.customer(name="Ann"))))
    path = f"/api/complaints/{complaint}/responses"
    first, second = (api.stored(path, {"text": "We look."}, If_Match="*") for _ in range(2))
    assert "duplicate" not in second
    assert int(second["position"]) > int(first["position"])


@pytest.mark.parametrize(
    "content",
    [
        {
            "name": "Ann",
            "contact_points": (GivenContactPoint(channel="email", value="ann@example.org"),),
            "external_ids": (GivenExternalId(source="erp", number="7"),),
        },
        {"language": "es"},
    ],
)
def test_a_registration_again_costs_three_statements(api: Api, content: dict[str, Any]) -> None:
    """The customer, the registration to compare with, and the head of the log."""
    command = RegisterCustomer(customer_id=uuid4(), kind="person", **content)
    customers, request = api.world.services.customers, api.world.request()
    customers.register_customer(command, request)
    with statements() as executed:
        assert customers.register_customer(command, request).duplicate
    assert len(executed) == 3, executed
