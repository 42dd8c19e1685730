"""What bad input gets: a clear error that names the path, and nothing stored."""

import json
from collections.abc import Iterator
from typing import Any

from interfaces.http.blueprint import TAKES
from interfaces.http.requests_in import LARGEST_BATCH, LARGEST_BODY
from interfaces.http.schemas.base import MOST_ERRORS
from tests.interfaces.bad_bodies import names_of, spoilt
from tests.interfaces.conftest import Api
from tests.interfaces.tour import BATCH, BODIES, TOUCHPOINT, Stop, declare_names, stops

NOT_JSON = (
    b"{",
    b"nul",
    b'{"a": 1,}',
    b"{'a': 1}",
    b'{"a": NaN}',
    b'{"a": Infinity}',
    b'{"a": ' + b"9" * 5_000 + b"}",
    b'{"a": "\xff\xfe"}',
    b'{"a": "\xed\xa0\x80"}',
    b"[" * 200_000,
    b'{"a":' * 100_000,
    b'{"a": "\x00"}',
)
NOT_STORABLE = (
    (b'{"a": "\\ud800"}', "a", "lone_surrogate"),
    (b'{"a": {"b": ["\\ude00x"]}}', "a.b.0", "lone_surrogate"),
    (b'{"\\udfff": 1}', "\\udfff", "lone_surrogate"),
    (b'{"a": 1e400}', "a", "not_finite"),
)
NOT_OBJECTS = (b"[]", b'"text"', b"7", b"null", b"true")
MEDIA_TYPES = ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1")


def refused(response: Any, *statuses: int) -> dict[str, Any]:
    """The problem that an answer says."""
    assert response.status_code in statuses, (response.status_code, response.data)
    assert response.content_type == "application/problem+json"
    problem: dict[str, Any] = response.json
    assert problem["type"].startswith("/problems/")
    assert problem["status"] == response.status_code
    assert {"title", "detail", "correlation_id"} <= problem.keys()
    return problem


def batched(names: list[str], size: int) -> Iterator[list[str]]:
    return (names[start : start + size] for start in range(0, len(names), size))


def test_a_body_with_one_thing_wrong_is_refused_by_its_path_and_stores_nothing(api: Api) -> None:
    for stop in stops(api):
        before = api.log_length()
        schema = api.app.view_functions[stop.endpoint].__dict__[TAKES]()
        for path, body in spoilt(schema, stop.body):
            if stop.endpoint != BATCH or not path.startswith("touchpoints."):
                refuse_at(api, stop, path, body)
        assert api.log_length() == before, stop.endpoint


def refuse_at(api: Api, stop: Stop, path: str, body: Any) -> None:
    """Asks with a spoilt body; the problem must name its path, unless the body was no JSON at all."""
    response = stop.ask(api, body)
    assert response.status_code in (400, 422), (stop.endpoint, path, str(body)[:2000], response.data)
    problem = refused(response, 400, 422)
    if problem["status"] == 422:
        paths = [error["path"] for error in problem["errors"]]
        assert any(found.startswith(path) for found in paths), (stop.endpoint, path, problem)
        assert all(error["code"] and error["message"] for error in problem["errors"])


def test_no_command_takes_a_field_of_another_one(api: Api) -> None:
    schemas = {endpoint: api.app.view_functions[endpoint].__dict__[TAKES]() for endpoint in BODIES}
    known = set().union(*map(names_of, schemas.values())) | {"position", "actor", "state", "version"}
    before = api.log_length()
    for stop in stops(api):
        own = {field.data_key or name for name, field in schemas[stop.endpoint].fields.items()}
        for foreign in batched(sorted(known - own), MOST_ERRORS):
            response = stop.ask(api, {**stop.body, **dict.fromkeys(foreign, "x")})
            problem = refused(response, 422)
            unknown = {error["path"] for error in problem["errors"] if error["code"] == "unknown_field"}
            assert unknown == set(foreign), stop.endpoint
    assert api.log_length() == before


def test_what_is_not_json_is_refused(api: Api) -> None:
    before = api.log_length()
    for stop in stops(api):
        for data in NOT_JSON:
            refused(stop.ask(api, data), *((400, 422) if stop.endpoint == BATCH else (400,)))
    assert api.log_length() == before


def test_what_no_text_or_number_can_hold_is_refused_by_its_path(api: Api) -> None:
    before = api.log_length()
    for stop in stops(api):
        for data, path, code in NOT_STORABLE:
            (error,) = refused(stop.ask(api, data), 422)["errors"]
            assert (error["path"], error["code"]) == (path, code), stop.endpoint
    assert api.log_length() == before


