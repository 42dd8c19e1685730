"""Campaigns over HTTP: drafted, approved, run, balanced, explained."""

from typing import Any
from uuid import UUID

from tests.interfaces.conftest import CAMPAIGN, Api

CONSENT = {"channel": "email", "purpose": "marketing", "evidence": {"source": "form"}}


def consenting(api: Api, name: str) -> UUID:
    point = {"channel": "email", "value": f"{name}@example.com"}
    customer_id = api.customer(name=name, contact_points=[point])
    api.stored(f"/api/customers/{customer_id}/consents", CONSENT)
    return customer_id


def started(api: Api, **details: Any) -> tuple[UUID, str]:
    """A campaign's id and the path of its run, which is not yet dispatched."""
    campaign_id = api.campaign(**details)
    path = f"/api/campaigns/{campaign_id}"
    api.fold()
    api.stored(f"{path}/approvals", If_Match=api.ask("GET", path).headers["ETag"])
    run_id = api.stored(f"{path}/runs")["run_id"]
    return campaign_id, f"{path}/runs/{run_id}"


def test_a_campaign_is_shown_as_it_was_drafted_and_approved(api: Api) -> None:
    campaign_id = api.campaign(**{"from": "shop@example.com", "topic": "shoes"})
    shown = api.get(f"/api/campaigns/{campaign_id}")
    assert {name: shown[name] for name in CAMPAIGN} == CAMPAIGN
    assert (shown["state"], shown["from"], shown["topic"]) == ("draft", "shop@example.com", "shoes")
    api.stored(f"/api/campaigns/{campaign_id}/approvals", If_Match='"1"')
    shown = api.get(f"/api/campaigns/{campaign_id}")
    assert shown["state"] == "approved"
    assert shown["approved_by"].startswith("key:")


def test_only_an_approved_campaign_runs_and_only_once_at_a_time(api: Api) -> None:
    campaign_id = api.campaign()
    refused = api.post(f"/api/campaigns/{campaign_id}/runs")
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/campaign-not-approved")
    campaign_id, path = started(api)
    second = api.post(f"/api/campaigns/{campaign_id}/runs", {"planned_for": "2026-03-01T00:00:00Z"})
    assert second.status_code == 409
    assert second.json["run_id"] == path.rpartition("/")[2]


def test_approving_is_a_permission_of_its_own(api: Api) -> None:
    campaign_id = api.campaign()
    path = f"/api/campaigns/{campaign_id}/approvals"
    writer = api.key_for("campaigns:write", "campaigns:read")
    assert api.ask("POST", path, {}, key=writer, If_Match='"1"').status_code == 403
    approver = api.key_for("approvals:write")
    assert api.ask("POST", path, {}, key=approver, If_Match='"1"').status_code == 200


def test_a_run_balances_and_says_why_somebody_got_nothing(api: Api) -> None:
    ann, bob = consenting(api, "ann"), consenting(api, "bob")
    opened = api.stored(
        "/api/complaints",
        {"customer_id": str(bob), "category": "x", "severity": "high", "channel": "web"},
    )
    _, path = started(api)
    assert api.get(path)["state"] == "planned"
    api.world.run_to_end(api.world.dispatcher())
    run = api.get(path)
    assert (run["state"], run["audience"], run["balanced"], run["transport"]) == ("finished", 2, True, "drop")
    assert (run["outcomes"]["sent"], run["outcomes"]["suppressed"]) == (1, 1)
    assert run["reasons"] == {"OPEN_COMPLAINT": 1}
    (decided,) = api.get(f"{path}/decisions?outcome=suppressed")["items"]
    assert decided["customer_id"] == str(bob)
    assert decided["reasons"] == [{"code": "OPEN_COMPLAINT", "facts": [opened["position"]], "until": None}]
    (sent,) = api.get(f"{path}/decisions?customer_id={ann}")["items"]
    assert sent["outcome"] == "sent"
    assert api.get(f"{path}/decisions?reason=OPEN_COMPLAINT")["items"] == [decided]
    everyone = [api.get(f"{path}/decisions?limit=1")]
    everyone.append(api.get(f"{path}/decisions?limit=1&cursor={everyone[0]['next_cursor']}"))
    assert sorted(part["items"][0]["customer_id"] for part in everyone) == sorted(map(str, (ann, bob)))
    contacts = api.get(f"/api/customers/{ann}")["campaigns"]
    assert (contacts["contacts"], contacts["responses"]) == (1, 0)


def test_what_a_customer_did_about_a_campaign_counts_as_response_and_a_machines_opening_does_not(
    api: Api,
) -> None:
    ann = consenting(api, "ann")
    campaign_id, _ = started(api)
    touch = {
        "source": "web",
        "customer_id": str(ann),
        "channel": "email",
        "direction": "inbound",
        "campaign_id": str(campaign_id),
    }
    api.stored("/api/touchpoints", {**touch, "message_id": "1", "kind": "email_clicked"})
    api.stored("/api/touchpoints", {**touch, "message_id": "2", "kind": "email_clicked", "machine": True})
    api.stored("/api/touchpoints", {**touch, "message_id": "3", "kind": "email_opened"})
    assert api.get(f"/api/customers/{ann}")["campaigns"]["responses"] == 1


def test_a_run_is_found_under_its_own_campaign_only(api: Api) -> None:
    _, path = started(api)
    other = api.campaign()
    run_id = path.rpartition("/")[2]
    api.fold()
    assert api.ask("GET", f"/api/campaigns/{other}/runs/{run_id}").status_code == 404
    assert api.ask("GET", f"/api/campaigns/{other}/runs/{run_id}/decisions").status_code == 404


def test_eligibility_names_every_rule_in_order_with_its_facts(api: Api) -> None:
    ann = consenting(api, "ann")
    api.fold()
    ask = {
        "customer_id": str(ann),
        "channel": "email",
        "purpose": "marketing",
        "message_class": "promotional",
    }
    assert api.stored("/api/eligibility", ask)["verdict"] == "eligible"
    opened = api.stored(
        "/api/complaints",
        {"customer_id": str(ann), "category": "x", "severity": "high", "channel": "web"},
    )
    api.fold()
    answer = api.stored("/api/eligibility", ask)
    assert answer["verdict"] == "suppressed"
    rules = {rule["code"]: rule for rule in answer["rules"]}
    assert rules["OPEN_COMPLAINT"] == {
        "code": "OPEN_COMPLAINT",
        "passed": False,
        "facts": [opened["position"]],
        "until": None,
    }
    assert rules["NO_CONSENT"]["passed"] is True
    assert api.stored("/api/eligibility", {**ask, "message_class": "service"})["verdict"] == "eligible"
    assert api.post("/api/eligibility", {**ask, "purpose": "unheard"}).status_code == 422
    nobody = "00000000-0000-4000-8000-0000000000ff"
    assert api.post("/api/eligibility", {**ask, "customer_id": nobody}).status_code == 404
    assert api.post("/api/eligibility", {**ask, "campaign_id": nobody}).status_code == 404


def test_a_preview_counts_exactly_and_refuses_what_cannot_be_read(api: Api) -> None:
    for name in ("ann", "bob", "cid"):
        api.customer(name=name, country="DE" if name == "cid" else "MX")
    api.fold()
    by_country = {"field": "country", "op": "eq", "value": "MX"}
    assert api.stored("/api/audiences/preview", {"audience": by_country})["size"] == 2
    before = api.log_length()
    refused = api.post("/api/audiences/preview", {"audience": {"all": [{**by_country, "op": "; drop"}]}})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["path"] == "audience.all.0.op"
    assert api.log_length() == before
