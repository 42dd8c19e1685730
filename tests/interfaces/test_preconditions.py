"""If-Match: what was decided on a version holds for that version only."""

from uuid import UUID

import pytest

from interfaces.http.preconditions import IF_MATCH, OPTIONAL
from tests.interfaces.conftest import Api
from tests.interfaces.tour import BODIES, stops


def test_these_commands_need_if_match_and_no_others(api: Api) -> None:
    views = api.app.view_functions
    assert {endpoint for endpoint, view in views.items() if view.__dict__.get(IF_MATCH) is True} == {
        "customers.correct_customer_details",
        "complaints.respond_to_complaint",
        "complaints.escalate_complaint",
        "complaints.resolve_complaint",
        "complaints.close_complaint",
        "complaints.reopen_complaint",
        "campaigns.approve_campaign",
        "campaigns.revise_campaign",
        "segments.revise_segment",
    }


def test_these_commands_heed_if_match_where_it_is_given(api: Api) -> None:
    views = api.app.view_functions
    heeding = {endpoint for endpoint, view in views.items() if view.__dict__.get(IF_MATCH) == OPTIONAL}
    assert heeding == {
        "campaigns.pause_campaign",
        "campaigns.resume_campaign",
        "campaigns.cancel_campaign",
    }
    for stop in stops(api):
        if stop.endpoint in heeding:
            assert api.ask(stop.method, stop.path, stop.body).status_code == 404, stop


def test_a_command_that_needs_if_match_is_refused_without_it(api: Api) -> None:
    before = api.log_length()
    needing = [
        stop for stop in stops(api) if api.app.view_functions[stop.endpoint].__dict__[IF_MATCH] is True
    ]
    for stop in needing:
        response = api.ask(stop.method, stop.path, stop.body)
        assert response.status_code == 428, stop
        assert response.json["type"] == "/problems/precondition-required"
    assert len(needing) == 9
    assert api.log_length() == before


@pytest.fixture
def complaint_id(api: Api) -> UUID:
    return api.complaint(api.customer())


def escalate(api: Api, complaint_id: UUID, if_match: str) -> int:
    body = BODIES["complaints.escalate_complaint"]
    return api.post(f"/api/complaints/{complaint_id}/escalations", body, If_Match=if_match).status_code


def test_a_version_that_is_not_the_current_one_is_refused(api: Api, complaint_id: UUID) -> None:
    before = api.log_length()
    others = f'"1-{UUID(int=7)}"'
    none = ('"2", "3"', 'W/"1"', 'W/"1", "2"')
    for stale in ('"2"', '"0"', '"other"', '"' + "9" * 30 + '"', others, '"1-7"', *none):
        assert escalate(api, complaint_id, stale) == 412, stale
    assert api.log_length() == before


def test_what_is_no_list_of_quoted_tags_is_refused_as_malformed(api: Api, complaint_id: UUID) -> None:
    before = api.log_length()
    malformed = (
        "1",
        "3",
        "ü",
        "1, 2",
        ",",
        '"2", *',
        '"1',
        '"x""1"',
        '"x" "1"',
        '"1" x',
        'x, "1"',
        '"1"; "2"',
        'w/"1"',
        '"1", "2',
        '"1", "a b"',
        "\xa0*",
    )
    for given in malformed:
        body = BODIES["complaints.escalate_complaint"]
        refused = api.post(f"/api/complaints/{complaint_id}/escalations", body, If_Match=given)
        assert refused.status_code == 422, given
        (error,) = refused.json["errors"]
        assert (error["path"], error["code"]) == ("If-Match", "invalid_tag")
        assert "with the quotes" in error["message"]
    assert api.log_length() == before


def test_the_current_version_is_accepted(api: Api, complaint_id: UUID) -> None:
    for current in ('"1"', "*"):
        assert escalate(api, complaint_id, current) == 200, current


def test_a_list_of_tags_matches_if_one_of_them_does(api: Api, complaint_id: UUID) -> None:
    of_another = f'"1-{UUID(int=7)}"'
    for listed in (
        '"1", "9"',
        '"8" ,"2", "9"',
        'W/"9", "2"',
        '"2", "of,another"',
        f'"2", {of_another}',
        ',, "2" ,\t,',
        '"\xfc","2"',
    ):
        assert escalate(api, complaint_id, listed) == 200, listed


def test_each_answer_has_the_version_that_the_next_command_may_name(api: Api) -> None:
    customer_id = api.customer()
    body = {"customer_id": str(customer_id), "category": "x", "severity": "low", "channel": "web"}
    opened = api.post("/api/complaints", body)
    path = f"/api/complaints/{opened.json['complaint_id']}"
    answered = api.post(f"{path}/responses", {}, If_Match=opened.headers["ETag"])
    closed = api.post(
        f"{path}/closings", BODIES["complaints.close_complaint"], If_Match=answered.headers["ETag"]
    )
    assert closed.status_code == 200
    api.fold()
    assert api.ask("GET", path).headers["ETag"] == closed.headers["ETag"] == '"3"'


def test_a_customer_and_a_campaign_show_the_version_of_their_stream(api: Api) -> None:
    customer_id, campaign_id = api.customer(name="Ann"), api.campaign()
    api.fold()
    etag = api.ask("GET", f"/api/customers/{customer_id}").headers["ETag"]
    path = f"/api/customers/{customer_id}"
    assert api.ask("PATCH", path, {"name": "Anna"}, If_Match=etag).status_code == 200
    assert api.ask("PATCH", path, {"name": "Anne"}, If_Match=etag).status_code == 412
    etag = api.ask("GET", f"/api/campaigns/{campaign_id}").headers["ETag"]
    path = f"/api/campaigns/{campaign_id}/approvals"
    assert api.post(path, If_Match='"7"').status_code == 412
    assert api.post(path, If_Match=etag).status_code == 200


def test_the_version_shown_is_that_of_what_is_shown(api: Api) -> None:
    """A version that the read models have not reached would hide a change from whoever decides on it."""
    customer_id = api.customer(name="Ann")
    api.fold()
    path = f"/api/customers/{customer_id}"
    shown = api.ask("GET", path)
    assert api.ask("PATCH", path, {"name": "Anna"}, If_Match=shown.headers["ETag"]).status_code == 200
    behind = api.ask("GET", path, key=api.key_for("read"), fold=False)
    assert (behind.json["name"], behind.headers["ETag"]) == ("Ann", shown.headers["ETag"])


def test_if_match_does_not_matter_where_it_is_not_asked_for(api: Api) -> None:
    customer_id = api.customer()
    response = api.post(f"/api/customers/{customer_id}/withdrawals", {}, If_Match='"999"')
    assert response.status_code == 200