def test_a_byte_order_mark_before_a_body_is_not_part_of_it(api: Api) -> None:
    marked = "\ufeff" + json.dumps({"kind": "person", "name": "Ann"})
    first = api.post("/api/customers", marked.encode(), Idempotency_Key="once")
    again = api.post("/api/customers", marked.removeprefix("\ufeff").encode(), Idempotency_Key="once")
    assert (first.status_code, first.json) == (201, again.json)
    assert api.ask("POST", "/api/touchpoints/batch", b'\xef\xbb\xbf{"touchpoints": []}').status_code == 200
    assert api.ask("POST", "/api/customers", b"\xef\xbb\xbf" * 2 + b'{"kind": "person"}').status_code == 400


def test_json_that_is_no_object_is_refused(api: Api) -> None:
    for stop in stops(api):
        for data in NOT_OBJECTS:
            problem = refused(stop.ask(api, data), 422)
            assert problem["errors"][0]["code"] == "not_an_object"


def test_a_body_in_another_media_type_is_refused(api: Api) -> None:
    before = api.log_length()
    for stop in stops(api):
        for media_type in MEDIA_TYPES:
            refused(stop.ask(api, b"{}", Content_Type=media_type), 415)
        refused(stop.ask(api, b"{}", Content_Encoding="gzip"), 415)
    assert api.log_length() == before


def test_a_body_above_its_size_is_refused(api: Api) -> None:
    before = api.log_length()
    for stop in stops(api):
        largest = LARGEST_BATCH if stop.endpoint == BATCH else LARGEST_BODY
        refused(stop.ask(api, b" " * (largest + 1)), 413)
    assert api.log_length() == before


def test_a_body_without_a_length_is_measured_while_it_is_read(api: Api) -> None:
    before = api.log_length()
    environ = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    response = api.client.post(
        "/api/purposes",
        data=b'{"name": "' + b"x" * LARGEST_BODY + b'"}',
        headers={"Authorization": f"Bearer {api.key}", "Content-Type": "application/json"},
        environ_overrides={**environ, "CONTENT_LENGTH": ""},
    )
    refused(response, 413)
    assert api.log_length() == before


def test_good_rows_of_a_batch_are_stored_and_bad_ones_named(api: Api) -> None:
    declare_names(api)
    rows = [
        TOUCHPOINT,
        {**TOUCHPOINT, "message_id": "m-2", "kind": "unheard"},
        {**TOUCHPOINT, "message_id": "m-3", "properties": {"a": "\x00"}},
        {**TOUCHPOINT, "message_id": "m-4", "properties": {"a": "\ud800"}},
        "no row",
        None,
        {**TOUCHPOINT, "message_id": "m-5"},
        TOUCHPOINT,
        {**TOUCHPOINT, "channel": "phone"},
        {**TOUCHPOINT, "message_id": "m-6", "occurred_at": "2099-01-01T00:00:00Z"},
    ]
    answer = api.post("/api/touchpoints/batch", {"touchpoints": rows})
    assert answer.status_code == 200
    assert (answer.json["accepted"], answer.json["duplicates"]) == (2, 1)
    rejected = {row["index"]: row["errors"][0] for row in answer.json["rejected"]}
    assert {index: (error["path"], error["code"]) for index, error in rejected.items()} == {
        1: ("kind", "unknown_word"),
        2: ("properties.a", "nul"),
        3: ("properties.a", "lone_surrogate"),
        4: ("", "not_an_object"),
        5: ("", "not_an_object"),
        8: ("message_id", "different_content"),
        9: ("occurred_at", "in_future"),
    }
    assert api.log_length() == 3 + 2


def test_a_batch_row_with_a_number_that_is_none_is_named(api: Api) -> None:
    declare_names(api)
    good = json.dumps({**TOUCHPOINT, "message_id": "m-9"})
    bad = json.dumps({**TOUCHPOINT, "message_id": "m-8", "properties": {"a": 1}}).replace(
        '"a": 1', '"a": NaN'
    )
    body = f'{{"touchpoints": [{bad}, {good}]}}'.encode()
    answer = api.stored("/api/touchpoints/batch", body)
    assert answer["accepted"] == 1
    assert answer["rejected"][0]["errors"][0]["code"] == "not_finite"


def test_an_instant_a_century_old_is_fine_and_one_in_the_future_is_not(api: Api) -> None:
    declare_names(api)

    def told(message_id: str, occurred_at: str) -> Any:
        return api.post(
            "/api/touchpoints", {**TOUCHPOINT, "message_id": message_id, "occurred_at": occurred_at}
        )

    assert told("old", "1912-06-23T00:00:00Z").status_code == 201
    assert told("older", "1800-01-01T00:00:00Z").status_code == 201
    assert told("near", "2026-03-02T12:05:00Z").status_code == 201
    assert refused(told("far", "2026-03-02T12:05:01Z"), 422)["errors"][0]["code"] == "in_future"
    assert refused(told("too old", "1799-12-31T23:59:59Z"), 422)["errors"][0]["code"] == "too_early"
