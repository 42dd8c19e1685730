"""The console in a real browser."""

import pytest

from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_to_sign_in_is_accessible_and_fits_a_phone(pages: Pages, language: str) -> None:
    page = pages.open("/console", locale=language)
    assert_accessible(page)
    assert_no_sideways_scroll(page)
    screenshot(page, f"sign-in-{language}")
