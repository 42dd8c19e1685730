"""Segments over HTTP: one, where it is used, and what a revision means for those that use it."""

from typing import Any

from tests.interfaces.campaigning import consenting, etag, started
from tests.interfaces.conftest import Api

PEOPLE = {"field": "kind", "op": "eq", "value": "person"}
NOBODY = {"field": "order_count", "op": "ge", "value": 1_000}


def defined(api: Api, criteria: dict[str, Any] = PEOPLE, name: str = "People") -> str:
    return f"/api/segments/{api.stored('/api/segments', {'name': name, 'criteria': criteria})['segment_id']}"


def named(path: str) -> dict[str, str]:
    """The criteria that name the segment of a path."""
    return {"segment": path.rpartition("/")[2]}


def revised(api: Api, path: str, **changes: Any) -> Any:
    response = api.ask("PATCH", path, changes, If_Match=etag(api, path))
    assert response.status_code == 200, response.data
    return response.json


def test_a_segment_is_shown_with_where_it_is_used_and_its_versions(api: Api) -> None:
    path = defined(api)
    other = defined(api, {"not": named(path)}, "Others")
    campaign = api.campaign(name="Spring", audience={"all": [named(path)]})
    revised(api, path, name="Persons")
    shown = api.get(path)
    assert (shown["name"], shown["criteria"]) == ("Persons", PEOPLE)
    assert shown["used_by"] == {"segments": 1, "campaigns": 1}
    assert shown["users"] == {
        "segments": [{"segment_id": named(other)["segment"], "name": "Others"}],
        "campaigns": [{"campaign_id": str(campaign), "name": "Spring"}],
    }
    versions = [(one["version"], one["name"], one["criteria"]) for one in shown["versions"]]
    assert versions == [(2, "Persons", PEOPLE), (1, "People", PEOPLE)]
    assert shown["position"] == shown["versions"][0]["position"]
    listed = {one["name"]: one["used_by"] for one in api.get("/api/segments")["items"]}
    assert listed == {
        "Persons": {"segments": 1, "campaigns": 1},
        "Others": {"segments": 0, "campaigns": 0},
    }


def test_a_segment_that_is_not_there_is_not_found(api: Api) -> None:
    path = "/api/segments/00000000-0000-4000-8000-0000000000ff"
    assert api.ask("GET", path).status_code == 404
    refused = api.ask("PATCH", path, {"name": "X"}, If_Match='"1"')
    assert (refused.status_code, refused.json["type"]) == (404, "/problems/segment-not-found")  # type: ignore[index]


def test_a_revision_needs_the_version_that_was_seen(api: Api) -> None:
    path = defined(api)
    seen = etag(api, path)
    assert api.ask("PATCH", path, {"name": "X"}).status_code == 428
    assert api.ask("PATCH", path, {"name": "X"}, If_Match=seen).status_code == 200
    assert api.ask("PATCH", path, {"name": "Y"}, If_Match=seen).status_code == 412
    assert api.get(path)["name"] == "X"


def test_a_name_that_is_there_already_is_named(api: Api) -> None:
    first = defined(api)
    api.fold()
    again = api.stored("/api/segments", {"name": "PEOPLE", "criteria": PEOPLE})
    assert again["same_name"] == [named(first)["segment"]]
    assert revised(api, first, name="Persons")["same_name"] == []
    assert revised(api, first, name="people")["same_name"] == [again["segment_id"]]


def test_criteria_that_would_contain_the_segment_itself_are_refused(api: Api) -> None:
    path = defined(api)
    other = defined(api, {"all": [named(path)]}, "Others")
    length = api.log_length()
    for criteria in (named(path), {"any": [PEOPLE, named(other)]}):
        refused = api.ask("PATCH", path, {"criteria": criteria}, If_Match=etag(api, path))
        (error,) = refused.json["errors"]  # type: ignore[index]
        assert (refused.status_code, error["code"]) == (422, "segment_cycle")
        assert error["path"].startswith("criteria.")
    assert api.log_length() == length


def test_a_revision_that_would_make_a_user_of_the_segment_too_large_is_refused_naming_it(api: Api) -> None:
    path = defined(api)
    campaign = api.campaign(name="Spring", audience={"all": [named(path)] * 200})
    api.fold()
    refused = api.ask("PATCH", path, {"criteria": {"all": [PEOPLE] * 3}}, If_Match=etag(api, path))
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/segment-uses-too-much")  # type: ignore[index]
    assert refused.json["used_by"] == str(campaign)  # type: ignore[index]
    assert "Spring" in refused.json["detail"]  # type: ignore[index]
    revised(api, path, criteria=PEOPLE)


def test_a_preview_means_the_criteria_of_now(api: Api) -> None:
    consenting(api, "ann")
    path = defined(api)
    assert api.stored("/api/audiences/preview", {"audience": named(path)})["size"] == 1
    revised(api, path, criteria=NOBODY)
    assert api.stored("/api/audiences/preview", {"audience": named(path)})["size"] == 0


def test_14_a_run_that_has_begun_keeps_its_audience_and_the_next_one_has_the_new_criteria(api: Api) -> None:
    consenting(api, "ann")
    path = defined(api)
    campaign, first = started(api, audience=named(path))
    dispatcher = api.world.dispatcher()
    api.world.run_to_end(dispatcher)
    revised(api, path, criteria=NOBODY)
    run = api.get(first)
    assert (run["audience"], run["outcomes"]["sent"]) == (1, 1)
    replayed = api.stored(f"{first}/replays")
    assert (replayed["decisions"], replayed["differences"]) == (1, [])
    _, second = started(api, audience=named(path), name="Again")
    api.world.run_to_end(dispatcher)
    assert api.get(second)["audience"] == 0
    assert api.get(f"/api/campaigns/{campaign}")["state"] == "approved"
