"""Previews of audiences at a past moment: asked as a job, looked at, cancelled, and read when it has ended."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from application import jobs
from application.previews import counting
from tests.interfaces.campaigning import consenting
from tests.interfaces.conftest import Api
from tests.interfaces.working import work_on_jobs
from tests.world import BEGIN

pytestmark = pytest.mark.speaks_sql

DAY = timedelta(days=1)
PEOPLE = {"field": "kind", "op": "eq", "value": "person"}
MAIL = {"channel": "email", "purpose": "marketing"}
LINES = [{"sku": "A", "quantity": 1, "amount": "20.00"}]
PREVIEW = "/api/audiences/preview"


def asked(api: Api, audience: Any = PEOPLE, **more: Any) -> str:
    """The path of the job of a preview."""
    response = api.post(PREVIEW, {"audience": audience, **told(more)})
    assert response.status_code == 202, response.data
    assert response.headers["Farley-Position"] == response.json["position"]  # type: ignore[index]
    location = response.headers["Location"]
    assert location == f"/api/jobs/{response.json['job_id']}"  # type: ignore[index]
    return location


def told(fields: dict[str, Any]) -> dict[str, Any]:
    return {n: value.isoformat() if isinstance(value, datetime) else value for n, value in fields.items()}


def finished(api: Api, audience: Any = PEOPLE, **more: Any) -> Any:
    """The result of the job, once it has finished."""
    path = asked(api, audience, **more)
    work_on_jobs(api.world)
    job = api.get(path)
    assert job["state"] == "finished", job
    return job["result"]


def test_a_job_waits_shows_its_progress_and_then_has_the_answer_that_was_given_then(api: Api) -> None:
    ann, bob = consenting(api, "ann"), consenting(api, "bob")
    api.complaint(bob)
    question = {"audience": PEOPLE, **MAIL, "explain": str(bob)}
    before = api.stored(PREVIEW, question)
    then, length = api.world.clock.now(), api.log_length()
    api.world.clock.move(DAY)
    consenting(api, "cem")
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(bob)})
    path = asked(api, **MAIL, explain=str(bob), known_at=then)
    head = api.log_length()
    job = api.get(path)
    assert (job["state"], job["progress"]) == ("waiting", {"done": 0, "of": head, "unit": "facts"})
    assert (job["known_at"], job["position"]) == ("2026-03-02T12:00:00Z", str(head))
    assert not {"as_of", "result", "error", "ended_at"} & job.keys()
    consenting(api, "dan")
    work_on_jobs(api.world)
    job = api.get(path)
    assert (job["state"], job["progress"]) == ("finished", {"done": length, "of": length, "unit": "facts"})
    assert job["result"] == before
    assert api.stored(PREVIEW, question) != before


def test_32_an_order_learned_late_was_true_before_it_was_known_and_not_both(api: Api) -> None:
    """The order is of day 1, and was recorded on day 10. The questions are about day 5."""
    ann = api.customer(name="Ann")
    api.world.clock.move(10 * DAY)
    order = {"customer_id": str(ann), "lines": LINES, "occurred_at": (BEGIN + DAY).isoformat()}
    api.stored("/api/orders", order)
    api.world.clock.move(DAY)
    day_5 = BEGIN + 5 * DAY
    for audience in ({"field": "order_count", "op": "ge", "value": 1}, {"did": {"kind": "order"}}):
        assert finished(api, audience, as_of=day_5)["size"] == 1
        assert finished(api, audience, known_at=day_5)["size"] == 0
        assert finished(api, audience, as_of=day_5, known_at=day_5)["size"] == 0
        assert finished(api, audience, as_of=day_5, known_at=BEGIN + 10 * DAY)["size"] == 1
    lately = {"did": {"kind": "order", "within_days": 5}}
    assert finished(api, lately, as_of=day_5)["size"] == 1
    assert finished(api, lately, as_of=BEGIN + 7 * DAY)["size"] == 0


def test_what_was_dated_back_before_its_beginning_does_not_count_yet(api: Api) -> None:
    """A refund before its order, a reopening before its complaint, a correction before the registration."""
    ann, ben = api.customer(name="Ann"), api.customer(name="Ben", occurred_at=(BEGIN - 9 * DAY).isoformat())
    early, late = ((BEGIN - days * DAY).isoformat() for days in (8, 2))
    placed = {"customer_id": str(ben), "currency": "EUR", "lines": LINES, "occurred_at": late}
    order = api.stored("/api/orders", placed)["order_id"]
    api.stored(f"/api/orders/{order}/refunds", {"amount": "5.00", "occurred_at": early})
    complaint = f"/api/complaints/{api.complaint(ben, occurred_at=late)}"
    closing = {"root_cause": "carrier", "outcome": "upheld", "occurred_at": early}
    for step, body in (("closings", closing), ("reopenings", {"reason": "again", "occurred_at": early})):
        api.stored(f"{complaint}/{step}", body, If_Match=api.ask("GET", complaint).headers["ETag"])
    version = api.ask("GET", f"/api/customers/{ann}").headers["ETag"]
    corrected = api.ask(
        "PATCH", f"/api/customers/{ann}", {"country": "PE", "occurred_at": early}, If_Match=version
    )
    assert corrected.status_code == 200
    between = BEGIN - 5 * DAY
    assert finished(api, {"spent": {"op": "ne", "value": "0", "currency": "EUR"}}, as_of=between)["size"] == 0
    assert finished(api, {"field": "open_complaints", "op": "gt", "value": 0}, as_of=between)["size"] == 0
    assert finished(api, {"field": "country", "op": "eq", "value": "PE"}, as_of=between)["size"] == 0
    assert finished(api, as_of=between)["size"] == 1
    assert finished(api, {"spent": {"op": "eq", "value": "15", "currency": "EUR"}}, as_of=BEGIN)["size"] == 1
    assert finished(api, {"field": "open_complaints", "op": "eq", "value": 1}, as_of=BEGIN)["size"] == 1


def test_the_verdicts_of_a_past_preview_use_the_policy_that_was_in_effect_then(api: Api) -> None:
    ann = consenting(api, "ann")
    complaint = f"/api/complaints/{api.complaint(ann)}"
    closing = {"root_cause": "carrier", "outcome": "upheld"}
    api.stored(f"{complaint}/closings", closing, If_Match=api.ask("GET", complaint).headers["ETag"])
    api.world.clock.move(3 * DAY)
    takes_effect_at = (api.world.clock.now() + timedelta(hours=1)).isoformat()
    days = dict.fromkeys(("low", "normal", "high", "critical"), 0)
    api.stored("/api/policies/suppression", {"takes_effect_at": takes_effect_at, "cooling_off_days": days})
    api.world.clock.move(2 * DAY)
    for moment in ("known_at", "as_of"):
        before = finished(api, **MAIL, explain=str(ann), **{moment: BEGIN + 3 * DAY})
        assert (before["reachable"], before["loss"]) == (0, {"COMPLAINT_COOLING_OFF": 1})
        stopping = [rule for rule in before["explanation"]["rules"] if not rule["passed"]]
        assert [(rule["code"], rule["until"] is not None) for rule in stopping] == [
            ("COMPLAINT_COOLING_OFF", True)
        ]
        assert finished(api, **MAIL, **{moment: BEGIN + 4 * DAY})["reachable"] == 1


def test_a_person_who_was_not_registered_then_fails_the_job_and_the_error_says_which_facts_count(
    api: Api,
) -> None:
    api.customer()
    api.world.clock.move(DAY)
    ann = api.customer()
    path = asked(api, explain=str(ann), known_at=BEGIN)
    work_on_jobs(api.world)
    job = api.get(path)
    assert job["state"] == "failed"
    assert job["error"] == {
        "type": "/problems/customer-not-found",
        "title": "No customer has this id.",
        "detail": "No customer has this id. Only facts recorded by 2026-03-02T12:00:00Z count.",
    }
    refused = api.post(PREVIEW, told({"audience": PEOPLE, "explain": str(uuid4()), "known_at": BEGIN}))
    assert refused.status_code == 404


@pytest.mark.parametrize(
    ("fields", "path", "code"),
    [
        ({"known_at": "2026-03-02T12:06:00Z"}, "known_at", "in_future"),
        ({"as_of": "2999-01-01T00:00:00Z"}, "as_of", "in_future"),
        ({"as_of": "yesterday"}, "as_of", "invalid_instant"),
        ({"known_at": "2026-03-01T12:00:00"}, "known_at", "invalid_instant"),
        ({"known_at": "1700-01-01T00:00:00Z"}, "known_at", "too_early"),
        ({"known_at": "2026-03-01T12:00:00Z", "channel": "email"}, "purpose", "missing"),
        (
            {"known_at": "2026-03-01T12:00:00Z", "audience": {"field": "shoe_size", "op": "eq", "value": 1}},
            "audience.field",
            "unknown_field",
        ),
        (
            {
                "as_of": "2020-01-01T00:00:00Z",
                "audience": {"field": "registered_at", "op": "gt", "value": "2026-01-01T00:00:00Z"},
            },
            "audience.value",
            "in_future",
        ),
    ],
)
def test_what_cannot_be_previewed_is_refused_before_there_is_a_job(
    api: Api, fields: dict[str, Any], path: str, code: str
) -> None:
    refused = api.post(PREVIEW, {"audience": PEOPLE, **fields})
    assert refused.status_code == 422
    assert [(error["path"], error["code"]) for error in refused.json["errors"]] == [(path, code)]  # type: ignore[index]
    assert job_count(api) == 0


def test_only_who_may_read_segments_may_ask_and_only_who_asked_may_look_and_cancel(api: Api) -> None:
    body = told({"audience": PEOPLE, "known_at": BEGIN})
    without, own = api.key_for("customers:read", "segments:write"), api.key_for("segments:read", "jobs:read")
    other = api.key_for("jobs:read", "segments:read")
    assert api.ask("POST", PREVIEW, body, key=without).status_code == 403
    path = api.ask("POST", PREVIEW, body, key=own).headers["Location"]
    for method in ("GET", "DELETE"):
        assert api.ask(method, path, key=without).status_code == 403
        refused = api.ask(method, path, key=other)
        assert (refused.status_code, refused.json["type"]) == (404, "/problems/job-not-found")  # type: ignore[index]
    assert job_count(api) == 1
    assert api.get(path)["state"] == "waiting"
    assert api.ask("GET", path, key=own).status_code == 200
    assert api.ask("DELETE", path, key=own).status_code == 200


def test_everybody_lists_their_own_jobs_and_an_administrator_those_of_all(api: Api) -> None:
    body = told({"audience": PEOPLE, "known_at": BEGIN})
    key = api.key_for("segments:read", "jobs:read")
    theirs = api.ask("POST", PREVIEW, body, key=key).json["job_id"]  # type: ignore[index]
    mine = [asked(api, known_at=BEGIN).rpartition("/")[2] for _ in range(2)]
    listed = api.ask("GET", "/api/jobs", key=key).json
    assert [job["job_id"] for job in listed["items"]] == [theirs]  # type: ignore[index]
    first = api.get("/api/jobs?limit=2")
    assert [job["job_id"] for job in first["items"]] == mine[::-1]
    rest = api.get(f"/api/jobs?cursor={first['next_cursor']}")
    assert ([job["job_id"] for job in rest["items"]], rest["next_cursor"]) == ([theirs], None)
    assert {job["kind"] for job in first["items"] + rest["items"]} == {"past_preview"}


def test_a_job_that_waits_is_cancelled_and_one_that_has_ended_is_not(api: Api) -> None:
    cancelled, done = asked(api, known_at=BEGIN), asked(api, as_of=BEGIN)
    for _ in range(2):
        response = api.ask("DELETE", cancelled)
        assert (response.status_code, response.json["state"]) == (200, "cancelled")  # type: ignore[index]
    work_on_jobs(api.world)
    assert api.get(cancelled)["state"] == "cancelled"
    assert "result" not in api.get(cancelled)
    refused = api.ask("DELETE", done)
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/job-ended")  # type: ignore[index]
    assert api.get(done)["state"] == "finished"


def test_an_unknown_job_and_one_that_ended_long_ago_are_not_found(api: Api) -> None:
    path = asked(api, known_at=BEGIN)
    work_on_jobs(api.world)
    assert api.get(path)["state"] == "finished"
    api.world.database.execute("update operation.jobs set ended_at = ended_at - interval '25 hours'")
    for missing in (path, f"/api/jobs/{uuid4()}"):
        for method in ("GET", "DELETE"):
            response = api.ask(method, missing)
            assert (response.status_code, response.json["type"]) == (404, "/problems/job-not-found")  # type: ignore[index]
            assert "24 hours" in response.json["detail"]  # type: ignore[index]
    assert job_count(api) == 1
    work_on_jobs(api.world)
    assert job_count(api) == 0


def test_so_many_jobs_wait_and_a_further_one_is_refused_until_one_ends(api: Api) -> None:
    paths = [asked(api, known_at=BEGIN) for _ in range(jobs.MOST_UNENDED)]
    refused = api.post(PREVIEW, told({"audience": PEOPLE, "known_at": BEGIN}))
    assert (refused.status_code, refused.json["type"]) == (503, "/problems/too-many-jobs")  # type: ignore[index]
    assert int(refused.headers["Retry-After"]) > 0
    assert api.ask("DELETE", paths[0]).status_code == 200
    asked(api, known_at=BEGIN)


def test_the_same_key_and_body_again_name_the_same_job(api: Api) -> None:
    body = told({"audience": PEOPLE, "known_at": BEGIN})
    first, again = (api.post(PREVIEW, body, Idempotency_Key="once") for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json == first.json
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert job_count(api) == 1


def job_count(api: Api) -> int:
    with api.world.web.pool.connection() as connection:
        row = connection.execute("select count(*) from operation.jobs").fetchone()
    assert row is not None
    return int(row[0])


def test_a_past_person_is_the_cluster_of_then(api: Api) -> None:
    ann, bob = api.customer(name="Ann"), api.customer(name="Bob")
    for customer in (ann, bob):
        api.stored("/api/orders", {"customer_id": str(customer), "lines": LINES})
    apart = api.world.clock.now()
    api.world.clock.move(DAY)
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(bob)})
    linked = api.world.clock.now()
    api.world.clock.move(DAY)
    assert api.ask("DELETE", f"/api/customers/{ann}/links/{bob}").status_code == 200
    two_orders = {"field": "order_count", "op": "eq", "value": 2}
    for moment in ("known_at", "as_of"):
        assert finished(api, two_orders, **{moment: apart})["size"] == 0
        together = finished(api, two_orders, explain=str(bob), **{moment: linked})
        assert (together["size"], together["explanation"]["in_audience"]) == (1, True)
        assert UUID(together["explanation"]["customer_id"]) == ann


def test_exact_figures_of_a_large_audience_are_a_job_about_everybody(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("ann", "bob", "cem"):
        consenting(api, name)
    api.customer(name="Dan")
    exact = api.stored(PREVIEW, {"audience": PEOPLE, **MAIL})
    monkeypatch.setattr(counting, "EXACT_UP_TO", 2)
    assert api.stored(PREVIEW, {"audience": PEOPLE, **MAIL})["estimated"]
    result = finished(api, **MAIL, exact=True)
    assert "estimated" not in result
    assert {**result, "position": exact["position"]} == exact
    assert (result["reachable"], result["stopped_by"]) == (3, {"NO_CONTACT_POINT": 1})
