"""Questions about other instants, and runs decided again, as clients ask them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.dispatch.dispatcher import Dispatcher
from application.replaying.differences import ReplayDifference
from interfaces.http.contexts.runs.replays_schemas import DifferenceOut
from tests.interfaces.conftest import CAMPAIGN, Api
from tests.world import BEGIN


def asked(customer: UUID, **more: Any) -> dict[str, Any]:
    return {
        "customer_id": str(customer),
        "channel": "email",
        "purpose": "marketing",
        "message_class": "promotional",
        **more,
    }


def advance_until(api: Api, dispatcher: Dispatcher, stored_name: str) -> None:
    """Until there is a fact of this kind."""
    while stored_name not in api.world.log_names():
        api.fold()
        dispatcher.advance()


def stopping(answer: Any) -> list[str]:
    return [rule["code"] for rule in answer["rules"] if not rule["passed"]]


def test_32_eligibility_at_an_instant_that_has_passed_is_by_what_was_known_then(api: Api) -> None:
    ann = api.world.customer("ann@example.com")
    known = api.log_length()
    api.world.clock.move(timedelta(hours=1))
    api.world.complain(ann)
    api.fold()
    now = api.stored("/api/eligibility", asked(ann))
    assert (stopping(now), now["known_to_position"]) == (["OPEN_COMPLAINT"], str(api.log_length()))
    then = api.stored("/api/eligibility", asked(ann, at="2026-03-02T13:30:00+01:00"))
    assert (then["verdict"], stopping(then)) == ("eligible", [])
    assert (then["at"], then["known_to_position"]) == ("2026-03-02T12:30:00Z", str(known))
    long_ago = api.stored("/api/eligibility", asked(ann, at="1900-01-01T00:00:00Z"))
    assert stopping(long_ago) == ["NO_CONTACT_POINT", "NO_CONSENT"]
    assert (long_ago["known_to_position"], long_ago["position"]) == ("0", "0")


def test_an_instant_without_offset_is_refused_and_a_later_campaign_was_not_there(api: Api) -> None:
    ann = api.world.customer("ann@example.com")
    api.world.clock.move(timedelta(hours=1))
    campaign = api.world.campaign()
    api.world.clock.move(timedelta(hours=1))
    api.fold()
    length = api.log_length()
    for wrong in ("2026-03-02T12:00:00", "yesterday", 7, "1700-01-01T00:00:00Z"):
        response = api.post("/api/eligibility", asked(ann, at=wrong))
        assert response.status_code == 422
        assert [error["path"] for error in response.json["errors"]] == ["at"]  # type: ignore[index]
    at = (BEGIN + timedelta(minutes=30)).isoformat()
    before = api.post("/api/eligibility", asked(ann, at=at, campaign_id=str(campaign)))
    assert before.status_code == 404
    after = asked(ann, at=(BEGIN + timedelta(minutes=90)).isoformat(), campaign_id=str(campaign))
    assert api.stored("/api/eligibility", after)["verdict"] == "eligible"
    assert api.log_length() == length


@pytest.mark.parametrize(
    ("other", "path"),
    [
        ({"channel": "sms"}, "channel"),
        ({"purpose": "survey"}, "purpose"),
        ({"message_class": "service"}, "message_class"),
        ({"channel": "sms", "purpose": "survey", "message_class": "service"}, "message_class"),
    ],
)
def test_a_message_that_its_campaign_does_not_send_is_refused_by_what_contradicts(
    api: Api, other: dict[str, str], path: str
) -> None:
    ann = api.world.customer("ann@example.com")
    campaign = str(api.world.campaign())
    then = (BEGIN + timedelta(minutes=1)).isoformat()
    api.world.clock.move(timedelta(hours=1))
    api.fold()
    for when in ({}, {"at": then}):
        refused = api.post("/api/eligibility", {**asked(ann, campaign_id=campaign), **other, **when})
        (error,) = refused.json["errors"]  # type: ignore[index]
        assert (refused.status_code, error["path"], error["code"]) == (422, path, "contradiction")
        assert (
            api.stored("/api/eligibility", asked(ann, campaign_id=campaign, **when))["verdict"] == "eligible"
        )


def test_3_a_decision_says_what_it_knew_and_asked_so_eligibility_answers_the_same(api: Api) -> None:
    """Bob's complaint comes into the log after what the decision read, though it had been made by then."""
    ann, bob = (api.world.customer(f"{name}@example.com") for name in ("ann", "bob"))
    campaign = api.world.campaign()
    run = api.world.start(campaign)
    dispatcher = api.world.dispatcher()
    path = f"/api/campaigns/{campaign}/runs/{run}/decisions"
    assert [one["decided_at"] for one in api.get(path)["items"]] == []
    advance_until(api, dispatcher, "runs.RunChunkDecided")
    complaint = api.world.complain(bob)
    decided = {one["customer_id"]: one for one in api.get(path)["items"]}[str(bob)]
    assert int(decided["read_position"]) < complaint
    same = {"at": decided["decided_at"], "known_to_position": decided["read_position"]}
    whose = asked(bob, campaign_id=str(campaign))
    assert stopping(api.stored("/api/eligibility", {**whose, "at": decided["decided_at"]})) == [
        "OPEN_COMPLAINT"
    ]
    explained = api.stored("/api/eligibility", {**whose, **same})
    assert (explained["verdict"], stopping(explained)) == ("eligible", [])
    assert explained["known_to_position"] == decided["read_position"]
    assert explained["rules_version"] == decided["rules_version"]
    api.world.run_to_end(dispatcher)
    withheld = {one["customer_id"]: one for one in api.get(path)["items"]}[str(bob)]
    assert [reason["code"] for reason in withheld["reasons"]] == ["OPEN_COMPLAINT"]
    assert int(withheld["read_position"]) >= complaint
    same = {"at": withheld["decided_at"], "known_to_position": withheld["read_position"]}
    assert stopping(api.stored("/api/eligibility", {**whose, **same})) == ["OPEN_COMPLAINT"]
    sent = api.get(f"{path}?customer_id={ann}")["items"][0]
    assert sent["outcome"] == "sent"
    same = {"at": sent["decided_at"], "known_to_position": sent["read_position"]}
    again = api.stored("/api/eligibility", {**asked(ann, campaign_id=str(campaign)), **same})
    assert again["verdict"] == "eligible"


