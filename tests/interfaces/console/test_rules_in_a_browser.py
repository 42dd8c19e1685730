"""The pages of suppressions and of the policy, in a real browser."""

import pytest

from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.desk import told
from tests.interfaces.console.signing_in import sign_in


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_of_the_rules_are_accessible_and_fit_a_phone(
    console: Console, pages: Pages, language: str
) -> None:
    customer = console.world.customer("ana@example.org")
    told(console, "/api/suppressions", {"scope": {"customer_id": str(customer)}, "reason": "DECEASED"})
    blocked = {
        "scope": {"domain": "example.net", "channel": "email"},
        "reason": "DOMAIN_BLOCKED",
        "note": "Spam.",
    }
    told(console, "/api/suppressions", blocked)
    told(console, "/api/policies/suppression", {"cooling_off_days": {"high": 45}, "note": "After the audit."})
    page = pages.open("/console", locale=language)
    sign_in(page, console.visitor("ada", "administrator").key)
    for name, path in PLACES.items():
        page.goto(path)
        assert_accessible(page)
        assert_no_sideways_scroll(page)
        screenshot(page, f"{name}-{language}")


PLACES = {
    "suppressions": "/console/suppressions",
    "suppression-new": "/console/suppressions/new",
    "policy": "/console/policy",
    "policy-new": "/console/policy/new",
}
