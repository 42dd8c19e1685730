"""The public pages in a real browser: by keyboard, on a phone, in the dark, and without a script."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot, tab_to
from tests.browsers.pages import Pages
from tests.interfaces.public.conftest import Site
from tests.interfaces.served import served

ANN = "ann@example.org"
WITHDRAWN, TOUCHED = "customers.ConsentWithdrawn", "touchpoints.TouchpointRecorded"


@pytest.fixture
def sent(site: Site) -> Site:
    site.world.customer(ANN)
    site.send(topic="vinyl")
    return site


def press(page: Page, name: str) -> None:
    """Presses the button that begins with this text, by keyboard."""
    tab_to(page, page.get_by_role("button", name=name))
    page.keyboard.press("Enter")


def look_at(page: Page, name: str) -> None:
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    screenshot(page, name)


@pytest.mark.parametrize("script", [True, False])
def test_a_reader_unsubscribes_by_keyboard_alone(sent: Site, pages: Pages, script: bool) -> None:
    page = pages.open(sent.page_of(ANN), script=script)
    press(page, "Unsubscribe from “Offers and news")
    expect(page.get_by_role("status")).to_contain_text("You are unsubscribed from “Offers and news")
    assert len(sent.facts(WITHDRAWN)) == 1


@pytest.mark.parametrize("script", [True, False])
def test_a_reader_chooses_by_keyboard_alone(sent: Site, pages: Pages, script: bool) -> None:
    page = pages.open(sent.page_of(ANN), script=script)
    tab_to(page, page.get_by_label("Surveys"))
    page.keyboard.press("Space")
    press(page, "Save my choices")
    expect(page.get_by_role("status")).to_have_text("Your choices are saved.")
    expect(page.get_by_label("Surveys")).to_be_checked()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_preference_page_is_accessible_and_fits_a_phone(sent: Site, pages: Pages, language: str) -> None:
    page = pages.open(f"{sent.page_of(ANN)}?lang={language}")
    look_at(page, f"preferences-{language}")
    page.locator("[value=unsubscribe]").click()
    expect(page.get_by_role("status")).to_be_visible()
    look_at(page, f"preferences-unsubscribed-{language}")


def test_a_refusal_is_accessible_and_fits_a_phone(sent: Site, pages: Pages) -> None:
    pages.expect_fault("status of 404")
    look_at(pages.open("/u/unknown"), "link-unknown")


@pytest.mark.parametrize("script", [True, False])
def test_a_click_leads_to_another_host_at_once_or_by_its_button(
    site: Site, pages: Pages, script: bool
) -> None:
    site.world.customer(ANN)
    with served(shop()) as other:
        target = f"{other.url}/offer"
        site.send(body=f'{{{{ "{target}" | track }}}} {{{{ unsubscribe_url }}}}')
        pages.expect_fault(f"request to another host: GET {target}")
        page = pages.open(site.click_of(ANN), script=script)
        if not script:
            assert_no_sideways_scroll(page)
            press(page, "Continue to 127.0.0.1")
        page.wait_for_url(target)
    assert len(site.facts(TOUCHED)) == 1


def shop() -> Flask:
    app = Flask("shop")
    app.add_url_rule("/offer", view_func=lambda: '<link rel="icon" href="data:,">An offer')
    return app
