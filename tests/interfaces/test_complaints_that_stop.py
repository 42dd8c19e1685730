"""What one complaint stops, and which messages it stopped, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from domain.campaigns.events import MessageClass
from tests.interfaces.campaigning import consenting, started
from tests.interfaces.conftest import Api

SEVERITY_HIGH = timedelta(days=30)


def shown(api: Api, complaint: UUID, **query: str) -> Any:
    return api.get(f"/api/complaints/{complaint}?{urlencode(query)}")


def close(api: Api, complaint: UUID, outcome: str = "upheld") -> None:
    body = {"root_cause": "carrier", "outcome": outcome}
    api.stored(f"/api/complaints/{complaint}/closings", body, If_Match="*")


def run_a_campaign(api: Api, dispatcher: Any) -> str:
    """Starts a run, works until it has ended, and returns its path."""
    _, path = started(api)
    api.world.run_to_end(dispatcher)
    return path


def test_an_open_complaint_stops_promotional_messages_and_a_closed_one_until_it_cooled_off(api: Api) -> None:
    complaint = api.complaint(api.customer(), severity="high")
    promotional = MessageClass.PROMOTIONAL.value
    assert shown(api, complaint)["stops"] == [
        {"message_class": promotional, "reason": "OPEN_COMPLAINT", "until": None}
    ]
    close(api, complaint)
    closed = shown(api, complaint)
    (stop,) = closed["stops"]
    until = datetime.fromisoformat(closed["closed_at"]) + SEVERITY_HIGH
    assert (stop["message_class"], stop["reason"]) == (promotional, "COMPLAINT_COOLING_OFF")
    assert datetime.fromisoformat(stop["until"]) == until
    api.world.clock.move(SEVERITY_HIGH)
    assert shown(api, complaint)["stops"] == []


def test_a_complaint_that_was_opened_in_error_stops_nothing_once_it_is_closed(api: Api) -> None:
    complaint = api.complaint(api.customer())
    close(api, complaint, "opened_in_error")
    assert shown(api, complaint)["stops"] == []


def test_the_cooling_off_is_that_of_the_policy_in_effect(api: Api) -> None:
    complaint = api.complaint(api.customer(), severity="high")
    close(api, complaint)
    policy = api.get("/api/policies/suppression")["items"][0]
    kept = {name: policy[name] for name in ("reasons", "credit_purposes") if name in policy}
    days = {**policy["cooling_off_days"], "high": 1}
    api.stored("/api/policies/suppression", {"cooling_off_days": days, **kept})
    closed = shown(api, complaint)
    (stop,) = closed["stops"]
    assert datetime.fromisoformat(stop["until"]) - datetime.fromisoformat(closed["closed_at"]) == timedelta(
        days=1
    )


def test_messages_that_a_complaint_stopped_are_counted_and_named(api: Api) -> None:
    consenting(api, "ann")
    bob, cyd = consenting(api, "bob"), consenting(api, "cyd")
    complaint, other = api.complaint(bob), api.complaint(cyd)
    dispatcher = api.world.dispatcher()
    paths = [run_a_campaign(api, dispatcher)]
    close(api, complaint)
    paths.append(run_a_campaign(api, dispatcher))
    stopped = shown(api, complaint)["stopped_messages"]
    assert (stopped["count"], len(stopped["newest"])) == (2, 2)
    for path, message, reason in zip(
        reversed(paths), stopped["newest"], ("COMPLAINT_COOLING_OFF", "OPEN_COMPLAINT"), strict=True
    ):
        (decision,) = api.get(f"{path}/decisions?customer_id={bob}")["items"]
        assert path == f"/api/campaigns/{message['campaign_id']}/runs/{message['run_id']}"
        assert (message["customer_id"], message["reason"]) == (str(bob), reason)
        assert (message["decided_at"], message["position"]) == (decision["decided_at"], decision["position"])
    others = shown(api, other)["stopped_messages"]["newest"]
    assert {message["customer_id"] for message in others} == {str(cyd)}


def test_a_message_to_somebody_with_the_same_address_is_one_that_the_complaint_stopped(api: Api) -> None:
    ann = consenting(api, "ann")
    twin = api.customer(contact_points=[{"channel": "email", "value": "ann@example.com"}])
    complaint = api.complaint(twin)
    run_a_campaign(api, api.world.dispatcher())
    members = {message["customer_id"] for message in shown(api, complaint)["stopped_messages"]["newest"]}
    assert str(ann) in members


def test_what_a_complaint_stopped_is_asked_as_of_a_past_moment(api: Api) -> None:
    bob = consenting(api, "bob")
    complaint = api.complaint(bob)
    moments, dispatcher = [], api.world.dispatcher()
    for _ in range(2):
        moments.append((_now(api), shown(api, complaint)))
        api.world.clock.move(timedelta(days=1))
        run_a_campaign(api, dispatcher)
        api.world.clock.move(timedelta(days=1))
    moments.append((_now(api), shown(api, complaint)))
    api.world.clock.move(timedelta(days=1))
    close(api, complaint)
    for expected, (instant, known) in enumerate(moments):
        assert known["stopped_messages"]["count"] == expected
        assert shown(api, complaint, known_at=instant) == known
        assert shown(api, complaint, as_of=instant)["stopped_messages"] == known["stopped_messages"]


def test_only_the_newest_twenty_are_named_and_all_are_counted(api: Api) -> None:
    bob = consenting(api, "bob")
    complaint = api.complaint(bob)
    for _ in range(22):
        started(api)
    api.world.run_to_end(api.world.dispatcher())
    stopped = shown(api, complaint)["stopped_messages"]
    positions = [int(message["position"]) for message in stopped["newest"]]
    assert (stopped["count"], len(positions)) == (22, 20)
    assert positions == sorted(positions, reverse=True)


def _now(api: Api) -> str:
    return api.world.clock.now().astimezone(UTC).isoformat()
