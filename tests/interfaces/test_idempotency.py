"""The same key and body get the same answer, without doing it again."""

import threading
from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from tests.interfaces.conftest import Api
from tests.interfaces.tour import BODIES, TOUCHPOINT, declare_names, tour

PERSON = {"kind": "person", "name": "Ann"}


def same(first: TestResponse, second: TestResponse) -> bool:
    """Whether two answers are the same but for saying that one is a replay."""
    headers = ("ETag", "Location", "Farley-Position")
    return (
        first.status_code == second.status_code
        and first.data == second.data
        and all(first.headers.get(name) == second.headers.get(name) for name in headers)
    )


def at_once(*asking: Callable[[], TestResponse]) -> list[TestResponse]:
    """Asks all of these at the same time."""
    answers: list[Any] = [None] * len(asking)
    barrier = threading.Barrier(len(asking))

    def run(index: int) -> None:
        barrier.wait()
        answers[index] = asking[index]()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(asking))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


SECRET = {"keys.make_key": "key", "keys.rotate_key": "key", "sessions.make_sign_in_link": "link"}
"""The commands whose answer has a secret, by the field that has it: no receipt keeps it."""


def test_every_post_of_the_tour_is_replayed_by_its_key_and_stores_nothing_again(api: Api) -> None:
    for stop in tour(api):
        first = stop.ask(api, Idempotency_Key=f"tour {stop.endpoint}".replace(" ", "-"))
        ids, before = api.last_ids, api.log_length()
        assert "Idempotent-Replayed" not in first.headers
        if stop.method == "POST":
            second = stop.ask(api, Idempotency_Key=f"tour {stop.endpoint}".replace(" ", "-"))
            if stop.endpoint in SECRET:
                secret = first.json[SECRET[stop.endpoint]].encode()
                assert second.data == first.data.replace(b'"%b"' % secret, b"null")
            else:
                assert same(first, second), (stop, first.data, second.data)
            assert second.headers["Idempotent-Replayed"] == "true"
            assert api.log_length() == before
        api.last_ids = ids


def test_the_same_key_with_another_body_is_refused_naming_the_first_position(api: Api) -> None:
    first = api.post("/api/customers", PERSON, Idempotency_Key="k")
    other = api.post("/api/customers", {**PERSON, "name": "Bob"}, Idempotency_Key="k")
    assert other.status_code == 409
    assert other.json["type"] == "/problems/key-reused"
    assert other.json["position"] == first.json["position"]
    elsewhere = api.post("/api/purposes", {"name": "x"}, Idempotency_Key="k")
    assert elsewhere.status_code == 409


def test_the_order_and_the_spacing_of_a_body_do_not_make_it_another(api: Api) -> None:
    first = api.post("/api/customers", b'{"kind": "person", "name": "Ann"}', Idempotency_Key="k")
    second = api.post("/api/customers", b'{"name":"Ann",\n"kind":"person"}', Idempotency_Key="k")
    assert same(first, second)


def test_the_same_key_of_another_client_is_another_key(api: Api) -> None:
    first = api.post("/api/customers", PERSON, Idempotency_Key="k")
    second = api.ask("POST", "/api/customers", PERSON, key=api.key_for("admin"), Idempotency_Key="k")
    assert first.json["customer_id"] != second.json["customer_id"]


def test_both_keys_of_a_rotation_are_one_client_with_the_same_receipts(api: Api) -> None:
    old, new = api.key_for("admin", name="shop"), api.key_for("admin", name="shop")
    first = api.ask("POST", "/api/customers", PERSON, key=old, Idempotency_Key="k")
    second = api.ask("POST", "/api/customers", PERSON, key=new, Idempotency_Key="k")
    assert same(first, second)
    assert second.headers["Idempotent-Replayed"] == "true"


def test_a_refused_request_leaves_its_key_free(api: Api) -> None:
    assert api.post("/api/customers", {"kind": "robot"}, Idempotency_Key="k").status_code == 422
    assert api.post("/api/customers", PERSON, Idempotency_Key="k").status_code == 201


def test_a_key_that_is_none_is_refused(api: Api) -> None:
    before = api.log_length()
    for key in ("", " ", "a b", "ü", "x" * 256, "a\tb"):
        assert api.post("/api/customers", PERSON, Idempotency_Key=key).status_code == 422, key
    assert api.log_length() == before


def test_a_key_does_not_matter_where_nothing_is_posted(api: Api) -> None:
    customer_id = api.customer(name="Ann")
    for name in ("Bob", "Cid"):
        etag = api.ask("GET", f"/api/customers/{customer_id}").headers.get("ETag") or '"1"'
        response = api.ask(
            "PATCH", f"/api/customers/{customer_id}", {"name": name}, If_Match=etag, Idempotency_Key="k"
        )
        assert response.status_code == 200
        api.fold()


def test_two_in_flight_with_the_same_key_are_answered_alike(api: Api) -> None:
    for trial in range(10):
        before = api.log_length()

        def post(key: str = f"trial-{trial}") -> TestResponse:
            return api.app.test_client().post(
                "/api/customers",
                json=PERSON,
                headers={"Authorization": f"Bearer {api.key}", "Idempotency-Key": key},
            )

        first, second = at_once(post, post)
        assert first.status_code == second.status_code == 201
        assert same(first, second)
        assert sorted(answer.headers.get("Idempotent-Replayed", "") for answer in (first, second)) == [
            "",
            "true",
        ]
        assert api.log_length() == before + 1


def test_one_that_its_twin_made_impossible_is_answered_like_its_twin(api: Api) -> None:
    """The second finds the complaint closed, or at another version, before it can find the receipt."""
    body = BODIES["complaints.close_complaint"]
    for trial in range(10):
        complaint_id = api.complaint(api.customer())

        def close(
            path: str = f"/api/complaints/{complaint_id}/closings", key: str = f"c-{trial}"
        ) -> TestResponse:
            headers = {"Authorization": f"Bearer {api.key}", "Idempotency-Key": key, "If-Match": '"1"'}
            return api.app.test_client().post(path, json=body, headers=headers)

        first, second = at_once(close, close)
        assert first.status_code == second.status_code == 200, (first.data, second.data)
        assert same(first, second)


def test_the_same_touchpoint_again_is_a_duplicate_and_with_another_content_refused(api: Api) -> None:
    declare_names(api)
    before = api.log_length()
    first = api.post("/api/touchpoints", TOUCHPOINT)
    again = api.post("/api/touchpoints", TOUCHPOINT)
    assert again.status_code == 200
    assert again.json["duplicate"] is True
    assert "Location" not in again.headers
    other = api.post("/api/touchpoints", {**TOUCHPOINT, "channel": "phone"})
    assert other.status_code == 409
    assert other.json["position"] == first.json["position"]
    assert api.log_length() == before + 1
