"""One fact by its position, over HTTP."""

from typing import Any

import pytest

from tests.interfaces.conftest import Api


def test_a_fact_is_shown_as_the_history_shows_it_with_what_followed_in_its_stream(api: Api) -> None:
    ana, ben = (api.customer(name=name) for name in ("Ana", "Ben"))
    complaint = api.complaint(ana, subject="Late")
    opened = api.log_length()
    api.complaint(ben, subject="Broken")
    api.stored(f"/api/complaints/{complaint}/responses", {"text": "We look."}, If_Match='"1"')
    answered = api.log_length()
    found = api.get(f"/api/facts/{opened}")
    fact = found["fact"]
    (in_history,) = [
        one for one in api.get(f"/api/customers/{ana}/history")["items"] if one["position"] == str(opened)
    ]
    assert fact == in_history
    assert (fact["type"], fact["data"]["subject"]) == ("complaints.ComplaintOpened", "Late")
    assert found["customer_id"] == str(ana)
    assert [(one["position"], one["type"]) for one in found["following"]] == [
        (str(answered), "complaints.ComplaintResponded")
    ]
    assert found["more"] is False
    assert api.get(f"/api/facts/{answered}")["following"] == []


def test_a_long_stream_is_not_listed_whole(api: Api) -> None:
    ana = api.customer(name="Ana")
    registered = api.log_length()
    for number in range(21):
        api.world.add_address(ana, f"ana.{number}@example.org")
    found = api.get(f"/api/facts/{registered}")
    assert [one["type"] for one in found["following"]] == ["customers.ContactPointAdded"] * 20
    assert found["more"] is True


def test_what_was_forgotten_is_named(api: Api) -> None:
    ana = api.customer(name="Ana")
    registered = api.log_length()
    api.world.web.keys.forget([ana])
    fact = api.get(f"/api/facts/{registered}")["fact"]
    assert fact["data"]["name"] is None
    assert "name" in fact["forgotten"]


def test_a_fact_about_nobody_in_particular_has_no_customer(api: Api) -> None:
    api.campaign()
    found = api.get(f"/api/facts/{api.log_length()}")
    assert (found["fact"]["type"], found["customer_id"]) == ("campaigns.CampaignDrafted", None)


@pytest.mark.parametrize("position", ["0", "999999", "9" * 18, "9" * 5000, "-1", "1.5", "x", "%D9%A1"])
def test_a_position_without_a_fact_is_not_found(api: Api, position: Any) -> None:
    api.customer(name="Ana")
    assert api.ask("GET", f"/api/facts/{position}").status_code == 404


def test_it_is_answered_while_nobody_folds_and_only_for_whoever_may_read_histories(api: Api) -> None:
    api.customer(name="Ana")
    path = f"/api/facts/{api.log_length()}"
    assert api.ask("GET", path, fold=False, key=api.key_for("history:read")).status_code == 200
    assert api.ask("GET", path, key=api.key_for("customers:read")).status_code == 403


def test_several_facts_are_named_at_once(api: Api) -> None:
    api.customer(name="Ana")
    api.campaign()
    last = api.log_length()
    items = api.get(f"/api/facts?positions={last},1,999999,1")["items"]
    assert [int(one["position"]) for one in items] == [1, last]
    assert items[-1]["type"] == "campaigns.CampaignDrafted"


@pytest.mark.parametrize("positions", ["", "x", "1,", "-1", "1.5", ",".join(["1"] * 101), "9" * 19])
def test_what_is_no_list_of_positions_is_refused(api: Api, positions: str) -> None:
    refused = api.ask("GET", f"/api/facts?positions={positions}")
    assert (refused.status_code, refused.json["errors"][0]["path"]) == (422, "positions")
