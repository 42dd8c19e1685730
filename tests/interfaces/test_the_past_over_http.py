"""Questions about other instants, and runs decided again, as clients ask them."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

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
        "decisions": 6,
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
