"""Problems, headers, waiting, paging, health: what clients may rely on everywhere."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import structlog
from werkzeug.test import TestResponse

from domain.complaints.events import ComplaintStep
from domain.touchpoints.events import TouchpointKind
from interfaces.http import waiting
from interfaces.http.app import create_app
from interfaces.http.paging import cursor_at
from projections.timeline.decisions import KIND_OF_VERDICT
from projections.timeline.reading import KINDS
from tests.interfaces.conftest import Api
from tests.interfaces.paged import pages
from tests.interfaces.tour import TOUCHPOINT, declare_names

ROOT = Path(__file__).parents[2]
CANARY = "Zacharias.Quillfeather"


def problem_of(response: TestResponse, status: int) -> dict[str, Any]:
    assert response.status_code == status, response.data
    assert response.content_type == "application/problem+json"
    problem: dict[str, Any] = response.json  # type: ignore[assignment]
    return problem


def test_an_unknown_path_is_a_problem(api: Api) -> None:
    for path in ("/nothing", "/api/customers/", "/api//customers", "/api/customers/ann"):
        problem = problem_of(api.ask("GET", path), 404)
        assert problem["type"] == "/problems/not-found"
        assert "/docs" in problem["detail"]


def test_a_wrong_method_is_a_problem_that_names_the_right_ones(api: Api) -> None:
    for method in ("PUT", "OPTIONS", "DELETE", "TRACE"):
        response = api.ask(method, "/api/customers")
        problem = problem_of(response, 405)
        assert problem["type"] == "/problems/method-not-allowed"
        assert problem["detail"].endswith("It takes GET, HEAD, POST.")
        assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST"}


def test_an_empty_body_is_said_to_be_empty_where_fields_are_needed(api: Api) -> None:
    campaign_id = api.campaign()
    for path in ("/api/customers", "/api/touchpoints/batch", "/api/eligibility"):
        problem = problem_of(api.ask("POST", path), 400)
        assert (problem["type"], problem["detail"]) == (
            "/problems/empty-body",
            "The body is empty: send a JSON object.",
        )
    assert api.ask("POST", f"/api/campaigns/{campaign_id}/approvals", If_Match='"1"').status_code == 200


def test_a_body_that_is_not_json_is_refused_with_one_reason(api: Api) -> None:
    problem = problem_of(api.ask("POST", "/api/customers", b"{'kind': 1}"), 400)
    assert problem["detail"].startswith("The body is not JSON: ")
    assert problem["detail"].count("JSON") == 1


def test_head_answers_as_get_without_a_body(api: Api) -> None:
    response = api.ask("HEAD", "/api/purposes")
    assert (response.status_code, response.data) == (200, b"")
    assert api.ask("HEAD", "/api/touchpoints").status_code == 405


def test_an_unknown_id_is_a_problem_of_its_kind(api: Api) -> None:
    nobody = uuid4()
    for path, name in {
        f"/api/customers/{nobody}": "customer-not-found",
        f"/api/customers/{nobody}/timeline": "customer-not-found",
        f"/api/customers/{nobody}/history": "customer-not-found",
        f"/api/complaints/{nobody}": "complaint-not-found",
        f"/api/campaigns/{nobody}": "campaign-not-found",
        f"/api/campaigns/{nobody}/runs": "campaign-not-found",
        f"/api/campaigns/{nobody}/runs/{nobody}": "run-not-found",
        f"/api/campaigns/{nobody}/runs/{nobody}/decisions": "run-not-found",
    }.items():
        assert problem_of(api.ask("GET", path), 404)["type"] == f"/problems/{name}"


def test_a_fault_of_ours_says_nothing_and_logs_no_value(api: Api) -> None:
    def fail() -> None:
        raise RuntimeError(f"could not parse {CANARY}")

    from interfaces.http.auth import PUBLIC, action

    api = Api(api.world, create_app(api.world.services))
    api.app.add_url_rule("/fault", view_func=action(PUBLIC)(fail), endpoint="fault")
    with structlog.testing.capture_logs() as logs:
        response = api.ask("GET", "/fault")
    assert problem_of(response, 500)["type"] == "/problems/internal-error"
    assert CANARY not in response.text + json.dumps(logs)
    fault = next(line for line in logs if line["event"] == "request failed")
    assert fault["error"] == "RuntimeError"
    assert any("fail" in frame for frame in fault["frames"])


def test_each_request_is_one_line_without_anything_personal(api: Api) -> None:
    with structlog.testing.capture_logs() as logs:
        api.ask("GET", f"/api/customers?email={CANARY}@example.com")
        api.ask("GET", f"/api/customers/{CANARY}")
        api.post("/api/customers", {"kind": "person", "name": CANARY, "country": CANARY})
        api.ask("GET", f"/api/customers?{CANARY}=1")
    assert CANARY not in json.dumps(logs, default=str)
    lines = [line for line in logs if line["event"] == "request"]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/api/customers", 200),
        ("GET", None, 404),
        ("POST", "/api/customers", 422),
        ("GET", "/api/customers", 422),
    ]


def test_the_correlation_id_goes_from_the_request_into_the_fact_and_the_answer(api: Api) -> None:
    mine = str(uuid4())
    response = api.post("/api/customers", {"kind": "person"}, X_Correlation_Id=mine)
    assert response.headers["X-Correlation-Id"] == mine
    customer_id = response.json["customer_id"]  # type: ignore[index]
    history = api.get(f"/api/customers/{customer_id}/history")
    assert {fact["correlation_id"] for fact in history["items"]} == {mine}
    refused = api.post("/api/customers", {}, X_Correlation_Id=mine)
    assert refused.json["correlation_id"] == mine  # type: ignore[index]


def test_a_correlation_id_that_is_none_is_replaced(api: Api) -> None:
    for given in ("", "7", "x" * 1000, "{00000000-0000-4000-8000-000000000001}"):
        made = api.ask("GET", "/api/purposes", X_Correlation_Id=given).headers["X-Correlation-Id"]
        assert made != given
        assert len(made) == 36


def test_answers_are_not_to_be_kept_sniffed_or_framed(api: Api) -> None:
    headers = api.ask("GET", "/api/purposes").headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


# Waiting


def test_a_reader_who_waits_sees_what_was_written(api: Api) -> None:
    answer = api.stored("/api/customers", {"kind": "person", "name": "Ann"})
    api.fold()
    path = f"/api/customers/{answer['customer_id']}"
    shown = api.ask("GET", path, Farley_Wait_For=answer["position"])
    assert shown.status_code == 200
    assert int(shown.headers["Farley-Position"]) >= int(answer["position"])


def test_a_position_that_is_not_reached_in_time_is_503_with_retry_after(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LONGEST_SECONDS", 0.2)
    answer = api.stored("/api/customers", {"kind": "person"})
    response = api.ask("GET", "/api/campaigns", fold=False, Farley_Wait_For=answer["position"])
    assert problem_of(response, 503)["type"] == "/problems/projection-behind"
    assert int(response.headers["Retry-After"]) >= 1


def test_a_question_that_is_posted_waits_as_well(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LONGEST_SECONDS", 0.2)
    position = api.stored("/api/customers", {"kind": "person"})["position"]
    everyone = {"audience": {"all": []}}
    behind = api.ask("POST", "/api/audiences/preview", everyone, fold=False, Farley_Wait_For=position)
    assert behind.status_code == 503
    assert api.post("/api/audiences/preview", everyone, Farley_Wait_For=position).json["size"] == 1  # type: ignore[index]
    assert api.post("/api/purposes", {"name": "x"}, Farley_Wait_For="9" * 18).status_code == 201


def test_a_position_that_is_none_is_refused(api: Api) -> None:
    for position in ("", "x", "-1", "1.5", "١", "9" * 19, "9" * 5000, "0x1"):
        assert problem_of(api.ask("GET", "/api/purposes", Farley_Wait_For=position), 422)


def test_a_position_that_the_log_has_not_given_out_is_refused_at_once(api: Api) -> None:
    head = int(api.stored("/api/customers", {"kind": "person"})["position"])
    for position in (head + 1, int("9" * 18)):
        problem = problem_of(api.ask("GET", "/api/purposes", Farley_Wait_For=str(position)), 422)
        assert problem["type"] == "/problems/position-beyond-log"
        assert [error["path"] for error in problem["errors"]] == ["Farley-Wait-For"]


# Paging


def test_a_list_is_read_part_by_part_each_item_once(api: Api) -> None:
    declare_names(api)
    customer_id = api.customer()
    complaints = [str(api.complaint(customer_id)) for _ in range(5)]
    campaigns = [str(api.campaign(name=f"C {n}")) for n in range(3)]
    told = {name: value for name, value in TOUCHPOINT.items() if name != "identifier"}
    for n in range(5):
        api.stored("/api/touchpoints", {**told, "customer_id": str(customer_id), "message_id": f"m-{n}"})
    parts = pages(api, "/api/complaints?limit=2")
    assert [len(part) for part in parts] == [2, 2, 1]
    assert [item["complaint_id"] for part in parts for item in part] == complaints[::-1]
    drafted = [item["campaign_id"] for part in pages(api, "/api/campaigns?limit=1") for item in part]
    assert drafted == campaigns[::-1]
    entries = [item for part in pages(api, f"/api/customers/{customer_id}/timeline?limit=3") for item in part]
    assert len({entry["position"] for entry in entries}) == len(entries) == 10
    order = [(entry["occurred_at"], int(entry["position"])) for entry in entries]
    assert order == sorted(order, reverse=True)
    facts = [item for part in pages(api, f"/api/customers/{customer_id}/history?limit=4") for item in part]
    positions = [int(fact["position"]) for fact in facts]
    assert positions == sorted(set(positions))
    assert len(positions) == 11
    purposes = [item["name"] for part in pages(api, "/api/purposes?limit=1") for item in part]
    assert purposes == ["marketing", "service", "survey"]


LISTS = (
    "/api/complaints",
    "/api/campaigns",
    "/api/segments",
    "/api/purposes",
    "/api/attributes",
    "/api/customers/{customer}/timeline",
    "/api/customers/{customer}/history",
)
FORGED = (
    "x",
    "!!!",
    "ü",
    "A" * 501,
    cursor_at(2**63),
    cursor_at("' or 1=1 --") + "AAAA",
    "bnVsbA",
    "e30",
    "WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwxXQ",
)


def test_a_cursor_or_limit_that_is_none_is_refused(api: Api) -> None:
    customer_id = api.customer()
    api.fold()
    for path in LISTS:
        refuse_other_parts(api, path.format(customer=customer_id))


def refuse_other_parts(api: Api, path: str) -> None:
    for cursor in FORGED:
        problem = problem_of(api.ask("GET", f"{path}?cursor={cursor}"), 422)
        assert [error["path"] for error in problem["errors"]] == ["cursor"], cursor
    for limit in ("0", "501", "-1", "x", "1.5", "", "9" * 400, "%00", "١"):
        problem = problem_of(api.ask("GET", f"{path}?limit={limit}"), 422)
        assert [error["path"] for error in problem["errors"]] == ["limit"], limit
    problem_of(api.ask("GET", f"{path}?limit=1&limit=2"), 422)
    problem = problem_of(api.ask("GET", f"{path}?no_such=1"), 422)
    assert problem["errors"][0]["path"] == "no_such"


QUERIES = (
    "/api/customers",
    "/api/customers?email=ann",
    "/api/customers?email=ann@example.com&phone=1",
    "/api/customers?phone=abc",
    "/api/customers?external_id=4711",
    "/api/customers?external_id=:4711",
    "/api/customers?email=%00",
    "/api/complaints?status=lost",
    "/api/complaints?severity=%00",
    "/api/customers/{customer}/timeline?since=yesterday",
    "/api/customers/{customer}/timeline?until=0001-01-01T00:00:00Z",
    "/api/customers/{customer}/timeline?kind=a%00",
    "/api/customers/{customer}/timeline?kind=bogus",
    "/api/customers/{customer}/timeline?since=2026-03-02T00:00:00Z&until=2026-03-01T00:00:00Z",
)


def test_a_query_that_says_nothing_is_refused(api: Api) -> None:
    customer_id = api.customer()
    for path in QUERIES:
        problem = problem_of(api.ask("GET", path.format(customer=customer_id)), 422)
        assert problem["errors"][0]["path"]


def test_every_kind_that_the_timeline_stores_can_be_asked_for(api: Api) -> None:
    customer_id = api.customer()
    fold = (ROOT / "projections/timeline/fold.sql").read_text()
    stored = set(re.findall(r"recorded_at, '\w+', '(\w+)'", fold)) | {*TouchpointKind}
    steps = {f"complaint_{step}" for step in ComplaintStep if step != ComplaintStep.OPENED} | {"complaint"}
    assert stored | steps | set(KIND_OF_VERDICT.values()) == set(KINDS)
    for kind in KINDS:
        api.get(f"/api/customers/{customer_id}/timeline?kind={kind}")
    problem = problem_of(api.ask("GET", f"/api/customers/{customer_id}/timeline?kind=bogus"), 422)
    assert "complaint_resolved" in problem["errors"][0]["message"]


# Health


def test_health_names_each_part(api: Api) -> None:
    api.fold()
    assert api.client.get("/health/live").json == {"live": True}
    report = api.client.get("/health/ready").json
    assert report is not None
    assert report["ready"] is True
    assert {"database", "keys", "administrator", "dispatcher", "scheduler", "projections"} <= report.keys()
    for process in ("projector", "dispatcher", "scheduler"):
        assert (report[process]["ok"], report[process]["code"]) == (False, "NOT_RUNNING")
    assert [problem["part"] for problem in report["problems"]] == ["projector", "dispatcher", "scheduler"]
    assert {"position", "lag", "state"} <= report["projections"]["suppression"].keys()


def test_a_paused_projection_makes_it_unready_and_is_named(api: Api) -> None:
    with api.world.projector.transaction():
        api.world.projector.execute(
            "update operation.projections set state = 'paused', error = 'poison', error_at = 7"
            " where name = 'orders'"
        )
    response = api.client.get("/health/ready")
    assert response.status_code == 503
    standing = response.json["projections"]["orders"]  # type: ignore[index]
    assert (standing["state"], standing["error"], standing["error_at"]) == ("paused", "poison", "7")


def test_metrics_count_requests_by_route_and_status_and_tell_the_lag(api: Api) -> None:
    api.customer()
    api.ask("GET", f"/api/customers/{CANARY}", fold=False)
    text = api.client.get("/metrics").text
    assert 'farley_http_requests_total{method="POST",route="/api/customers",status="201"}' in text
    assert 'route="other",status="404"' in text
    assert "farley_log_head 1.0" in text
    assert 'farley_projection_lag{projection="customers"} 1.0' in text
    assert CANARY not in text


def test_a_name_that_stands_twice_in_a_body_is_named_and_nothing_is_stored(api: Api) -> None:
    before = api.log_length()
    row = json.dumps(TOUCHPOINT)
    doubled = row[:-1] + ', "kind": "visit"}'
    for path, body in (
        ("/api/touchpoints", doubled),
        ("/api/touchpoints/batch", f'{{"touchpoints": [{doubled}]}}'),
    ):
        problem = problem_of(api.post(path, body.encode()), 400)
        assert problem["type"] == "/problems/name-given-twice"
        assert problem["title"] == "An object of the body has a name twice."
        assert problem["detail"].startswith("'kind' is a name twice in one object. Send it once: ")
    assert api.log_length() == before
