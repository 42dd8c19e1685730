"""The queue of complaints and its counts over HTTP."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.conftest import Api
from tests.interfaces.paged import pages

QUEUE = "/api/complaints?order=oldest_unanswered"


def ids(api: Api, path: str) -> list[str]:
    return [item["complaint_id"] for part in pages(api, path) for item in part]


def step(api: Api, complaint: UUID, kind: str, **body: Any) -> None:
    api.stored(f"/api/complaints/{complaint}/{kind}", body, If_Match="*")


def close(api: Api, complaint: UUID) -> None:
    step(api, complaint, "closings", root_cause="carrier", outcome="upheld")


def declare_brand(api: Api, name: str) -> None:
    api.stored("/api/brands", {"name": name})


def test_the_queue_begins_with_the_oldest_that_nobody_answered(api: Api) -> None:
    ann = api.customer(name="Ann")
    late, early, answered, closed = (
        api.complaint(ann, occurred_at=f"2026-01-0{day}T10:00:00Z") for day in (4, 3, 2, 1)
    )
    step(api, answered, "responses", text="We look into it.")
    close(api, closed)
    queue = [str(one) for one in (early, late, answered, closed)]
    assert ids(api, QUEUE) == queue
    assert ids(api, f"{QUEUE}&limit=1") == queue
    assert ids(api, f"{QUEUE}&answered=false&status=open,escalated&limit=1") == queue[:2]
    assert ids(api, "/api/complaints") == [str(one) for one in (closed, answered, early, late)]


def test_a_row_says_what_a_person_in_the_queue_needs(api: Api) -> None:
    declare_brand(api, "North")
    ann = api.customer(name="Ann")
    details = {"subject": "Late", "product": "A-1", "brand": "North", "severity": "high"}
    complaint = api.complaint(ann, occurred_at="2026-01-02T10:00:00Z", **details)
    step(api, complaint, "responses", occurred_at="2026-01-03T10:00:00Z")
    step(api, complaint, "escalations", to="Zoe", reason="late", occurred_at="2026-01-04T10:00:00Z")
    (row,) = api.get(QUEUE)["items"]
    expected = {
        **details,
        "complaint_id": str(complaint),
        "customer_id": str(ann),
        "person_id": str(ann),
        "customer_name": "Ann",
        "status": "escalated",
        "category": "delivery",
        "channel": "phone",
        "opened_at": "2026-01-02T10:00:00Z",
        "answered_at": "2026-01-03T10:00:00Z",
        "last_step_at": "2026-01-04T10:00:00Z",
    }
    assert {name: row[name] for name in expected} == expected


def test_all_filters_hold_together_and_another_customer_never_appears(api: Api) -> None:
    declare_brand(api, "North")
    ann, ben = api.customer(), api.customer()
    details = {
        "product": "A-1",
        "brand": "North",
        "severity": "high",
        "category": "billing",
        "channel": "web",
    }
    wanted = api.complaint(ann, occurred_at="2026-01-02T10:00:00Z", **details)
    api.complaint(ben, occurred_at="2026-01-02T10:00:00Z", **details)
    for name, other in {**details, "product": "B"}.items():
        api.complaint(ann, occurred_at="2026-01-02T10:00:00Z", **{**details, name: _other(name, other)})
    api.complaint(ann, occurred_at="2026-01-03T10:00:00Z", **details)
    filters = (
        f"customer_id={ann}&status=open,closed&severity=high,low&category=billing&product=A-1&brand=north&channel=web"
        "&answered=false&opened_since=2026-01-02T10:00:00Z&opened_until=2026-01-03T10:00:00Z"
    )
    for order in ("newest", "oldest_unanswered"):
        assert ids(api, f"/api/complaints?{filters}&order={order}") == [str(wanted)]
    counts = api.get(f"/api/complaints/counts?{filters}")
    assert (counts["total"], counts["unanswered"], counts["by_severity"]["high"]) == (1, 1, 1)


def _other(name: str, value: str) -> str | None:
    return {"severity": "normal", "brand": None}.get(name, f"other {value}") or "South"


def test_counts_are_those_of_the_lists_that_they_lead_to(api: Api) -> None:
    ann, ben = api.customer(), api.customer()
    made = [api.complaint(who, severity=how) for who in (ann, ben) for how in ("low", "high", "high")]
    step(api, made[0], "responses")
    close(api, made[1])
    counts = api.get("/api/complaints/counts")
    assert counts["total"] == len(ids(api, "/api/complaints")) == 6
    for status, count in counts["by_status"].items():
        assert count == len(ids(api, f"/api/complaints?status={status}"))
    for severity, count in counts["by_severity"].items():
        assert count == len(ids(api, f"/api/complaints?severity={severity}"))
    assert counts["answered"] == len(ids(api, "/api/complaints?answered=true")) == 1
    assert counts["unanswered"] == len(ids(api, "/api/complaints?answered=false")) == 5
    assert counts["by_category"] == {"names": [{"name": "delivery", "count": 6}], "others": 0}
    assert counts["by_product"] == {"names": [{"name": None, "count": 6}], "others": 0}
    assert counts["open_by_age"]["under_a_day"] == 5


def test_the_age_counts_at_the_instant_of_the_answer(api: Api) -> None:
    now = api.world.services.clock.now()
    for days in (0, 2, 5, 30, 40):
        api.complaint(api.customer(), occurred_at=(now - timedelta(days=days)).isoformat())
    assert api.get("/api/complaints/counts")["open_by_age"] == {
        "under_a_day": 1,
        "one_to_three_days": 1,
        "three_to_seven_days": 1,
        "over_seven_days": 2,
    }


def test_linked_profiles_are_one_person_in_the_queue(api: Api) -> None:
    ann, twin = api.customer(name="Ann"), api.customer(name="Anne")
    own, of_twin = api.complaint(ann), api.complaint(twin)
    api.complaint(api.customer())
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(twin)})
    for asked in (ann, twin):
        (part,) = pages(api, f"/api/complaints?customer_id={asked}")
        assert [(row["complaint_id"], row["customer_id"]) for row in part] == [
            (str(of_twin), str(twin)),
            (str(own), str(ann)),
        ]
        assert {(row["person_id"], row["customer_name"]) for row in part} == {(str(ann), "Ann")}
        assert api.get(f"/api/complaints/counts?customer_id={asked}")["total"] == 2
    assert api.get(f"/api/complaints/{of_twin}")["person_id"] == str(ann)


def test_a_name_is_shown_to_keys_that_may_read_customers_only(api: Api) -> None:
    complaint = api.complaint(api.customer(name="Ann"))
    only, both = api.key_for("complaints:read"), api.key_for("complaints:read", "customers:read")
    for path in ("/api/complaints", f"/api/complaints/{complaint}"):
        shown = [api.ask("GET", path, key=key).json or {} for key in (only, both)]
        hidden, named = (answer.get("items", [answer])[0] for answer in shown)
        assert "customer_name" not in hidden
        assert named["customer_name"] == "Ann"
    refused = api.ask("GET", "/api/complaints/counts", key=api.key_for("customers:read"))
    assert refused.status_code == 403


def test_texts_and_names_of_a_forgotten_person_are_gone_from_the_queue(api: Api) -> None:
    ann, ben = api.customer(name="Ann"), api.customer(name="Ben")
    for who in (ann, ben):
        api.complaint(who, subject="Late")
    api.world.web.keys.forget([ann])
    shown = {row["customer_id"]: (row["subject"], row["customer_name"]) for row in api.get(QUEUE)["items"]}
    assert shown == {str(ann): (None, None), str(ben): ("Late", "Ben")}
    assert api.get("/api/complaints/counts")["total"] == 2


def test_a_past_moment_is_listed_and_counted_for_one_customer(api: Api) -> None:
    ann = api.customer(name="Ann")
    complaint = api.complaint(ann)
    then = api.world.services.clock.now().isoformat().replace("+", "%2B")
    before = api.get(f"{QUEUE}&customer_id={ann}")["items"]
    counted = api.get(f"/api/complaints/counts?customer_id={ann}")
    api.world.clock.move(timedelta(days=1))
    close(api, complaint)
    assert api.get(f"{QUEUE}&customer_id={ann}&known_at={then}")["items"] == before
    past = api.get(f"/api/complaints/counts?customer_id={ann}&known_at={then}")
    assert past == counted
    assert api.get(f"/api/complaints/counts?customer_id={ann}") != counted
    assert api.ask("GET", f"/api/complaints/counts?known_at={then}").status_code == 422


@pytest.mark.parametrize(
    ("query", "path", "code"),
    [
        ("status=open,lost", "status", "unknown_word"),
        ("status=", "status", "unknown_word"),
        ("severity=low,", "severity", "unknown_word"),
        ("answered=yes", "answered", "unknown_word"),
        ("order=oldest", "order", "unknown_word"),
        ("brand=", "brand", "empty"),
        (
            "opened_since=2026-01-02T00:00:00Z&opened_until=2026-01-01T00:00:00Z",
            "opened_since",
            "contradiction",
        ),
        ("opened_since=yesterday", "opened_since", "invalid_instant"),
        ("age=3", "age", "unknown_field"),
    ],
)
def test_a_wrong_filter_is_named(api: Api, query: str, path: str, code: str) -> None:
    for asked in ("/api/complaints", "/api/complaints/counts"):
        refused = api.ask("GET", f"{asked}?{query}")
        assert refused.status_code == 422
        errors = [(error["path"], error["code"]) for error in refused.json["errors"]]
        expected = (
            [("order", "unknown_field")] if path == "order" and asked.endswith("counts") else [(path, code)]
        )
        assert errors == expected


def test_a_cursor_of_another_order_is_refused(api: Api) -> None:
    for _ in range(2):
        api.complaint(api.customer())
    cursor = api.get(f"{QUEUE}&limit=1")["next_cursor"]
    refused = api.ask("GET", f"/api/complaints?cursor={cursor}")
    assert (refused.status_code, refused.json["errors"][0]["code"]) == (422, "invalid_cursor")