def test_who_is_not_decided_yet_has_no_instant_and_no_position_of_a_decision(api: Api) -> None:
    api.world.customer("ann@example.com")
    campaign = api.world.campaign()
    run = api.world.start(campaign)
    dispatcher = api.world.dispatcher()
    advance_until(api, dispatcher, "runs.RunAudienceRecorded")
    (pending,) = api.get(f"/api/campaigns/{campaign}/runs/{run}/decisions")["items"]
    assert (pending["outcome"], pending["decided_at"], pending["read_position"]) == ("pending", None, None)
    assert pending["reasons"] == []


@pytest.mark.parametrize(
    ("more", "path", "code"),
    [
        ({"known_to_position": "1"}, "at", "missing"),
        ({"known_to_position": "999", "at": "2026-03-02T12:00:00Z"}, "known_to_position", "beyond_the_log"),
        (
            {"known_to_position": "9" * 19, "at": "2026-03-02T12:00:00Z"},
            "known_to_position",
            "beyond_the_log",
        ),
        ({"known_to_position": 1, "at": "2026-03-02T12:00:00Z"}, "known_to_position", "invalid_type"),
        ({"known_to_position": "-1", "at": "2026-03-02T12:00:00Z"}, "known_to_position", "invalid_position"),
    ],
)
def test_a_position_is_known_to_at_an_instant_and_within_the_log(
    api: Api, more: dict[str, Any], path: str, code: str
) -> None:
    ann = api.world.customer("ann@example.com")
    api.fold()
    refused = api.post("/api/eligibility", asked(ann, **more))
    (error,) = refused.json["errors"]  # type: ignore[index]
    assert (refused.status_code, error["path"], error["code"]) == (422, path, code)


def test_an_instant_to_come_may_be_asked_with_what_was_known_at_a_position(api: Api) -> None:
    ann = api.world.customer("ann@example.com")
    known = api.log_length()
    api.world.complain(ann)
    api.fold()
    ask = asked(ann, at="2030-01-01T00:00:00Z")
    assert stopping(api.stored("/api/eligibility", ask)) == ["OPEN_COMPLAINT"]
    assert stopping(api.stored("/api/eligibility", {**ask, "known_to_position": str(known)})) == []


def test_a_run_is_replayed_over_http_and_an_answer_is_kept_for_its_key(api: Api) -> None:
    for n in range(3):
        api.world.customer(f"p{n}@example.com")
    campaign = api.world.campaign()
    run = api.world.start(campaign)
    api.world.run_to_end(api.world.dispatcher())
    path = f"/api/campaigns/{campaign}/runs/{run}/replays"
    first = api.post(path, Idempotency_Key="once")
    assert first.status_code == 200
    assert first.json == {
        "run_id": str(run),
        "decisions": 3,
        "handovers": 3,
        "withheld": 0,
        "different": 0,
        "differences": [],
        "position": str(api.log_length()),
    }
    again = api.post(path, Idempotency_Key="once")
    assert (again.json, again.headers["Idempotent-Replayed"]) == (first.json, "true")
    assert api.post(path, {"nonsense": 1}).status_code == 422


def test_only_a_run_of_the_campaign_is_replayed_and_only_by_who_may_read_campaigns(api: Api) -> None:
    campaign, run = uuid4(), uuid4()
    path = f"/api/campaigns/{campaign}/runs/{run}/replays"
    assert api.post(path).status_code == 404
    own = api.campaign(name=CAMPAIGN["name"])
    assert api.post(f"/api/campaigns/{own}/runs/{run}/replays").status_code == 404
    assert api.post(path, key=api.key_for("orders:write")).status_code == 403
    assert api.post(path, key=api.key_for("campaigns:read")).status_code == 404


def test_what_a_replay_says_about_a_difference_is_shown_under_the_same_names() -> None:
    said: dict[str, Any] = {
        "run_id": uuid4(),
        "ends_at": BEGIN,
        "occurred_at": BEGIN,
        "template_version": 1,
        "channel": "email",
        "sender": "spring@shop.example",
        "epoch": 3,
    }
    difference = ReplayDifference(member_id=None, part="run", position=1, recorded=said, decided={})
    assert DifferenceOut().dump(difference)["recorded"].keys() == said.keys()
