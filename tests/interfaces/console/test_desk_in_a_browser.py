"""An agent at the desk, in a real browser."""

from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.desk import PHONE, complained, ordered, registered
from tests.interfaces.console.signing_in import sign_in
from tests.interfaces.working import folding


@pytest.mark.parametrize("script", [True, False])
def test_an_agents_call_ends_with_one_note_and_one_complaint_however_often_the_buttons_are_pressed(
    console: Console, pages: Pages, script: bool
) -> None:
    ana = registered(console, "Ana Ferrer Soler", phone=PHONE)
    page = pages.open("/console/call?from=%2B34961555014", script=script)
    sign_in(page, console.visitor("maria").key)
    expect(page).to_have_url(f"{pages.url}/console/people/{ana}")
    with folding(console.world, after=0):
        page.get_by_role("link", name="Log a contact").click()
        page.get_by_label("Note").fill("She asks where her parcel is.")
        pressed_twice(page, "Log it", script)
        expect(page.get_by_text("She asks where her parcel is.")).to_have_count(1)
        page.get_by_role("link", name="New complaint").first.click()
        page.get_by_label("What it is about").fill("Parcel lost")
        page.get_by_label("Category").fill("delivery")
        page.get_by_label("Severity").select_option("high")
        pressed_twice(page, "Open the complaint", script)
        expect(page.get_by_role("heading", name="Apologise first. Do not sell.")).to_be_visible()
    stored = [type(one.fact).__name__ for one in console.world.facts(0)]
    assert stored.count("TouchpointRecorded") == stored.count("ComplaintOpened") == 1


def pressed_twice(page: Page, name: str, script: bool) -> None:
    button = page.get_by_role("button", name=name)
    if script:
        button.dblclick()
    else:
        button.click()
    page.wait_for_url("**/console/people/*done=*")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_of_the_desk_are_accessible_and_fit_a_phone(
    console: Console, pages: Pages, language: str
) -> None:
    customer, complaint = complained(console)
    order = ordered(console, customer)
    page = pages.open("/console", locale=language)
    sign_in(page, console.visitor("maria").key)
    pages.expect_fault("status of 404")
    for name, path in places(customer, complaint, order).items():
        page.goto(path)
        assert_accessible(page)
        assert_no_sideways_scroll(page)
        screenshot(page, f"{name}-{language}")


def places(customer: UUID, complaint: str, order: str) -> dict[str, str]:
    person = f"/console/people/{customer}"
    return {
        "person": person,
        "contact": f"{person}/contacts/new",
        "complaint-new": f"{person}/complaints/new",
        "complaints": "/console/complaints",
        "complaint": complaint,
        "answer": f"{complaint}/answer",
        "close": f"{complaint}/close",
        "orders": "/console/orders",
        "order": f"/console/orders/{order}",
        "caller": "/console/call?from=%2B34911222333",
        "register": "/console/call/register",
        "nowhere": "/console/nowhere",
    }
