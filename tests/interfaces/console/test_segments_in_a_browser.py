"""The first part of a marketer's day: a segment of five conditions on real purchases, by keyboard alone."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.acceptance.filled import bodies, customer_id, post_all
from tests.acceptance.samples import purchases
from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.desk import told
from tests.interfaces.console.signing_in import sign_in
from tests.interfaces.working import folding
from tests.world import World

ONE_IN = 40
"""Of the customers of CDNOW."""
CRITERIA = {
    "all": [
        {"field": "kind", "op": "eq", "value": "person"},
        {"field": "order_count", "op": "ge", "value": 2},
        {"spent": {"op": "ge", "value": "20.00", "currency": "USD"}},
        {
            "any": [
                {"field": "last_order_at", "op": "ge", "value": "1997-06-01T00:00:00+00:00"},
                {"did": {"kind": "order", "at_least": 3}},
            ]
        },
    ]
}
MAIL = {"channel": "email", "purpose": "marketing"}


@pytest.fixture
def console(database: Any, tmp_path: Path) -> Iterator[Console]:
    """The console of a shop with some of CDNOW's customers, of whom every second one wants e-mail."""
    with closing(World(database, tmp_path, FARLEY_CURRENCY="USD")) as world:
        rows = [row for row in purchases() if int(row.customer) % ONE_IN == 0]
        post_all(world, list(bodies(rows)))
        console = Console(world)
        for number in sorted({row.customer for row in rows})[::2]:
            path, address = f"/api/customers/{customer_id(number)}", f"c{number}@example.org"
            told(console, f"{path}/contact-points", {"channel": "email", "value": address})
            told(console, f"{path}/consents", {**MAIL, "evidence": {"source": "shop"}})
        yield console


def test_a_segment_of_five_conditions_is_built_by_keyboard_and_its_figures_are_those_of_the_api(
    console: Console, pages: Pages
) -> None:
    page = pages.open("/console")
    sign_in(page, console.visitor("maria", "marketer").key)
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page.get_by_role("heading", name="No segment yet")).to_be_visible()
    with folding(console.world, after=0):
        press(page, page.get_by_role("link", name="New segment").first)
        expect(page.get_by_role("button", name="Add a condition")).to_be_visible()
        fill(page, page.get_by_label("Name"), "Good customers")
        add(page, ("what", "kind of customer"), ("value", "person"))
        add(page, ("what", "number of orders"), ("op", "is at least"), ("value", "2"))
        add(page, ("what", "spent"), ("value", "20.00"), ("currency", "USD"))
        press(page, page.get_by_role("button", name="Add a group"))
        expect(page.locator("fieldset.group fieldset.group select[name^=kind]")).to_be_focused()
        inner = page.locator("fieldset.group fieldset.group")
        add(page, ("what", "last order"), ("op", "is at the earliest"), within=inner)
        type_instant(page, inner.locator("input[type=datetime-local]"))
        add(page, ("what", "did"), ("at_least", "3"), within=inner)
        counted = told(console, "/api/audiences/preview", {"audience": CRITERIA, **MAIL})
        assert counted["reachable"] + sum(counted["stopped_by"].values()) == counted["size"] > 0
        figures = page.locator(".beside")
        expect(figures.get_by_text(f"{counted['size']} in it")).to_be_visible()
        expect(figures.get_by_text(f"{counted['reachable']} can be reached")).to_be_visible()
        for code, n in counted["stopped_by"].items():
            assert code == "NO_CONTACT_POINT"
            expect(figures.get_by_text(f"no address on this channel {n}").first).to_be_visible()
        page.evaluate("() => scrollTo(0, 0)")
        assert_accessible(page)
        assert_no_sideways_scroll(page)
        screenshot(page, "segment-builder")
        press(page, page.get_by_role("button", name="Save"))
        expect(page.get_by_text("The segment is saved")).to_be_visible()
    (stored,) = (one.fact for one in console.world.facts(0) if type(one.fact).__name__ == "SegmentDefined")
    assert (stored.name, stored.criteria) == ("Good customers", CRITERIA)  # type: ignore[attr-defined]
    assert_accessible(page)
    screenshot(page, "segment")
    page.keyboard.press("g")
    page.keyboard.press("s")
    press(page, page.get_by_role("link", name="Count Good customers"))
    expect(
        page.get_by_text(f"{counted['size']} in it, {counted['reachable']} can be reached")
    ).to_be_focused()
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    screenshot(page, "segments")


def press(page: Page, target: Locator) -> None:
    """Goes to a button or link by Tab, and presses Enter."""
    go_to(page, target)
    page.keyboard.press("Enter")


def go_to(page: Page, target: Locator, at_most: int = 80) -> None:
    expect(target).to_be_visible()
    for _ in range(at_most):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by {at_most} tabs")


def fill(page: Page, target: Locator, text: str) -> None:
    go_to(page, target)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def add(page: Page, *typed: tuple[str, str], within: Locator | None = None) -> None:
    """Adds a condition: the new one has the focus. Each field is chosen or filled in by keyboard."""
    place = within if within is not None else page.locator("#builder")
    buttons = place.get_by_role("button", name="Add a condition")
    press(page, buttons.last if within is None else buttons.first)
    number = focused_number(page)
    for name, text in typed:
        target = page.locator(f"[name={name}-{number}]")
        go_to(page, target)
        page.keyboard.type(text)
        if target.evaluate("element => element.tagName") == "INPUT":
            page.keyboard.press("Tab")
        settled(page)


def focused_number(page: Page) -> str:
    """Returns the number of the new condition, once it has the focus."""
    page.wait_for_function("() => document.activeElement.name?.startsWith('what-')")
    name: str = page.evaluate("() => document.activeElement.name")
    return name.partition("-")[2]


def settled(page: Page) -> None:
    """Waits until the builder shows what was typed last."""
    page.wait_for_function("() => document.querySelector('.htmx-request') === null")


def type_instant(page: Page, target: Locator) -> None:
    go_to(page, target)
    page.keyboard.type("06011997")
    page.keyboard.press("Tab")
    page.keyboard.type("1200AM")
    page.keyboard.press("Tab")
    settled(page)
