"""A marketer's day in a real browser: from a draft to a run that a complaint overtakes."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Locator, Page, expect

from application.dispatch.dispatcher import Dispatcher
from domain.campaigns.events import CampaignApproved, CampaignDrafted
from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot, tab_to
from tests.browsers.pages import Pages
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.signing_in import sign_in
from tests.interfaces.working import folding
from tests.smtp_sink import SmtpSink
from tests.world import World

PEOPLE = 30
"""More than the dispatcher hands over in its first group, so that a pause finds somebody without a message."""
BODY = "Dear {{ name }}, winter is here. No more of this: {{ unsubscribe_url }}"


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def console(database: Any, tmp_path: Path, sink: SmtpSink) -> Iterator[Console]:
    with closing(World(database, tmp_path, sink)) as world:
        yield Console(world)


def press(page: Page, target: Locator) -> None:
    """Reaches a link or a button by Tab, and presses it."""
    tab_to(page, target, at_most=80)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def type_into(page: Page, field: str, text: str) -> None:
    tab_to(page, page.locator(f"#{field}"), at_most=80)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(text)


def link(page: Page, name: str) -> Locator:
    return page.locator("main, .page-heading").get_by_role("link", name=name, exact=True).first


def button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def dispatched(dispatcher: Dispatcher, done: Callable[[], bool], seconds: float = 20.0) -> None:
    """Takes steps of the dispatcher until it is done. Fails the test if it never is."""
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, "the dispatcher does not get there"
        if not dispatcher.advance():
            time.sleep(0.02)


def test_a_run_paused_while_a_complaint_comes_in_goes_on_without_whoever_complained(
    console: Console, pages: Pages, sink: SmtpSink
) -> None:
    world = console.world
    people = {world.customer(f"c{n:02}@example.org"): f"c{n:02}@example.org" for n in range(PEOPLE)}
    marta = pages.open("/console")
    sign_in(marta, console.visitor("marta", "marketer").key)
    with folding(world, after=0):
        campaign = drafted(marta)
        gets_a_test(marta, sink)
        bruno = pages.open(campaign)
        sign_in(bruno, console.visitor("bruno", "approver").key)
        approved(bruno)
        marta.goto(campaign)
        press(marta, link(marta, "Run now"))
        press(marta, button(marta, "Run now"))
        dispatcher = world.dispatcher()
        dispatched(dispatcher, lambda: len(sink.received) > 1)
        press(marta, link(marta, "Pause"))
        press(marta, button(marta, "Pause"))
        got = {address for mail in sink.received for address in mail.recipients}
        waits = next(one for one, address in people.items() if address not in got)
        complains(console, pages, waits)
        marta.goto(campaign)
        expect(marta.get_by_text("paused", exact=True).first).to_be_visible()
        press(marta, link(marta, "Resume"))
        press(marta, button(marta, "Resume"))
        (run_id,) = {
            one.fact.originator_id for one in world.facts() if type(one.fact).__name__ == "RunPlanned"
        }
        dispatched(dispatcher, lambda: world.run(run_id)["state"] == "finished")
    run = world.run(run_id)
    assert run["balanced"]
    assert {name: n for name, n in run["outcomes"].items() if n} == {"sent": PEOPLE - 1, "suppressed": 1}
    assert run["reasons"] == {"OPEN_COMPLAINT": 1}
    got = {address for mail in sink.received for address in mail.recipients}
    assert got == {*people.values(), "marta@shop.example"} - {people[waits]}
    by = {type(one.fact): one.fact.actor for one in world.facts()}
    assert (by[CampaignDrafted], by[CampaignApproved]) == ("person:marta", "person:bruno")


def drafted(page: Page) -> str:
    """Drafts a campaign by keyboard alone, and returns the path of its page."""
    with page.expect_navigation():
        page.keyboard.press("g")
        page.keyboard.press("m")
    press(page, link(page, "New campaign"))
    type_into(page, "name", "Winter offers")
    type_into(page, "criteria", '{"field": "kind", "op": "eq", "value": "person"}')
    type_into(page, "subject", "Hello {{ name }}")
    type_into(page, "body", BODY)
    press(page, button(page, "Save the draft"))
    expect(page.get_by_role("heading", name="Winter offers")).to_be_visible()
    return page.url.partition("?")[0].removeprefix(page.url.partition("/console")[0])


def gets_a_test(page: Page, sink: SmtpSink) -> None:
    press(page, link(page, "Send a test to yourself"))
    type_into(page, "to", "marta@shop.example")
    press(page, button(page, "Send a test to yourself"))
    expect(page.get_by_text("accepted", exact=True)).to_be_visible()
    assert [mail.recipients for mail in sink.received] == [("marta@shop.example",)]


def approved(page: Page) -> None:
    press(page, link(page, "Approve"))
    type_into(page, "number", str(PEOPLE))
    press(page, button(page, "Approve"))
    expect(page.get_by_text("The campaign is approved, at position")).to_be_visible()


def complains(console: Console, pages: Pages, customer: UUID) -> None:
    """Somebody at the desk opens a complaint, in a browser of their own."""
    page = pages.open(f"/console/people/{customer}/complaints/new")
    sign_in(page, console.visitor("maria").key)
    type_into(page, "category", "delivery")
    press(page, button(page, "Open the complaint"))
    expect(page.get_by_text("The complaint is open, at position")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_of_campaigns_are_accessible_and_fit_a_phone(
    console: Console, pages: Pages, language: str
) -> None:
    world = console.world
    ana = world.customer("ana@example.org")
    world.customer("ben@example.org", consent=False)
    world.complain(world.customer("cyd@example.org"))
    draft = world.draft(name="Winter offers", cost_per_contact="0.02", hold_out=Decimal("0.1"))
    for name in ("Thank you", "A campaign with a long name, the second wave of winter offers"):
        world.campaign(name=name)
    running = world.campaign(name="Recall")
    world.start(running)
    world.pause(running)
    told = world.campaign(name="Spring")
    console.person("told", "administrator").sends(
        f"/console/campaigns/{told}/schedule", {"at": "2026-03-20T09:30"}
    )
    world.run_to_end(world.dispatcher())
    page = pages.open("/console", locale=language)
    sign_in(page, console.visitor("ada", "administrator").key)
    for name, path in places(draft, running, ana).items():
        if language == "es" and name not in LOOKED_AT_IN_SPANISH:
            continue
        page.goto(path)
        if name == "campaign-approve-refused":
            pages.expect_fault("status of 422")
            page.get_by_role("button", name="Approve" if language == "en" else "Aprobar", exact=True).click()
        assert_accessible(page)
        assert_no_sideways_scroll(page)
        screenshot(page, f"{name}-{language}")


LOOKED_AT_IN_SPANISH = ("campaigns", "calendar", "campaign", "campaign-approve-refused")
"""The forms are made of the same parts in both languages."""


def places(draft: UUID, running: UUID, customer: UUID) -> dict[str, str]:
    here = "/console/campaigns"
    return {
        "home-campaigns": "/console",
        "campaigns": here,
        "calendar": f"{here}/calendar",
        "campaign": f"{here}/{draft}",
        "campaign-paused": f"{here}/{running}",
        "campaign-new": f"{here}/new",
        "campaign-approve-refused": f"{here}/{draft}/approve",
        "campaign-message": f"{here}/{draft}/message?customer_id={customer}",
        "campaign-test": f"{here}/{draft}/tests/new",
        "campaign-schedule": f"{here}/{running}/schedule",
    }
