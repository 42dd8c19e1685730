"""A manager looks at the figures, in a real browser: each equals SQL over the reporting views."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.desk import told
from tests.interfaces.console.signing_in import sign_in
from tests.interfaces.reported import Reporting, connected, root_causes, summary, waiting
from tests.world import BEGIN

OVERVIEW = "/console/overview"
FIRST, LAST = date(2026, 2, 20), date(2026, 3, 2)
ROWS = {
    "From customers": "contacts_inbound",
    "To customers": "contacts_outbound",
    "Opened": "complaints_opened",
    "Closed": "complaints_closed",
    "Reopened": "complaints_reopened",
    "Sent": "messages_sent",
    "Stopped": "messages_stopped",
    "Held out, to measure the effect": "messages_held_out",
    "Given": "consents_granted",
    "Withdrawn": "consents_withdrawn",
    "Of these by the link of a message": "opted_out",
    "Orders": "orders",
    "New customers": "customers_registered",
}


@pytest.fixture
def month(console: Console) -> Console:
    """A month of contacts, orders and complaints, and a run in which complaints stop some messages."""
    ann = told(console, "/api/customers", {"kind": "person", "name": "Ann"})["customer_id"]
    told(console, "/api/brands", {"name": "North"})
    for number in range(40):
        tell(console, ann, number)
    run(console)
    return console


def tell(console: Console, customer: str, number: int) -> None:
    at = (BEGIN - number * timedelta(hours=17)).isoformat()
    brand = {"brand": "North"} if number % 3 else {}
    said = {"customer_id": customer, "occurred_at": at, **brand}
    channel = ("phone", "web", "chat", "store")[number % 4]
    contact = {"source": "shop", "message_id": f"m-{number}", "kind": "message", "direction": "inbound"}
    told(console, "/api/touchpoints", {**said, **contact, "channel": channel})
    if number % 2:
        line = {"sku": "LAMP", "quantity": 1, "amount": f"{number * 7}.50"}
        told(console, "/api/orders", {**said, "currency": "EUR", "lines": [line], "channel": "web"})
    if number % 5 == 0:
        what = {
            "category": "delivery",
            "severity": "high",
            "channel": "phone",
            "product": f"Lamp {number % 3}",
        }
        complaint = told(console, "/api/complaints", {**said, **what})["complaint_id"]
        if number % 10 == 0:
            closed = {"root_cause": "The carrier lost it", "outcome": "upheld", "occurred_at": at}
            told(console, f"/api/complaints/{complaint}/closings", closed, If_Match='"1"')


def run(console: Console) -> None:
    world = console.world
    people = [world.customer(f"person{number}@example.org") for number in range(6)]
    world.complain(people[0])
    world.start(world.campaign(hold_out=Decimal("0.5"), seed="s-1"))
    world.run_to_end(world.dispatcher())


def test_each_figure_of_the_overview_equals_sql_over_the_reporting_views(
    month: Console, pages: Pages
) -> None:
    page = pages.open(OVERVIEW)
    sign_in(page, month.visitor("manager", "analyst").key)
    with connected(month.world.database.url) as reporting:
        for zone in ("Europe/Madrid", "Asia/Kolkata", "Asia/Kathmandu"):
            page.goto(f"{OVERVIEW}?from={FIRST}&to={LAST}&time_zone={zone}")
            assert_equals(page, reporting, period(FIRST, LAST, zone), 0)
            days = (LAST - FIRST).days + 1
            assert_equals(
                page, reporting, period(FIRST - timedelta(days=days), FIRST - timedelta(days=1), zone), 1
            )


def period(first: date, last: date, zone: str) -> dict[str, Any]:
    since, until = (
        datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        for day in (first, last + timedelta(days=1))
    )
    return {"since": since.isoformat(), "until": until.isoformat()}


def assert_equals(page: Page, reporting: Reporting, days: dict[str, Any], column: int) -> None:
    """Compares all figures of these days (column 0), or of the days before (column 1)."""
    expected = summary(reporting, days)
    shown = {figure: int(cell(page, name, column)) for name, figure in ROWS.items()}
    assert shown == {figure: expected[figure] for figure in ROWS.values()}
    assert int(cell(page, "Not closed at the end", column)) == waiting(reporting, days["until"])
    for value in expected["order_value"]:
        amount = re.sub(r"[^\d.]", "", cell(page, f"Value in {value['currency']}", column))
        assert amount == value["amount"]
    if column == 0:
        causes = root_causes(reporting, days)
        assert sum(causes.values()) == expected["complaints_closed"]
        for (product, cause), count in causes.items():
            row = page.get_by_role("row", name=f"{cause} {product or 'no product named'}")
            assert row.get_by_role("cell").last.inner_text() == str(count)


def cell(page: Page, name: str, column: int) -> str:
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))
    return row.get_by_role("cell").nth(column).inner_text()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_overview_is_accessible_and_fits_a_phone(month: Console, pages: Pages, language: str) -> None:
    page = pages.open(OVERVIEW, locale=language)
    sign_in(page, month.visitor("manager", "analyst").key)
    page.goto(OVERVIEW)
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    screenshot(page, f"overview-{language}")
