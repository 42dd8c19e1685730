"""An administrator, in a real browser."""

import pytest
from playwright.sync_api import expect

from projections.engine.runner import pause
from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.signing_in import sign_in


@pytest.mark.parametrize("script", [True, False])
def test_a_person_with_a_role_who_is_signed_in_elsewhere_is_revoked_and_out_with_the_next_click(
    console: Console, pages: Pages, script: bool
) -> None:
    page = pages.open("/console", script=script)
    sign_in(page, console.visitor("ana", "administrator").key)
    page.goto("/console/keys")
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("Name", exact=True).fill("maria")
    page.get_by_label("Agent").check()
    make = page.get_by_role("button", name="Make the key")
    make.dblclick() if script else make.click()
    key = page.locator("output").inner_text()
    maria = pages.open("/console", script=script)
    sign_in(maria, key)
    maria.get_by_role("link", name="Complaints").first.click()
    expect(maria).to_have_url(f"{pages.url}/console/complaints")
    page.get_by_role("link", name="I have noted it").click()
    page.get_by_role("link", name="Revoke the key").click()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("The key is revoked.")).to_be_visible()
    maria.get_by_role("link", name="Complaints").first.click()
    expect(maria.get_by_label("Key")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_of_operation_are_accessible_and_fit_a_phone(
    console: Console, pages: Pages, language: str
) -> None:
    ana = console.visitor("ana", "administrator")
    console.world.fold()
    pause(console.world.projector, "orders", operator="olga")
    console.world.services.access.create("shop", ["orders:write", "customers:read"])
    page = pages.open("/console", locale=language)
    sign_in(page, ana.key)
    for name, path in {
        "keys": "/console/keys",
        "key-new": "/console/keys/new/person",
        "key-new-client": "/console/keys/new/client",
        "key": f"/console/keys/{ana.key_id}",
        "key-revoke": f"/console/keys/{ana.key_id}/revoke",
        "health": "/console/health",
        "projection": "/console/health/projections/orders",
        "catalogue": "/console/catalogue",
        "attribute-new": "/console/catalogue/new/attribute",
        "home-of-administrator": "/console",
        "projection-skip": "/console/health/projections/orders/skip",
    }.items():
        page.goto(path)
        assert_accessible(page)
        assert_no_sideways_scroll(page)
        screenshot(page, f"{name}-{language}")
