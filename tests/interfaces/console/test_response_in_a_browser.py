"""The response to a campaign, in a real browser."""

from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages
from tests.interfaces.console.campaigned import campaigned
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.signing_in import sign_in


def test_the_response_is_accessible_and_fits_a_phone(console: Console, pages: Pages) -> None:
    path = f"/console/campaigns/{campaigned(console, people=240, buyers=30)}/response"
    for language in ("en", "es"):
        page = pages.open(path, locale=language)
        sign_in(page, console.visitor(f"manager {language}", "analyst").key)
        page.goto(path)
        assert_accessible(page)
        assert_no_sideways_scroll(page)
        screenshot(page, f"response-{language}")
