"""What belongs to a person, part by part: profiles with their links, consents with their evidence, the last months."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.conftest import Api
from tests.statements import in_transactions_of, statements

pytestmark = pytest.mark.speaks_sql

EMAIL = [{"channel": "email", "value": "ann@example.com"}]
MARKETING = {"channel": "email", "purpose": "marketing"}


def ordered(api: Api, of: UUID, placed_at: datetime, amount: str = "10.00", currency: str = "EUR") -> str:
    body = {
        "customer_id": str(of),
        "occurred_at": placed_at.isoformat(),
        "currency": currency,
        "lines": [{"sku": "A-1", "quantity": 1, "amount": amount}],
    }
    return str(api.stored("/api/orders", body)["order_id"])


def by_id(listed: Any) -> dict[str, Any]:
    return {one["profile_id"]: one for one in listed["items"]}


def test_each_profile_has_what_was_stated_about_it_alone_and_the_links_say_why(api: Api) -> None:
    ann, nan = api.customer(name="Ann", contact_points=EMAIL), api.customer(name="Nan")
    api.customer(name="Somebody else")
    api.stored(f"/api/customers/{ann}/consents", {**MARKETING, "evidence": {"source": "shop"}})
    api.complaint(nan)
    ordered(api, ann, datetime(2026, 1, 2, tzinfo=UTC))
    linked = api.stored(f"/api/customers/{ann}/links", {"profile_id": str(nan)})
    listed = api.get(f"/api/customers/{nan}/profiles")
    assert (listed["customer_id"], listed["asked_for"]) == (str(ann), str(nan))
    profiles = by_id(listed)
    assert len(profiles) == 3
    (address,) = (one for one in profiles.values() if not one["registered"])
    assert address["contact_point"]["value"] == "ann@example.com"
    assert address["contact_point"]["customer_id"] == str(ann)
    mine, other = profiles[str(ann)], profiles[str(nan)]
    assert (mine["name"], mine["consents"], mine["orders"], mine["complaints"]) == ("Ann", 1, 1, 0)
    assert mine["value"] == [{"currency": "EUR", "amount": "10.00"}]
    assert (other["name"], other["complaints"], other["open_complaints"], other["orders"]) == ("Nan", 1, 1, 0)
    bases = {(one["profile_id"], one["other_profile_id"]): one["basis"] for one in listed["links"]}
    assert bases == {(address["profile_id"], str(ann)): "identifier", (str(nan), str(ann)): "stated"}
    assert listed["links"][-1]["position"] == linked["position"]


def test_profiles_are_listed_as_of_a_past_moment_and_apart_after_an_unlinking(api: Api) -> None:
    ann, nan = api.customer(name="Ann"), api.customer(name="Nan")
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(nan)})
    linked_at = api.world.clock.now()
    api.world.clock.move(timedelta(hours=1))
    assert api.ask("DELETE", f"/api/customers/{ann}/links/{nan}", {}).status_code == 200
    assert set(by_id(api.get(f"/api/customers/{ann}/profiles"))) == {str(ann)}
    then = api.get(f"/api/customers/{ann}/profiles?known_at={linked_at:%Y-%m-%dT%H:%M:%S.%fZ}")
    assert set(by_id(then)) == {str(ann), str(nan)}


def test_consents_are_listed_with_their_evidence_and_who_recorded_them(api: Api) -> None:
    ann, ben = api.customer(name="Ann"), api.customer(name="Ben")
    evidence = {"source": "shop", "text": "Yes, please."}
    api.stored(f"/api/customers/{ann}/consents", {**MARKETING, "evidence": evidence})
    api.stored(f"/api/customers/{ann}/withdrawals", {"reason": "Too much."})
    api.stored(f"/api/customers/{ben}/consents", {**MARKETING, "evidence": {"source": "fair"}})
    newest, oldest = api.get(f"/api/customers/{ann}/consents")["items"]
    assert (oldest["granted"], oldest["evidence"], oldest["reason"]) == (True, evidence, None)
    assert (oldest["channel"], oldest["purpose"]) == ("email", "marketing")
    assert (newest["granted"], newest["evidence"], newest["reason"]) == (False, None, "Too much.")
    assert (newest["channel"], newest["purpose"]) == (None, None)
    assert newest["actor"] == oldest["actor"] != ""
    page = api.get(f"/api/customers/{ann}/consents?limit=1")
    rest = api.get(f"/api/customers/{ann}/consents?limit=1&cursor={page['next_cursor']}")
    assert [*page["items"], *rest["items"]] == [newest, oldest]
    assert rest["next_cursor"] is None


def test_evidence_and_reason_are_gone_with_the_key(api: Api) -> None:
    ann = api.customer(name="Ann")
    api.stored(f"/api/customers/{ann}/consents", {**MARKETING, "evidence": {"source": "shop"}})
    api.world.web.keys.forget([ann])
    (shown,) = api.get(f"/api/customers/{ann}/consents")["items"]
    assert shown["evidence"] is None


def test_a_month_counts_what_happened_in_it_by_the_installations_time_zone(api: Api) -> None:
    ann, ben = api.customer(name="Ann"), api.customer(name="Ben")
    now = api.world.clock.now()
    begin = datetime(now.year, now.month, 1, tzinfo=UTC)
    ordered(api, ann, begin)
    ordered(api, ann, begin, "5.00")
    ordered(api, ann, begin - timedelta(seconds=1), "7.00", "USD")
    ordered(api, ann, begin - timedelta(days=1000))
    ordered(api, ben, begin)
    shown = api.get(f"/api/customers/{ann}/months")
    *_, before, this = shown["items"]
    assert len(shown["items"]) == 24
    assert this == {
        "month": f"{now:%Y-%m}",
        "touchpoints": 0,
        "orders": 2,
        "value": [{"currency": "EUR", "amount": "15.00"}],
    }
    assert (before["orders"], before["value"]) == (1, [{"currency": "USD", "amount": "7.00"}])
    assert [one["month"] for one in shown["items"]] == sorted(one["month"] for one in shown["items"])
    assert sum(one["orders"] for one in shown["items"]) == 3


def test_a_cancelled_order_counts_without_value(api: Api) -> None:
    ann = api.customer(name="Ann")
    order = ordered(api, ann, api.world.clock.now() - timedelta(minutes=1))
    api.stored(f"/api/orders/{order}/cancellations", {})
    this = api.get(f"/api/customers/{ann}/months")["items"][-1]
    assert (this["orders"], this["value"]) == (1, [{"currency": "EUR", "amount": "0.00"}])


@pytest.mark.parametrize("part", ["profiles", "consents", "months"])
def test_a_part_of_nobody_is_not_found_and_whoever_reads_something_else_may_not_ask(
    api: Api, part: str
) -> None:
    other = api.key_for("orders:read")
    assert api.ask("GET", f"/api/customers/{api.customer()}/{part}", key=other).status_code == 403
    assert api.ask("GET", f"/api/customers/{UUID(int=5)}/{part}").status_code == 404


@pytest.mark.parametrize("part", ["profiles", "consents", "months"])
def test_a_part_costs_the_same_number_of_statements_however_much_there_is(api: Api, part: str) -> None:
    ann = api.customer(name="Ann", contact_points=EMAIL)

    def cost() -> int:
        with statements(in_transactions_of("farley_reader")) as asked:
            api.get(f"/api/customers/{ann}/{part}")
        return len(asked)

    few = cost()
    for number in range(5):
        api.stored(f"/api/customers/{ann}/consents", {**MARKETING, "evidence": {"source": f"shop {number}"}})
        other = api.customer(name=f"Ann {number}")
        ordered(api, other, api.world.clock.now())
        api.stored(f"/api/customers/{ann}/links", {"profile_id": str(other)})
    assert cost() == few
