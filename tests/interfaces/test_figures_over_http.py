"""The figures of a period over HTTP: each equals SQL over the reporting views, also in a zone of a half hour."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.interfaces.conftest import Api
from tests.interfaces.reported import Reporting, connected, root_causes, summary, waiting
from tests.world import BEGIN

pytestmark = pytest.mark.speaks_sql

ZONES = ("UTC", "Europe/Madrid", "Asia/Kathmandu", "Asia/Kolkata", "America/St_Johns", "Pacific/Chatham")
NOVEMBER = {"from": "2025-11-01", "to": "2025-11-30"}
HOUR = timedelta(hours=1)


def figures(api: Api, **asked: Any) -> Any:
    return api.get(f"/api/figures?{urlencode(asked)}")


def refused(api: Api, **asked: Any) -> tuple[str, str]:
    response = api.ask("GET", f"/api/figures?{urlencode(asked)}")
    assert response.status_code == 422, response.data
    (error,) = response.json["errors"]  # type: ignore[index]
    return error["path"], error["code"]


@pytest.fixture
def told(api: Api) -> Api:
    """Every ninety minutes of November something happens, and some things of it twelve hours later."""
    ann = str(api.customer(name="Ann", occurred_at=at(5)))
    for number in range(480):
        tell(api, ann, number)
    api.fold()
    return api


def at(number: int) -> str:
    """Returns an instant from a day before November on, each ninety minutes."""
    return (datetime.fromisoformat("2025-10-31T00:10:00+00:00") + number * 1.5 * HOUR).isoformat()


def tell(api: Api, customer: str, number: int) -> None:
    brand = {"brand": "north"} if number % 3 else {}
    body: dict[str, Any] = {"customer_id": customer, "occurred_at": at(number), **brand}
    if number % 4 == 0:
        line = {"sku": "LAMP", "quantity": 1, "amount": f"{number}.50"}
        currency = "USD" if number % 16 == 0 else "EUR"
        order = api.stored("/api/orders", {**body, "currency": currency, "lines": [line], "channel": "web"})
        if number % 8 == 0:
            refund = {"amount": "0.25", "occurred_at": at(number + 8)}
            api.stored(f"/api/orders/{order['order_id']}/refunds", refund)
    elif number % 4 == 1:
        opened = {"category": "delivery", "severity": "low", "channel": "phone", "product": f"A-{number % 5}"}
        complaint = api.stored("/api/complaints", {**body, **opened})
        if number % 8 == 1:
            closed = {"root_cause": "carrier", "outcome": "upheld", "occurred_at": at(number + 8)}
            path = f"/api/complaints/{complaint['complaint_id']}/closings"
            api.stored(path, closed, If_Match='"1"')
    elif number % 4 == 2:
        channel = ("web", "phone", "chat")[number % 3]
        said = {"source": "shop", "message_id": f"m-{number}", "channel": channel, "kind": "message"}
        api.stored(
            "/api/touchpoints", {**body, **said, "direction": "inbound" if number % 8 == 2 else "outbound"}
        )
    else:
        said = {"channel": "email", "purpose": "marketing"}
        api.stored(f"/api/customers/{customer}/withdrawals", {**said, "occurred_at": at(number)})


@pytest.fixture
def reporting(database: Any) -> Iterator[Reporting]:
    with connected(database.url) as connection:
        yield connection


@pytest.fixture(autouse=True)
def _brand(api: Api) -> None:
    api.stored("/api/brands", {"name": "north"})


def test_each_figure_equals_sql_over_the_reporting_views_in_any_zone(told: Api, reporting: Reporting) -> None:
    for zone in ZONES:
        counted = figures(told, **NOVEMBER, time_zone=zone, by="week")
        assert counted["totals"] == summary(reporting, counted), zone
        for part in counted["parts"]:
            assert part["summary"] == summary(reporting, part), (zone, part["since"])
        causes = {(one["product"], one["root_cause"]): one["count"] for one in counted["root_causes"]}
        assert causes == root_causes(reporting, counted), zone
        assert counted["complaints_waiting"]["at_end"] == waiting(reporting, counted["until"])
        assert counted["complaints_waiting"]["at_start"] == waiting(reporting, counted["since"])


def test_channels_and_brands_add_up_to_the_totals(told: Api) -> None:
    counted = figures(told, **NOVEMBER)
    for by in ("by_channel", "by_brand"):
        names = counted[by]["names"]
        for figure in ("contacts_inbound", "complaints_opened", "orders"):
            assert sum(one["summary"][figure] for one in names) == counted["totals"][figure], (by, figure)
    assert {one["name"] for one in counted["by_brand"]["names"]} == {"north", None}
    assert counted["by_channel"]["others"] is None
    of_north = figures(told, **NOVEMBER, brand=" NORTH ")
    (north,) = (one["summary"] for one in counted["by_brand"]["names"] if one["name"] == "north")
    assert of_north["totals"] == north
    of_phone = figures(told, **NOVEMBER, channel="phone")["totals"]
    (phone,) = (one["summary"] for one in counted["by_channel"]["names"] if one["name"] == "phone")
    assert of_phone == {**phone, "customers_registered": None}


def test_without_parameters_the_days_are_the_last_thirty(api: Api) -> None:
    counted = api.get("/api/figures")
    assert len(counted["parts"]) == 30
    assert counted["since"] == "2026-02-01T00:00:00Z"
    assert datetime.fromisoformat(counted["until"]) > BEGIN
    assert (counted["by"], counted["time_zone"]) == ("day", "UTC")


def test_a_day_whose_clocks_change_has_more_or_fewer_hours(api: Api) -> None:
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)):
        asked = {"from": day, "to": day, "by": "hour", "time_zone": "Europe/Madrid"}
        assert len(figures(api, **asked)["parts"]) == hours


def test_months_begin_with_their_first_day(api: Api) -> None:
    counted = figures(api, **{"from": "2026-01-15", "to": "2026-03-02", "by": "month", "time_zone": "UTC"})
    assert [part["since"][:10] for part in counted["parts"]] == ["2026-01-15", "2026-02-01", "2026-03-01"]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"from": "2026-02-02", "to": "2026-02-01"}, ("from", "contradiction")),
        ({"from": "2020-01-01", "to": "2026-01-01"}, ("from", "out_of_range")),
        ({"from": "1972-12-31", "to": "1973-01-01"}, ("from", "out_of_range")),
        ({"from": "2199-12-31", "to": "2200-01-01"}, ("to", "out_of_range")),
        ({"from": "2026-01-01", "to": "2026-02-01", "by": "hour"}, ("by", "too_many")),
        ({"from": "2026-02-30"}, ("from", "invalid_date")),
        ({"by": "minute"}, ("by", "unknown_word")),
        ({"time_zone": "Mars/Olympus"}, ("time_zone", "invalid_zone")),
        ({"since": "2026-01-01"}, ("since", "unknown_field")),
    ],
)
def test_what_is_refused_names_its_field(api: Api, asked: dict[str, str], error: tuple[str, str]) -> None:
    assert refused(api, **asked) == error


def test_only_who_may_read_figures_reads_them(api: Api) -> None:
    assert api.ask("GET", "/api/figures", key=api.key_for("orders:read")).status_code == 403
    assert api.ask("GET", "/api/figures", key=api.key_for("figures:read")).status_code == 200
