"""The 360, the timeline and the complaints of a past moment: what was known then, what was true then, and both."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from tests.interfaces.conftest import Api
from tests.world import BEGIN

pytestmark = pytest.mark.speaks_sql

DAY = timedelta(days=1)
LINES = [{"sku": "A", "quantity": 1, "amount": "20.00"}]


def at(path: str, **instants: datetime | str) -> str:
    named = urlencode({name: str(instant).replace(" ", "T") for name, instant in instants.items()})
    return f"{path}{'&' if '?' in path else '?'}{named}"


def of_customer(customer: UUID, **instants: datetime | str) -> str:
    return at(f"/api/customers/{customer}", **instants)


def email(address: str = "ann@example.com") -> list[dict[str, str]]:
    return [{"channel": "email", "value": address}]


def order(api: Api, customer: UUID, **more: Any) -> dict[str, Any]:
    stored: dict[str, Any] = api.stored("/api/orders", {"customer_id": str(customer), "lines": LINES, **more})
    return stored


def test_32_an_order_learned_late_was_true_before_it_was_known_and_not_both(api: Api) -> None:
    """The order is of day 1, and was recorded on day 10. The questions are about day 5."""
    ann = api.customer(name="Ann")
    api.world.clock.move(10 * DAY)
    order(api, ann, occurred_at=(BEGIN + DAY).isoformat())
    api.world.clock.move(DAY)
    day_5 = BEGIN + 5 * DAY

    def orders(**instants: datetime) -> int:
        count: int = api.get(of_customer(ann, **instants))["orders"]["count"]
        return count

    assert orders() == 1
    assert orders(as_of=day_5) == 1
    assert orders(known_at=day_5) == 0
    assert orders(as_of=day_5, known_at=day_5) == 0
    assert orders(known_at=BEGIN + 10 * DAY) == 1
    assert orders(as_of=BEGIN + DAY, known_at=BEGIN + 10 * DAY) == 1
    assert orders(as_of=BEGIN + timedelta(hours=1)) == 0
    assert api.get(of_customer(ann, known_at=day_5))["touchpoints"]["recent"] == []

    def timeline(**instants: datetime) -> list[str]:
        items = api.get(at(f"/api/customers/{ann}/timeline", **instants))["items"]
        return [entry["kind"] for entry in items]

    assert timeline(as_of=day_5) == ["order"]
    assert timeline(known_at=day_5) == []
    assert timeline(known_at=day_5, as_of=day_5) == []


def test_33_an_order_whose_source_has_a_clock_ahead_was_true_when_it_was_recorded(api: Api) -> None:
    ann = api.customer(name="Ann")
    order(api, ann, occurred_at=(BEGIN + timedelta(minutes=4)).isoformat())
    api.world.clock.move(DAY)
    one_minute_later = of_customer(ann, as_of=BEGIN + timedelta(minutes=1))
    assert api.get(one_minute_later)["orders"]["count"] == 1


def test_what_was_known_at_an_instant_is_the_answer_that_was_given_then(api: Api) -> None:
    ann = api.customer(name="Ann", contact_points=email())
    granted = {"purpose": "marketing", "channel": "email", "evidence": {"source": "shop"}}
    api.stored(f"/api/customers/{ann}/consents", granted)
    complaint = api.complaint(ann)
    order_id = order(api, ann)["order_id"]
    api.stored(f"/api/orders/{order_id}/refunds", {"amount": "5.00", "reason": "scratched"})
    paths = [
        f"/api/customers/{ann}",
        f"/api/customers/{ann}/timeline",
        f"/api/complaints/{complaint}",
        f"/api/complaints?customer_id={ann}",
        f"/api/orders/{order_id}",
        f"/api/orders?customer_id={ann}",
    ]
    before = [api.get(path) for path in paths]
    then = api.world.clock.now()
    api.world.clock.move(DAY)
    api.stored(f"/api/customers/{ann}/withdrawals", {"channel": "email"})
    order(api, ann)
    api.stored(f"/api/orders/{order_id}/cancellations")
    bob = api.customer(name="Bob", contact_points=email())
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(bob)})
    api.stored("/api/purposes", {"name": "lottery"})
    version = api.ask("GET", paths[2]).headers["ETag"]
    closing = {"root_cause": "carrier", "outcome": "upheld"}
    api.stored(f"/api/complaints/{complaint}/closings", closing, If_Match=version)
    for path, known in zip(paths, before, strict=True):
        instant = urlencode({"known_at": then.isoformat()})
        assert api.get(f"{path}{'&' if '?' in path else '?'}{instant}") == known
        assert api.get(path) != known


def test_a_past_verdict_uses_the_policy_that_was_in_effect_then(api: Api) -> None:
    ann = api.customer(contact_points=email())
    granted = {"purpose": "marketing", "channel": "email", "evidence": {"source": "shop"}}
    api.stored(f"/api/customers/{ann}/consents", granted)
    complaint = api.complaint(ann)
    version = api.ask("GET", f"/api/complaints/{complaint}").headers["ETag"]
    closing = {"root_cause": "carrier", "outcome": "upheld"}
    api.stored(f"/api/complaints/{complaint}/closings", closing, If_Match=version)
    api.world.clock.move(3 * DAY)
    takes_effect_at = (api.world.clock.now() + timedelta(hours=1)).isoformat()
    days = {"low": 0, "normal": 0, "high": 0, "critical": 0}
    api.stored("/api/policies/suppression", {"takes_effect_at": takes_effect_at, "cooling_off_days": days})
    api.world.clock.move(2 * DAY)

    def mail(**instants: datetime) -> Any:
        verdicts = api.get(of_customer(ann, **instants))["eligibility"]
        return next(v["reasons"] for v in verdicts if v["purpose"] == "marketing")

    assert mail() == []
    for moment in ("known_at", "as_of"):
        assert mail(**{moment: BEGIN + 3 * DAY}) == ["COMPLAINT_COOLING_OFF"]
        assert mail(**{moment: BEGIN + 4 * DAY}) == []


def test_a_past_person_is_the_cluster_of_then_and_may_be_asked_for_by_any_of_its_ids(api: Api) -> None:
    ann, bob = api.customer(name="Ann"), api.customer(name="Bob")
    order(api, bob)
    apart = api.world.clock.now()
    api.world.clock.move(DAY)
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(bob)})
    linked = api.world.clock.now()
    api.world.clock.move(DAY)
    assert api.ask("DELETE", f"/api/customers/{ann}/links/{bob}").status_code == 200
    assert api.get(of_customer(ann))["profiles"] == [str(ann)]
    for moment in ("known_at", "as_of"):
        assert api.get(of_customer(ann, **{moment: apart}))["orders"]["count"] == 0
        together = api.get(of_customer(bob, **{moment: linked}))
        assert (together["customer_id"], together["asked_for"]) == (str(ann), str(bob))
        assert (together["orders"]["count"], together["name"]) == (1, "Ann")


def test_a_stop_of_another_owner_of_the_address_counts_from_its_own_instant(api: Api) -> None:
    ann = api.customer(contact_points=email())
    bob = api.customer(contact_points=email())
    for customer in (ann, bob):
        granted = {"purpose": "marketing", "channel": "email", "evidence": {"source": "shop"}}
        api.stored(f"/api/customers/{customer}/consents", granted)
    before = api.world.clock.now()
    api.world.clock.move(DAY)
    scope = {"address": "ann@example.com"}
    api.complaint(bob)
    complained = api.world.clock.now()
    api.world.clock.move(DAY)
    api.stored("/api/suppressions", {"scope": scope, "reason": "HARD_BOUNCE"})
    bounced = api.world.clock.now()
    api.world.clock.move(DAY)

    def mail(moment: str, then: datetime) -> Any:
        verdicts = api.get(of_customer(ann, **{moment: then}))["eligibility"]
        return next(v["reasons"] for v in verdicts if v["purpose"] == "marketing")

    for moment in ("known_at", "as_of"):
        assert mail(moment, before) == []
        assert mail(moment, complained) == ["OPEN_COMPLAINT"]
        assert mail(moment, bounced) == ["HARD_BOUNCE", "OPEN_COMPLAINT"]


def test_before_anything_was_known_of_a_customer_the_answer_is_404_and_says_which_facts_count(
    api: Api,
) -> None:
    api.world.customer("somebody@example.com")
    api.world.clock.move(DAY)
    ann = api.customer()
    complaint = api.complaint(ann)
    missing = {
        f"/api/customers/{ann}": "No customer has this id.",
        f"/api/customers/{ann}/timeline": "No customer has this id.",
        f"/api/complaints/{complaint}": "No complaint has this id.",
        f"/api/orders/{order(api, ann)['order_id']}": "No order has this id.",
    }
    for path, message in missing.items():
        refused = api.ask("GET", at(path, known_at="2026-03-02T12:00:00Z", as_of="2026-03-03T11:00:00Z"))
        assert refused.status_code == 404
        counted = "Only facts recorded by 2026-03-02T12:00:00Z and dated by 2026-03-03T11:00:00Z count."
        assert refused.json["detail"] == f"{message} {counted}"  # type: ignore[index]
        long_ago = api.ask("GET", at(path, known_at="1900-01-01T00:00:00Z"))
        assert long_ago.status_code == 404
        said = f"{message} No fact at all was recorded by 1900-01-01T00:00:00Z."
        assert long_ago.json["detail"] == said  # type: ignore[index]
    assert api.ask("GET", of_customer(uuid4(), as_of=BEGIN)).status_code == 404


@pytest.mark.parametrize("parameter", ["known_at", "as_of"])
def test_an_instant_ahead_is_refused_but_for_the_minutes_that_clocks_differ(api: Api, parameter: str) -> None:
    ann = api.customer(name="Ann")
    complaint = api.complaint(ann)
    soon, later = (api.world.clock.now() + timedelta(minutes=minutes) for minutes in (4, 6))
    order_id = order(api, ann)["order_id"]
    paths = (
        *(f"/api/customers/{ann}", f"/api/customers/{ann}/timeline", f"/api/complaints/{complaint}"),
        *(f"/api/orders/{order_id}", f"/api/orders?customer_id={ann}"),
    )
    for path in paths:
        refused = api.ask("GET", at(path, **{parameter: later}))
        (error,) = refused.json["errors"]  # type: ignore[index]
        assert (refused.status_code, error["path"], error["code"]) == (422, parameter, "in_future")
        assert api.get(at(path, **{parameter: soon})) == api.get(path)
        for wrong in ("yesterday", "2026-03-02T12:00:00", "1700-01-01T00:00:00Z"):
            assert api.ask("GET", at(path, **{parameter: wrong})).status_code == 422


def test_a_past_answer_has_no_etag_and_complaints_of_the_past_are_listed_for_one_customer(api: Api) -> None:
    ann, bob = api.customer(), api.customer()
    theirs = [str(api.complaint(ann)), str(api.complaint(ann))]
    api.complaint(bob)
    then = api.world.clock.now()
    for path in (f"/api/customers/{ann}", f"/api/complaints/{theirs[0]}"):
        assert "ETag" in api.ask("GET", path).headers
        assert "ETag" not in api.ask("GET", at(path, known_at=then)).headers
    refused = api.ask("GET", at("/api/complaints", known_at=then))
    (error,) = refused.json["errors"]  # type: ignore[index]
    assert (refused.status_code, error["path"]) == (422, "customer_id")
    page = at("/api/complaints", known_at=then, customer_id=str(ann), limit="1")
    first = api.get(page)
    second = api.get(f"{page}&cursor={first['next_cursor']}")
    assert [one["complaint_id"] for one in (*first["items"], *second["items"])] == theirs[::-1]
    assert len(api.get("/api/complaints")["items"]) == 3
    assert [one["complaint_id"] for one in api.get(f"/api/complaints?customer_id={ann}")["items"]] == theirs[
        ::-1
    ]
    assert api.ask("GET", f"/api/complaints?customer_id={uuid4()}").status_code == 404


def test_a_forgotten_person_stays_unreadable_in_the_past(api: Api) -> None:
    ann = api.customer(name="Ann", contact_points=email())
    complaint = api.complaint(ann, description="It hurts.")
    order_id = order(api, ann)["order_id"]
    api.stored(f"/api/orders/{order_id}/cancellations", {"reason": "It hurts."})
    then = api.world.clock.now()
    api.world.clock.move(DAY)
    profiles = [UUID(profile) for profile in api.get(of_customer(ann))["profiles"]]
    api.world.web.keys.forget(profiles)
    for moment in ("known_at", "as_of"):
        for path in (
            f"/api/customers/{ann}",
            f"/api/customers/{ann}/timeline",
            f"/api/complaints/{complaint}",
            f"/api/orders/{order_id}",
        ):
            answer = api.ask("GET", at(path, **{moment: then})).get_data(as_text=True)
            for told in ("Ann", "ann@example.com", "hurts"):
                assert told not in answer
        assert api.get(of_customer(ann, **{moment: then}))["complaints"]["total"] == 1
