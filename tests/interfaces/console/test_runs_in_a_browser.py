"""A run in a real browser: it goes on, is paused and resumed, and the page keeps what somebody does there."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages
from tests.interfaces.console.running import Running, running
from tests.interfaces.console.signing_in import sign_in
from tests.interfaces.working import folding
from tests.smtp_sink import Act, Fault, SmtpSink, Stage

if TYPE_CHECKING:
    from tests.browsers.fixtures import Browse

PEOPLE = tuple(f"Person {number}" for number in range(1, 9))
FAULTS = {1: Fault(act=Act.CUT), 2: Fault(act=Act.ANSWER, stage=Stage.RCPT, code=550)}
OFTEN = 'hx-trigger="every 400ms"'
BEGIN = '<p class="away" role="status">'
"""What the live part begins with."""
TYPED_INTO = '<input aria-label="Typed" id="typed"><details id="more"><summary>More</summary>It</details>'


@pytest.fixture
def run(database: Any, tmp_path: Path) -> Iterator[Running]:
    people = (name.replace(" ", "") for name in PEOPLE)
    with running(database, tmp_path, *people, sink=SmtpSink(faults=FAULTS), name="Winter offers") as run:
        yield run


@pytest.fixture
def pages(run: Running, browse: "Browse") -> Iterator[Pages]:
    with browse(run.console.app) as pages:
        yield pages


def opened(run: Running, pages: Pages, **options: Any) -> Page:
    page = pages.open("/console", **options)
    sign_in(page, run.console.visitor("maria", "marketer").key)
    page.goto(run.path)
    return page


def counted(page: Page) -> int:
    """How many people the parts of the bar have together, at one moment."""
    numbers = page.locator(".balance .legend strong").all_inner_texts()
    return sum(int(number.replace(",", "")) for number in numbers)


def test_a_run_is_paused_and_resumed_while_a_complaint_comes_in(run: Running, pages: Pages) -> None:
    run.advance_until_decided()
    page = opened(run, pages)
    state = page.locator("#live .badge").first
    expect(state).to_have_text("sending")
    page.get_by_role("link", name="Pause").click()
    page.get_by_label("Reason").fill("A typo")
    with folding(run.world, after=0):
        page.get_by_role("button", name="Pause").click()
        expect(state).to_have_text("paused")
    position = run.complain("Person3")
    page.get_by_role("link", name="Resume").click()
    with folding(run.world, after=0):
        page.get_by_role("button", name="Resume").click()
        expect(state).to_have_text("sending")
    for _ in range(60):
        run.advance()
        assert counted(page) == len(PEOPLE)
        if run.api.get(run.api_path)["state"] == "finished":
            break
    expect(state).to_have_text("finished")
    assert counted(page) == len(PEOPLE)
    assert page.locator("#live").get_attribute("hx-get") is None
    page.get_by_label("Address, number or name").fill("person3@example.com")
    page.get_by_role("button", name="Ask").click()
    expect(page.get_by_role("heading", name=re.compile("The message was stopped"))).to_be_visible()
    assert page.locator(".banner .position").first.inner_text() == str(position)
    assert "example.com" not in page.url


def test_what_somebody_does_within_a_part_that_changes_stays(run: Running, pages: Pages) -> None:
    run.advance_until_decided()
    page = pages.open("/console")
    sign_in(page, run.console.visitor("maria", "marketer").key)
    polls: list[str] = []

    def often(route: Route) -> None:
        """The run's page asks more often, and its live part has something to type into."""
        url = re.sub(r"shown=\d+", "shown=0", route.request.url)
        response = route.fetch(url=url)
        body = response.text().replace('hx-trigger="every 2s"', OFTEN)
        polls.append(url)
        route.fulfill(
            response=response,
            body=body.replace('<p class="away" role="status">', f"<b>{len(polls)}</b>{TYPED_INTO}{BEGIN}", 1),
        )

    page.route("**/runs/*", often)
    page.route("**/runs/*?*", often)
    page.goto(run.path)
    typed = page.locator("#typed")
    typed.fill("half a word")
    page.locator("#more summary").click()
    page.locator("#live details.figures summary").first.click()
    typed.focus()
    typed.evaluate("field => field.setSelectionRange(2, 6)")
    before = len(polls)
    while len(polls) < before + 4:
        page.wait_for_timeout(100)
    page.keyboard.press("Delete")
    assert page.evaluate("document.activeElement.id") == "typed"
    assert typed.input_value() == "ha word"
    assert page.locator("#more").evaluate("details => details.open")
    assert page.locator("#live details.figures").first.evaluate("details => details.open")


def test_a_page_says_while_nothing_answers_and_goes_on_by_itself(run: Running, pages: Pages) -> None:
    run.advance_until_decided()
    page = opened(run, pages)
    lost = page.locator(".lost")
    expect(lost).to_be_hidden()
    pages.expect_fault("ERR_FAILED")
    pages.expect_fault("htmx")
    page.route("**/runs/*?*", lambda route: route.abort(), times=1)
    expect(lost).to_be_visible()
    expect(lost).to_contain_text(re.compile(r"No answer since \d+:\d\d"))
    expect(lost).to_be_hidden()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_of_a_run_are_accessible_and_fit_a_phone(run: Running, pages: Pages, language: str) -> None:
    run.complain("Person3")
    run.finish()
    page = opened(run, pages, locale=language)
    for name, path in {
        "run": run.path,
        "run-pause": f"{run.path}/pause",
        "run-people": f"{run.path}/people",
        "run-why": f"{run.path}/why/{run.people['Person3']}",
        "messages": "/console/messages",
    }.items():
        page.goto(path)
        assert_accessible(page)
        assert_no_sideways_scroll(page)
        screenshot(page, f"{name}-{language}")
