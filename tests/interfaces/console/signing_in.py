"""Signing in in a real browser."""

from playwright.sync_api import Page

from tests.browsers.checks import tab_to


def sign_in(page: Page, key: str) -> None:
    """Signs in on the page that asks for a key, by keyboard."""
    tab_to(page, page.locator("[name=key]"))
    page.keyboard.type(key)
    with page.expect_navigation():
        page.keyboard.press("Enter")
