"""Checks of a page in a browser: accessible in every look, narrow enough, usable by keyboard. And its pictures."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Locator, Page

from tests.browsers.pages import SCREENSHOTS

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
HEIGHT = 800
NARROWEST = 320
"""In CSS pixels: also a page of 1280 pixels at 400 % zoom."""
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
GRAVE = ("serious", "critical")
_AXE = "options => axe.run(document, options).then(results => results.violations)"
_STICKING_OUT = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.querySelectorAll("body *")]
        .filter(element => element.getBoundingClientRect().right > width)
        .map(element => element.outerHTML.slice(0, 100));
    return [`${document.documentElement.scrollWidth} pixels`, ...wide];
}"""


def looks(page: Page) -> Iterator[str]:
    """Gives the page each width and colour scheme in turn, and yields the name of the look, such as `390-dark`."""
    with _restored(page):
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme)
                yield f"{width}-{scheme}"


def screenshot(page: Page, name: str) -> None:
    """Leaves a picture of the whole page in each look, as `.farley/screenshots/NAME-390-dark.png` and so on."""
    for look in looks(page):
        page.screenshot(path=SCREENSHOTS / f"{name}-{look}.png", full_page=True)


def assert_accessible(page: Page) -> None:
    """Fails if axe finds a serious or critical violation of WCAG 2.2 AA in any look. The page must run scripts."""
    page.evaluate(AXE_SCRIPT)
    found = [
        f"{look}: {violation['help']} ({violation['id']}): {', '.join(_places(violation))}"
        for look in looks(page)
        for violation in page.evaluate(_AXE, {"runOnly": WCAG_22_AA, "resultTypes": ["violations"]})
        if violation["impact"] in GRAVE
    ]
    assert found == [], "\n".join(found)


def assert_no_sideways_scroll(page: Page) -> None:
    """Fails, naming what sticks out, if the page is wider than 320 pixels there."""
    with _restored(page):
        page.set_viewport_size({"width": NARROWEST, "height": HEIGHT})
        wide = page.evaluate(_STICKING_OUT)
        assert wide == [], "\n".join(wide)


def tab_to(page: Page, target: Locator, *, at_most: int = 50) -> None:
    """Presses Tab until the target has the focus. Fails if it never gets it, or gets it unseen."""
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if target.evaluate("element => element === document.activeElement"):
            assert target.evaluate("element => element.matches(':focus-visible')")
            return
    raise AssertionError(f"{target} is not reached by {at_most} tabs")


@contextmanager
def _restored(page: Page) -> Iterator[None]:
    """Gives the page its own width again, and the light scheme."""
    size = page.viewport_size
    try:
        yield
    finally:
        page.emulate_media(color_scheme="light")
        if size:
            page.set_viewport_size(size)


def _places(violation: Any) -> list[str]:
    return [str(node["target"]) for node in violation["nodes"]]
