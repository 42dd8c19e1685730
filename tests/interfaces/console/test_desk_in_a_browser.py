"""An agent at the desk, in a real browser."""

import re
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.desk import PHONE, complained, ordered, registered, told
from tests.interfaces.console.signing_in import sign_in
from tests.interfaces.working import folding

CONSENT: dict[str, object] = {
    "channel": "email",
    "purpose": "marketing",
    "evidence": {"source": "phone call", "text": "Yes, send me offers.\nBut not on Sundays."},
}
SUPPRESSION: dict[str, object] = {"reason": "LEGAL_HOLD", "note": "The court asked for it."}


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
    other, linked = (
        registered(console, "Ana Ferrer", email="ana@example.org"),
        registered(console, "Ann", phone=PHONE),
    )
    told(console, f"/api/customers/{customer}/links", {"profile_id": str(linked)})
    told(console, "/api/suppressions", SUPPRESSION | {"scope": {"customer_id": str(customer)}})
    told(console, f"/api/customers/{customer}/consents", CONSENT)
    page = pages.open("/console", locale=language)
    sign_in(page, console.visitor("maria").key)
    pages.expect_fault("status of 404")
    for name, path in places(customer, complaint, order, other, linked).items():
        page.goto(path)
        assert_accessible(page)
        assert_no_sideways_scroll(page)
        screenshot(page, f"{name}-{language}")


def places(customer: UUID, complaint: str, order: str, other: UUID, linked: UUID) -> dict[str, str]:
    person = f"/console/people/{customer}"
    return {
        "person": person,
        "consent": f"{person}/consents/new",
        "leave-alone": f"{person}/leave-alone",
        "correct": f"{person}/correct",
        "postal": f"{person}/contact-points/new-postal",
        "link": f"{person}/links/{other}/new",
        "unlink": f"{person}/links/{linked}/end",
        "suppress": f"{person}/suppressions/new",
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


def test_a_customer_is_found_by_a_national_number_and_by_a_name_with_and_without_accents(
    console: Console, pages: Pages
) -> None:
    ana = registered(console, "Ana Ferrer Solé", phone="+49 30 901820")
    registered(console, "Anna Ferrer", phone="+49 30 901821")
    page = pages.open("/console/call?from=030901820")
    sign_in(page, console.visitor("maria").key)
    expect(page).to_have_url(f"{pages.url}/console/people/{ana}")
    for words in ("030 / 90 18 20", "ana sole", "FERRER SOLÉ", "Ferrer Solé Ana"):
        page.wait_for_load_state()  # the script that knows the keys comes with it
        page.keyboard.press("/")
        page.keyboard.type(words)
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/console/people/{ana}")
        expect(page.get_by_role("heading", name="Ana Ferrer Solé", level=1)).to_be_visible()
        page.goto("/console")
    page.keyboard.press("/")
    page.keyboard.type("ferrer")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Anna Ferrer").click()
    place = page.get_by_text(re.compile("[12] of 2 in the list"))
    expect(place).to_be_visible()
    assert "errer" not in page.url
    is_first = place.inner_text().startswith("1")
    page.get_by_role("link", name="Next" if is_first else "Previous").click()
    expect(page.get_by_role("heading", name="Ana Ferrer Solé", level=1)).to_be_visible()


def test_a_second_agent_whose_form_is_stale_is_told_what_is_new_and_sends_it_again(
    console: Console, pages: Pages
) -> None:
    _, complaint = complained(console)
    jose = pages.open(f"{complaint}/answer")
    sign_in(jose, console.visitor("jose").key)
    jose.get_by_label("What you answered").fill("It comes on Monday.")
    maria = pages.open(f"{complaint}/answer")
    sign_in(maria, console.visitor("maria").key)
    maria.get_by_label("What you answered").fill("We are looking for it.\nPlease wait.")
    with folding(console.world, after=0):
        maria.get_by_role("button", name="Answer").click()
        maria.wait_for_url("**done=step_answer*")
        pages.expect_fault("status of 409")
        jose.get_by_role("button", name="Answer").click()
        expect(jose.get_by_text("Somebody changed it while you filled this in.")).to_be_visible()
        expect(jose.get_by_text("We are looking for it.")).to_be_visible()
        expect(jose.get_by_label("What you answered")).to_have_value("It comes on Monday.")
        assert_accessible(jose)
        screenshot(jose, "stale")
        jose.get_by_role("button", name="Answer").click()
        jose.wait_for_url("**done=step_answer*")
    expect(jose.get_by_text("It comes on Monday.")).to_be_visible()


def test_a_customer_who_wants_no_messages_is_left_alone_with_one_button(
    console: Console, pages: Pages
) -> None:
    ana = registered(console, "Ana Ferrer", email="ana@example.org")
    told(console, f"/api/customers/{ana}/consents", CONSENT)
    page = pages.open(f"/console/people/{ana}")
    sign_in(page, console.visitor("maria").key)
    page.get_by_role("link", name="Leave me alone").click()
    expect(page.get_by_text("Offers by e-mail")).to_be_visible()
    with folding(console.world, after=0):
        page.get_by_role("button", name="Withdraw everything").dblclick()
        page.wait_for_url("**done=left_alone*")
    expect(page.get_by_text("Everything is withdrawn")).to_be_visible()
    stored = [type(one.fact).__name__ for one in console.world.facts(0)]
    assert stored.count("ConsentWithdrawn") == 1
