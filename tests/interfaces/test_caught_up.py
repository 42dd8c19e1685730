"""What was just said is found: no question is answered from before what its client knows of."""

from typing import Any
from uuid import uuid4

import pytest

from application.reading import Progress
from interfaces.http import waiting
from interfaces.http.auth import ACTION, is_question
from interfaces.http.paused import READS
from tests.interfaces.conftest import CAMPAIGN, Api
from tests.interfaces.tour import rules
from tests.interfaces.working import folding

NAMING_NOBODY_ELSE = {
    "segments.preview_audience": {"audience": {"all": []}, "explain": "{id}"},
    "eligibility.ask_eligibility": {
        "customer_id": "{id}",
        "channel": "email",
        "purpose": "marketing",
        "message_class": "promotional",
    },
    "replays.replay_run": {},
}
"""The posted questions about a named thing."""


def test_what_was_just_created_is_found_by_its_location_and_in_the_list(api: Api) -> None:
    api.fold()
    with folding(api.world):
        created = api.post("/api/campaigns", CAMPAIGN)
        assert api.ask("GET", created.headers["Location"], fold=False).status_code == 200
    created = api.post("/api/campaigns", CAMPAIGN)
    with folding(api.world):
        listed = api.ask("GET", "/api/campaigns", fold=False)
    assert listed.json["items"][0]["campaign_id"] == created.json["campaign_id"]


def test_what_another_key_just_created_is_found(api: Api) -> None:
    created = api.post("/api/campaigns", CAMPAIGN)
    other = api.key_for("read")
    with folding(api.world):
        assert api.ask("GET", created.headers["Location"], key=other, fold=False).status_code == 200


def test_whoever_did_nothing_does_not_wait(api: Api) -> None:
    api.post("/api/campaigns", CAMPAIGN)
    listed = api.ask("GET", "/api/campaigns", key=api.key_for("read"), fold=False)
    assert (listed.status_code, listed.json["items"]) == (200, [])


def test_a_version_that_a_command_of_the_same_key_made_is_shown(api: Api) -> None:
    customer_id = api.customer(name="Ann")
    path = f"/api/customers/{customer_id}"
    with folding(api.world):
        for name in ("Anna", "Anne"):
            etag = api.ask("GET", path, fold=False).headers["ETag"]
            assert api.ask("PATCH", path, {"name": name}, If_Match=etag).status_code == 200


def test_what_cannot_be_waited_for_is_503_and_never_404(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LONGEST_SECONDS", 0.05)
    created = api.post("/api/campaigns", CAMPAIGN)
    for key in (api.key, api.key_for("read")):
        behind = api.ask("GET", created.headers["Location"], key=key, fold=False)
        assert (behind.status_code, "Retry-After" in behind.headers) == (503, True)


def test_no_named_thing_is_said_to_be_missing_before_the_read_models_reach_the_head(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every route that asks about a thing by its id. One that reads no read model does not wait."""
    waited: list[int] = []
    reading = api.world.services.reading
    monkeypatch.setattr(reading, "progress", lambda actor: Progress(folded=3, head=7))
    monkeypatch.setattr(reading, "wait_for", lambda position, *_, **__: waited.append(position))
    for endpoint, (method, path) in rules(api).items():
        view = api.app.view_functions[endpoint]
        if not is_question(view.__dict__[ACTION]) or not names_something(endpoint, path):
            continue
        waited.clear()
        asked = "/".join(str(uuid4()) if part.startswith("<uuid:") else part for part in path.split("/"))
        body = filled(NAMING_NOBODY_ELSE.get(endpoint)) if method == "POST" else None
        response = api.ask(method, asked, body, fold=False)
        assert response.status_code == 404, (endpoint, response.data)
        reads, _ = view.__dict__.get(READS, ((), {}))
        assert waited == ([7] if reads else []), endpoint


def names_something(endpoint: str, path: str) -> bool:
    return "<uuid:" in path or endpoint in NAMING_NOBODY_ELSE


def filled(body: Any) -> Any:
    return {name: str(uuid4()) if value == "{id}" else value for name, value in (body or {}).items()}


def test_what_was_just_declared_can_be_used(api: Api) -> None:
    """Nothing of it is folded yet."""
    declared = {"name": "size", "scope": "customer", "type": "number"}
    api.stored("/api/attributes", declared)
    api.stored("/api/purposes", {"name": "loyalty"})
    big = {"field": "attributes.size", "op": "gt", "value": 40}
    segment_id = api.stored("/api/segments", {"name": "big", "criteria": big})["segment_id"]
    of_segment = {"segment": segment_id}
    other = api.key_for("read")
    assert api.post("/api/segments", {"name": "not big", "criteria": {"not": of_segment}}).status_code == 201
    assert (
        api.post("/api/campaigns", {**CAMPAIGN, "purpose": "loyalty", "audience": of_segment}).status_code
        == 201
    )
    preview = {"audience": of_segment, "purpose": "loyalty", "channel": "email"}
    assert api.ask("POST", "/api/audiences/preview", preview, key=other, fold=False).status_code == 200
