"""What to do next for a customer: from all linked profiles, with the facts behind it, now and at a past moment."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from domain.next_actions.rules import ORDERED
from tests.interfaces.conftest import Api
from tests.interfaces.pausing import names_in, paused
from tests.statements import of_role, statements
from tests.world import BEGIN

pytestmark = pytest.mark.speaks_sql

DAY = timedelta(days=1)
EMAIL = [{"channel": "email", "value": "ann@example.com"}]
MARKETING = {"channel": "email", "purpose": "marketing"}
PROMOTIONAL = {**MARKETING, "message_class": "promotional"}


def customer(api: Api, *, consent: bool = True) -> UUID:
    ann = api.customer(name="Ann", contact_points=EMAIL)
    if consent:
        api.stored(f"/api/customers/{ann}/consents", {**MARKETING, "evidence": {"source": "shop"}})
    return ann


def next_actions(api: Api, of: UUID, **instants: Any) -> Any:
    query = urlencode({name: instant.isoformat() for name, instant in instants.items()})
    return api.get(f"/api/customers/{of}/next-actions?{query}")


def codes(shown: Any) -> list[str]:
    return [action["code"] for action in shown["actions"]]


def rule(shown: Any, code: str) -> Any:
    (found,) = (rule for rule in shown["rules"] if rule["code"] == code)
    return found


def touch(api: Api, of: UUID, **more: Any) -> Any:
    body = {
        "source": "desk",
        "message_id": str(uuid4()),
        "customer_id": str(of),
        "channel": "phone",
        "direction": "inbound",
        "kind": "call",
        "occurred_at": api.world.clock.now().isoformat(),
        **more,
    }
    return api.stored("/api/touchpoints", body)


def step(api: Api, complaint: UUID, of: str, **body: Any) -> int:
    version = api.ask("GET", f"/api/complaints/{complaint}").headers["ETag"]
    return int(api.stored(f"/api/complaints/{complaint}/{of}", body, If_Match=version)["position"])


def test_whoever_consented_and_has_no_open_matter_may_be_offered_something(api: Api) -> None:
    ann = customer(api)
    shown = next_actions(api, ann)
    assert (shown["customer_id"], shown["position"]) == (str(ann), str(api.log_length()))
    assert (shown["policy_version"], shown["decision_rules_version"], shown["rules_version"]) == (1, 1, 1)
    assert shown["at"] == BEGIN.isoformat().replace("+00:00", "Z")
    assert [one["code"] for one in shown["rules"]] == [one.code for one in ORDERED]
    (action,) = shown["actions"]
    assert (action["code"], action["rank"], action["because"]) == ("MAY_OFFER", 1, "OFFER_ALLOWED")
    assert action["messages"] == [{"channel": "email", "purpose": "marketing"}]
    (fact,) = action["facts"]
    assert (fact["kind"], fact["id"]) == ("consent", str(ann))
    types = {one["position"]: one["type"] for one in api.get(f"/api/customers/{ann}/history")["items"]}
    assert types[fact["position"]] == "customers.ConsentGranted"


def test_an_open_complaint_wants_an_answer_and_stops_every_offer_as_in_the_eligibility(api: Api) -> None:
    ann = customer(api)
    complaint = api.complaint(ann, severity="critical")
    opened = str(api.log_length())
    shown = next_actions(api, ann)
    (action,) = shown["actions"]
    assert (action["code"], action["urgency"]) == ("APOLOGISE_AND_ANSWER", "now")
    (fact,) = action["facts"]
    assert (fact["kind"], fact["id"], fact["position"]) == ("complaint", str(complaint), opened)
    assert rule(shown, "OFFER_ALLOWED") == {
        "code": "OFFER_ALLOWED",
        "outcome": "stopped",
        "reasons": [{"code": "OPEN_COMPLAINT", "facts": [opened], "until": None}],
    }
    decided = api.stored("/api/eligibility", {**PROMOTIONAL, "customer_id": str(ann)})
    stopping = [one["facts"] for one in decided["rules"] if not one["passed"]]
    assert stopping == [[opened]]


def test_from_the_complaint_to_the_offer_each_step_changes_what_is_next(api: Api) -> None:
    ann = customer(api)
    complaint = api.complaint(ann, severity="low")
    step(api, complaint, "responses", text="We look into it.")
    assert codes(next_actions(api, ann)) == []
    api.world.clock.move(15 * DAY)
    assert codes(next_actions(api, ann)) == ["FINISH_COMPLAINT"]
    resolved = step(api, complaint, "resolutions", summary="Sent again.")
    shown = next_actions(api, ann)
    assert codes(shown) == ["FOLLOW_UP_COMPLAINT"]
    assert [one["position"] for one in shown["actions"][0]["facts"]] == [str(resolved)]
    step(api, complaint, "closings", root_cause="carrier", outcome="upheld")
    assert codes(next_actions(api, ann)) == ["FOLLOW_UP_COMPLAINT"]
    (reason,) = rule(next_actions(api, ann), "OFFER_ALLOWED")["reasons"]
    ends = (api.world.clock.now() + 7 * DAY).isoformat().replace("+00:00", "Z")
    assert (reason["code"], reason["until"]) == ("COMPLAINT_COOLING_OFF", ends)
    touch(api, ann, direction="outbound")
    assert codes(next_actions(api, ann)) == []
    api.world.clock.move(7 * DAY)
    assert codes(next_actions(api, ann)) == ["MAY_OFFER"]


def test_a_call_is_to_be_returned_and_what_machines_did_is_not(api: Api) -> None:
    ann = customer(api)
    touch(api, ann, kind="visit", channel="web")
    touch(api, ann, kind="replied", channel="email", machine=True)
    assert codes(next_actions(api, ann)) == ["MAY_OFFER"]
    called = touch(api, ann)
    shown = next_actions(api, ann)
    assert codes(shown) == ["RETURN_CONTACT", "MAY_OFFER"]
    (fact,) = shown["actions"][0]["facts"]
    assert (fact["kind"], fact["id"]) == ("touchpoint", called["touchpoint_id"])
    api.world.clock.move(DAY)
    touch(api, ann, kind="meeting", channel="store")
    assert codes(next_actions(api, ann)) == ["MAY_OFFER"]


def test_addresses_orders_and_consents_that_want_something(api: Api) -> None:
    ann = customer(api, consent=False)
    order = api.stored(
        "/api/orders", {"customer_id": str(ann), "lines": [{"sku": "A", "quantity": 1, "amount": "5.00"}]}
    )
    assert codes(next_actions(api, ann)) == ["ASK_FOR_CONSENT"]
    asked = next_actions(api, ann)["actions"][0]
    assert [message["purpose"] for message in asked["messages"]] == ["marketing", "survey"]
    assert asked["facts"][0]["id"] == order["order_id"]
    api.stored(f"/api/orders/{order['order_id']}/cancellations", {})
    assert codes(next_actions(api, ann)) == ["ASK_ABOUT_ORDER", "ASK_FOR_CONSENT"]
    api.stored("/api/suppressions", {"scope": {"address": "ann@example.com"}, "reason": "HARD_BOUNCE"})
    shown = next_actions(api, ann)
    assert codes(shown) == ["CORRECT_ADDRESS"]
    assert [fact["kind"] for fact in shown["actions"][0]["facts"]] == ["contact_point", "suppression"]
    (point,) = api.get(f"/api/customers/{ann}")["contact_points"]
    assert shown["actions"][0]["facts"][0]["id"] == point["contact_point_id"]
    for stopped in ("ORDER_CANCELLED_OR_REFUNDED", "CONSENT_MISSING", "OFFER_ALLOWED"):
        assert "HARD_BOUNCE" in [reason["code"] for reason in rule(shown, stopped)["reasons"]]


def test_a_person_is_all_linked_profiles_and_another_customer_is_not(api: Api) -> None:
    ann, bob = customer(api), api.customer(name="Bob")
    other = api.customer(name="Ann")
    api.complaint(other)
    assert codes(next_actions(api, ann)) == ["MAY_OFFER"]
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(other)})
    by_each = [next_actions(api, one) for one in (ann, other)]
    assert codes(by_each[0]) == codes(by_each[1]) == ["APOLOGISE_AND_ANSWER"]
    assert by_each[0]["customer_id"] == by_each[1]["customer_id"]
    assert [one.get("asked_for") for one in by_each].count(None) == 1
    assert codes(next_actions(api, bob)) == []
    api.ask("DELETE", f"/api/customers/{ann}/links/{other}")
    assert codes(next_actions(api, ann)) == ["MAY_OFFER"]


def test_what_was_next_then_is_the_answer_that_was_given_then(api: Api) -> None:
    ann = customer(api)
    api.complaint(ann)
    before, then = next_actions(api, ann), api.world.clock.now()
    api.world.clock.move(DAY)
    api.stored(f"/api/customers/{ann}/withdrawals", {"channel": "email"})
    touch(api, ann)
    assert next_actions(api, ann, known_at=then) == before
    assert codes(next_actions(api, ann)) == ["APOLOGISE_AND_ANSWER", "RETURN_CONTACT"]
    late = api.complaint(ann, severity="high", occurred_at=(BEGIN + timedelta(hours=1)).isoformat())
    shown = next_actions(api, ann, as_of=BEGIN + timedelta(hours=2))
    assert shown["actions"][0]["facts"][0]["id"] == str(late)


def test_nobody_and_nobody_then_are_404(api: Api) -> None:
    ann = customer(api)
    nobody = api.ask("GET", f"/api/customers/{uuid4()}/next-actions")
    assert (nobody.status_code, (nobody.json or {})["type"]) == (404, "/problems/customer-not-found")
    long_ago = urlencode({"known_at": "1801-01-01T00:00:00Z"})
    assert api.ask("GET", f"/api/customers/{ann}/next-actions?{long_ago}").status_code == 404


@pytest.mark.parametrize(
    "query", ["known_at=yesterday", "at=2026-03-01T00:00:00Z", "known_at=2099-01-01T00:00:00Z"]
)
def test_a_wrong_query_is_refused(api: Api, query: str) -> None:
    response = api.ask("GET", f"/api/customers/{customer(api)}/next-actions?{query}")
    assert response.status_code == 422
    assert (response.json or {})["errors"][0]["path"] == query.partition("=")[0]


@pytest.mark.parametrize("much", [1, 12])
def test_the_answer_takes_two_statements_however_much_is_known(api: Api, much: int) -> None:
    ann = customer(api)
    for _ in range(much):
        api.complaint(ann)
        touch(api, ann)
    api.fold()
    with statements(of_role("farley_reader")) as read:
        assert api.ask("GET", f"/api/customers/{ann}/next-actions", fold=False).status_code == 200
    assert len([text for text in read if "from log.facts where position" in text]) == 1
    assert len(read) <= 4, read  # with BEGIN and COMMIT around the second


def test_a_paused_projection_is_named(api: Api) -> None:
    ann = customer(api)
    api.fold()
    with paused(api, "complaints") as position:
        api.complaint(ann)
        api.world.runner.catch_up()
        response = api.ask("GET", f"/api/customers/{ann}/next-actions", fold=False)
        assert names_in(response) == ["complaints"]
        shown: Any = response.json
        assert shown["position"] == str(position)
        assert codes(shown) == []
        assert rule(shown, "OFFER_ALLOWED")["reasons"][0]["code"] == "OPEN_COMPLAINT"
