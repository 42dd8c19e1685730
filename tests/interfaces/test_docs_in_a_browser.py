"""The page of the API's documentation in a real browser."""

from playwright.sync_api import expect

from tests.browsers.pages import Pages


def test_the_documentation_opens_a_route(pages: Pages) -> None:
    page = pages.open("/docs")
    page.locator("#operations-tag-complaints").click()
    route = page.locator("#operations-complaints-open_complaint")
    route.locator(".opblock-summary-control").click()
    expect(route.get_by_text("Request body")).to_be_visible()
