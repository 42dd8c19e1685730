"""Orders as a client reads them: one with its steps, and lists by number, by customer and of all."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest

from interfaces.http.schemas.fields import LONGEST_NUMBER
from tests.interfaces.conftest import Api
from tests.statements import in_transactions_of, statements
from tests.world import BEGIN

pytestmark = pytest.mark.speaks_sql

HOUR = timedelta(hours=1)
BY_EMAIL = {"identifier": {"kind": "email", "value": "ann@example.org"}}


def line(amount: str = "20.00", **more: Any) -> dict[str, Any]:
    return {"sku": "LAMP", "quantity": 1, "amount": amount, **more}


def place(api: Api, **details: Any) -> str:
    """The id of a new order."""
    order_id: str = api.stored("/api/orders", {"lines": [line()], **details})["order_id"]
    return order_id


def show(api: Api, order_id: str) -> Any:
    return api.get(f"/api/orders/{order_id}")


def listed(api: Api, **asked: Any) -> list[str]:
    """The ids of the orders on all pages."""
    ids, cursor = [], None
    while True:
        given = asked if cursor is None else {**asked, "cursor": cursor}
        page = api.get(f"/api/orders?{urlencode(given)}")
        ids += [order["order_id"] for order in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return ids


# One order


def test_an_order_shows_its_lines_as_they_were_ordered_and_its_version(api: Api) -> None:
    ann = api.customer(name="Ann")
    api.stored("/api/brands", {"name": "north"})
    lines = [line("59.8", quantity=2, cost="31.00"), line("-10", sku="VOUCHER", quantity="0.5")]
    body = {"source": "shop", "number": "A-1", "channel": "web", "brand": "north", "lines": lines}
    placed = api.post("/api/orders", {"customer_id": str(ann), "occurred_at": BEGIN.isoformat(), **body})
    order_id = placed.json["order_id"]  # type: ignore[index]
    assert placed.headers["Location"] == f"/api/orders/{order_id}"
    answer = api.ask("GET", placed.headers["Location"])
    position = placed.headers["Farley-Position"]
    assert (answer.headers["ETag"], answer.headers["Farley-Position"]) == ('"1"', position)
    assert answer.json == {
        "order_id": order_id,
        "customer_id": str(ann),
        "person_id": str(ann),
        "customer_known": True,
        "status": "placed",
        "source": "shop",
        "number": "A-1",
        "channel": "web",
        "brand": "north",
        "division": None,
        "placed_at": "2026-03-02T12:00:00Z",
        "cancelled_at": None,
        "currency": "EUR",
        "lines": [
            {"sku": "LAMP", "quantity": "2", "amount": "59.80", "cost": "31.00"},
            {"sku": "VOUCHER", "quantity": "0.5", "amount": "-10.00", "cost": None},
        ],
        "amount": "49.80",
        "refunded": "0.00",
        "value": "49.80",
        "position": position,
        "steps": [
            {
                "step": "placed",
                "occurred_at": "2026-03-02T12:00:00Z",
                "recorded_at": "2026-03-02T12:00:00Z",
                "actor": answer.json["steps"][0]["actor"],
                "brand": "north",
                "division": None,
                "amount": "49.80",
                "refund_id": None,
                "reason": None,
                "late": False,
                "position": position,
            }
        ],
    }
    assert answer.json["steps"][0]["actor"].startswith("key:")


def test_refunds_and_the_cancellation_are_steps_and_change_status_and_value(api: Api) -> None:
    ann, bob = api.customer(name="Ann"), api.customer(name="Bob")
    order_id, other = place(api, customer_id=str(ann)), place(api, customer_id=str(bob))
    before = show(api, other)

    def standing() -> tuple[str, str, str]:
        shown = show(api, order_id)
        return shown["status"], shown["refunded"], shown["value"]

    def refund(amount: str, **more: Any) -> None:
        api.stored(f"/api/orders/{order_id}/refunds", {"amount": amount, **more})

    assert standing() == ("placed", "0.00", "20.00")
    refund("5.00", refund_id="r-1", reason="scratched", occurred_at=(BEGIN - HOUR).isoformat())
    assert standing() == ("partly_refunded", "5.00", "15.00")
    refund("15.00")
    assert standing() == ("refunded", "20.00", "0.00")
    cancelled = api.stored(f"/api/orders/{order_id}/cancellations", {"reason": "never came"})
    assert standing() == ("cancelled", "20.00", "0.00")
    shown = show(api, order_id)
    steps = [
        (step["step"], step["amount"], step["refund_id"], step["reason"], step["late"])
        for step in shown["steps"]
    ]
    assert steps[:2] == [
        ("placed", "20.00", None, None, False),
        ("refunded", "5.00", "r-1", "scratched", True),
    ]
    assert steps[3] == ("cancelled", "0.00", None, "never came", False)
    assert (shown["position"], shown["steps"][3]["position"]) == (cancelled["position"],) * 2
    assert shown["cancelled_at"] == shown["steps"][3]["occurred_at"]
    assert api.ask("GET", f"/api/orders/{order_id}").headers["ETag"] == '"4"'
    assert show(api, other) == before


def test_a_cancelled_order_is_worth_nothing(api: Api) -> None:
    order_id = place(api, **BY_EMAIL)
    api.stored(f"/api/orders/{order_id}/refunds", {"amount": "5.00"})
    api.stored(f"/api/orders/{order_id}/cancellations")
    shown = show(api, order_id)
    assert (shown["status"], shown["amount"], shown["refunded"], shown["value"]) == (
        *("cancelled", "20.00"),
        *("5.00", "0.00"),
    )


def test_a_customer_is_known_as_the_command_says_it(api: Api) -> None:
    ann = uuid4()
    placed = api.stored("/api/orders", {"customer_id": str(ann), "lines": [line()]})
    assert placed["customer_known"] is False
    assert show(api, placed["order_id"])["customer_known"] is False
    by_email = api.stored("/api/orders", {**BY_EMAIL, "lines": [line()]})
    assert "customer_known" not in by_email
    assert show(api, by_email["order_id"])["customer_known"] is True
    api.stored("/api/customers", {"customer_id": str(ann), "kind": "person"})
    assert show(api, placed["order_id"])["customer_known"] is True


def test_an_unknown_order_is_404_now_and_in_the_past(api: Api) -> None:
    place(api, **BY_EMAIL)
    for query in ("", f"?{urlencode({'known_at': BEGIN.isoformat()})}"):
        missing = api.ask("GET", f"/api/orders/{uuid4()}{query}")
        assert (missing.status_code, missing.json["type"]) == (404, "/problems/order-not-found")  # type: ignore[index]
    assert api.ask("GET", "/api/orders/7").status_code == 404


# Whose orders


def test_a_person_has_the_orders_of_all_linked_profiles_as_long_as_they_are_linked(api: Api) -> None:
    ann, bob, eve = (api.customer(name=name) for name in ("Ann", "Bob", "Eve"))
    hers, his = place(api, customer_id=str(ann)), place(api, customer_id=str(bob))
    place(api, customer_id=str(eve))
    apart = {one: listed(api, customer_id=one) for one in (ann, bob)}
    assert apart == {ann: [hers], bob: [his]}
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(bob)})
    for one in (ann, bob):
        assert listed(api, customer_id=one) == [his, hers]
    shown = show(api, his)
    assert (shown["customer_id"], shown["person_id"]) == (str(bob), str(ann))
    api.ask("DELETE", f"/api/customers/{ann}/links/{bob}")
    assert {one: listed(api, customer_id=one) for one in (ann, bob)} == apart
    assert show(api, his)["person_id"] == str(bob)


def test_an_order_by_an_address_is_that_of_whoever_registers_it(api: Api) -> None:
    order_id = place(api, **BY_EMAIL)
    profile = show(api, order_id)["customer_id"]
    assert show(api, order_id)["person_id"] == profile
    ann = api.customer(contact_points=[{"channel": "email", "value": "ann@example.org"}])
    shown = show(api, order_id)
    assert (shown["customer_id"], shown["person_id"]) == (profile, str(ann))
    assert listed(api, customer_id=ann) == listed(api, customer_id=profile) == [order_id]


def test_the_person_of_a_past_order_is_that_of_the_moment(api: Api) -> None:
    ann, bob = api.customer(name="Ann"), api.customer(name="Bob")
    order_id = place(api, customer_id=str(bob))
    apart = api.world.clock.now()
    api.world.clock.move(HOUR)
    api.stored(f"/api/customers/{ann}/links", {"profile_id": str(bob)})
    past = api.ask("GET", f"/api/orders/{order_id}?{urlencode({'known_at': apart.isoformat()})}")
    assert past.json["person_id"] == str(bob)  # type: ignore[index]
    assert "ETag" not in past.headers
    assert show(api, order_id)["person_id"] == str(ann)


# Lists


def test_a_number_is_searched_in_all_sources_as_people_write_it(api: Api) -> None:
    in_shop = place(api, **BY_EMAIL, source="shop", number="A-1")
    in_erp = place(api, **BY_EMAIL, source="erp", number=" A-1 ")
    place(api, **BY_EMAIL, source="erp", number="a-1")
    place(api, **BY_EMAIL, source="erp", number="A-11")
    assert listed(api, number="A-1") == listed(api, number="  A-1\t") == [in_erp, in_shop]
    assert listed(api, number="A-1", source="shop") == [in_shop]
    assert listed(api, number="A-1", limit=1) == [in_erp, in_shop]
    assert listed(api, number="A-2") == []
    (found,) = api.get("/api/orders?number=A-1&source=shop")["items"]
    shown = show(api, in_shop)
    del shown["steps"]
    assert found == shown


def test_orders_are_listed_newest_first_by_status_and_time(api: Api) -> None:
    ann, bob = api.customer(name="Ann"), api.customer(name="Bob")
    hours = [place(api, customer_id=str(ann), occurred_at=(BEGIN - n * HOUR).isoformat()) for n in range(4)]
    place(api, customer_id=str(bob), occurred_at=BEGIN.isoformat())
    api.stored(f"/api/orders/{hours[1]}/cancellations")
    api.stored(f"/api/orders/{hours[2]}/refunds", {"amount": "20.00"})
    api.stored(f"/api/orders/{hours[3]}/refunds", {"amount": "1.00"})
    assert listed(api, customer_id=ann) == hours
    assert listed(api, customer_id=ann, limit=1) == hours
    period = {"since": (BEGIN - 2 * HOUR).isoformat(), "until": BEGIN.isoformat()}
    assert listed(api, customer_id=ann, **period) == listed(api, **period) == hours[1:3]
    for order_id, status in zip(hours, ("placed", "cancelled", "refunded", "partly_refunded"), strict=True):
        assert listed(api, customer_id=ann, status=status) == [order_id]
    assert listed(api, status="cancelled") == [hours[1]]
    assert len(listed(api, status="placed", limit=1)) == 2
    assert len(listed(api)) == 5


def test_a_page_goes_on_where_the_one_before_ended_while_orders_come_in(api: Api) -> None:
    ann = api.customer()
    ids = [place(api, customer_id=str(ann), occurred_at=(BEGIN - n * HOUR).isoformat()) for n in range(5)]
    seen, page = [], api.get("/api/orders?limit=2")
    while True:
        seen += [order["order_id"] for order in page["items"]]
        if page["next_cursor"] is None:
            break
        place(api, customer_id=str(ann), occurred_at=(BEGIN + HOUR / 60).isoformat())
        api.stored(f"/api/orders/{ids[0]}/refunds", {"amount": "1.00"})
        page = api.get(f"/api/orders?limit=2&cursor={page['next_cursor']}")
    assert seen == ids


def test_orders_of_the_past_are_listed_for_one_customer(api: Api) -> None:
    ann = api.customer()
    first = place(api, customer_id=str(ann), source="shop", number="7")
    then = api.world.clock.now()
    api.world.clock.move(HOUR)
    place(api, customer_id=str(ann), source="erp", number="7")
    for moment in ("known_at", "as_of"):
        asked = {moment: then.isoformat()}
        assert listed(api, customer_id=ann, **asked) == [first]
        assert listed(api, customer_id=ann, number="7", **asked) == [first]
        assert error(api, **asked) == ("customer_id", "customer_needed")
        assert error(api, number="7", **asked) == ("customer_id", "customer_needed")


BAD = [
    ({"customer_id": "7"}, "customer_id", "invalid_uuid"),
    ({"number": " "}, "number", "empty"),
    ({"number": "x" * (LONGEST_NUMBER + 1)}, "number", "too_long"),
    ({"number": "a\x07b"}, "number", "control_character"),
    ({"source": "shop"}, "number", "number_needed"),
    ({"status": "open"}, "status", "unknown_word"),
    ({"since": "yesterday"}, "since", "invalid_instant"),
    ({"until": "2026-03-02T12:00:00"}, "until", "invalid_instant"),
    ({"since": "2026-03-03T12:00:00Z", "until": "2026-03-02T12:00:00Z"}, "since", "contradiction"),
    ({"known_at": "2030-01-01T00:00:00Z"}, "known_at", "in_future"),
    ({"limit": "501"}, "limit", "out_of_range"),
    ({"cursor": "abc"}, "cursor", "invalid_cursor"),
    ({"cursor": "NQ"}, "cursor", "invalid_cursor"),
    ({"order": "asc"}, "order", "unknown_field"),
]


@pytest.mark.parametrize(("asked", "path", "code"), BAD)
def test_a_bad_question_names_the_parameter(api: Api, asked: dict[str, str], path: str, code: str) -> None:
    assert error(api, **asked) == (path, code)


def error(api: Api, **asked: str) -> tuple[str, str]:
    refused = api.ask("GET", f"/api/orders?{urlencode(asked)}")
    assert refused.status_code == 422
    (found,) = refused.json["errors"]  # type: ignore[index]
    return found["path"], found["code"]


def test_a_customer_whom_nobody_registered_is_404(api: Api) -> None:
    unknown = uuid4()
    place(api, customer_id=str(unknown))
    for one in (unknown, uuid4()):
        missing = api.ask("GET", f"/api/orders?customer_id={one}")
        assert (missing.status_code, missing.json["type"]) == (404, "/problems/customer-not-found")  # type: ignore[index]


@pytest.mark.parametrize("orders", [1, 40])
def test_a_question_costs_the_same_statements_for_many_orders(api: Api, orders: int) -> None:
    ann = api.customer()
    ids = [place(api, customer_id=str(ann), source="shop", number=str(n)) for n in range(orders)]
    for _ in range(orders):
        api.stored(f"/api/orders/{ids[0]}/refunds", {"amount": "0.10"})
    api.fold()
    for path, most in (
        (f"orders/{ids[0]}", 2),
        ("orders?number=0", 1),
        ("orders", 1),
        (f"orders?customer_id={ann}", 4),
    ):
        with statements(in_transactions_of("farley_reader")) as read:
            assert api.ask("GET", f"/api/{path}", fold=False).status_code == 200
        begin, *asked = read
        assert (begin.split()[0], len(asked)) == ("begin", most), asked


def test_a_reader_of_orders_reads_nothing_else_and_places_none(api: Api) -> None:
    ann = api.customer()
    order_id = place(api, customer_id=str(ann))
    key = api.key_for("orders:read")
    assert api.ask("GET", f"/api/orders/{order_id}", key=key).status_code == 200
    assert api.ask("GET", "/api/orders", key=key).status_code == 200
    assert api.ask("GET", f"/api/customers/{ann}", key=key).status_code == 403
    assert api.ask("POST", "/api/orders", {"lines": [line()], **BY_EMAIL}, key=key).status_code == 403
    assert api.ask("GET", "/api/orders", key=api.key_for("orders:write")).status_code == 403


def test_a_forgotten_customer_leaves_no_reason_readable(api: Api) -> None:
    ann, bob = api.customer(), api.customer()
    for one in (ann, bob):
        order_id = place(api, customer_id=str(one), source="shop", number=str(one))
        api.stored(f"/api/orders/{order_id}/refunds", {"amount": "1.00", "reason": "It hurt."})
    api.fold()
    api.world.web.keys.forget([UUID(str(ann))])
    for one, reason in ((ann, None), (bob, "It hurt.")):
        (order,) = api.get(f"/api/orders?number={one}")["items"]
        shown = show(api, order["order_id"])
        assert (shown["steps"][1]["reason"], shown["value"]) == (reason, "19.00")
