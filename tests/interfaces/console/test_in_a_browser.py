"""The console in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.signing_in import sign_in

PATHS = ("/console", "/console/account", "/console/help")


def look_at(page: Page, name: str) -> None:
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    screenshot(page, name)


@pytest.mark.parametrize("script", [True, False])
def test_a_person_signs_in_by_keyboard_alone_after_a_wrong_key(
    console: Console, pages: Pages, script: bool
) -> None:
    ana = console.visitor("ana")
    pages.expect_fault("status of 422")
    page = pages.open("/console", script=script)
    sign_in(page, "wrong")
    expect(page.get_by_role("alert")).to_be_visible()
    sign_in(page, ana.key)
    expect(page).to_have_url(f"{pages.url}/console")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_first_pages_are_accessible_and_fit_a_phone(
    console: Console, pages: Pages, language: str
) -> None:
    console.world.fold()
    page = pages.open("/console", locale=language)
    look_at(page, f"sign-in-{language}")
    sign_in(page, console.visitor("ana", "administrator").key)
    expect(page).to_have_url(f"{pages.url}/console")
    for path in PATHS:
        page.goto(path)
        look_at(page, f"{path.removeprefix('/').replace('/', '-')}-{language}")
