"""An auditor, in a real browser: what was decided yesterday, whether it still comes out so, and what was sent."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browsers.checks import assert_accessible, assert_no_sideways_scroll, screenshot
from tests.browsers.pages import Pages
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.deciding import Run
from tests.interfaces.console.signing_in import sign_in
from tests.smtp_sink import SmtpSink


def test_an_auditor_explains_yesterdays_decision_decides_it_again_and_reads_what_was_sent(
    console: Console, sink: SmtpSink, pages: Pages, tmp_path: Path
) -> None:
    run = Run(console)
    run.world.clock.move(timedelta(days=1))
    page = pages.open("/console")
    sign_in(page, console.visitor("ada", "auditor").key)
    page.goto(run.decision(run.bob))
    expect(page.get_by_text("No message was sent: open complaint.")).to_be_visible()
    expect(page.get_by_text("the same, byte for byte")).to_be_visible()
    page.get_by_role("listitem").filter(has_text="OPEN_COMPLAINT").get_by_role("link").click()
    expect(page.get_by_role("heading", name="Complaint opened")).to_be_visible()
    page.goto(run.decision(run.ann))
    page.get_by_role("link", name="The message as it was sent").click()
    expect(page.get_by_text("These are the bytes that were handed over.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Save the bytes").click()
    saved = tmp_path / "message.eml"
    download.value.save_as(saved)
    assert saved.read_bytes() == sink.received[0].content
    run.forge("messages.MessageHandedOver", policy_version=7)
    page.goto(run.decision(run.ann))
    expect(page.get_by_role("heading", name="This is not what the facts say")).to_be_visible()
    expect(page.get_by_role("row", name="policy_version")).to_contain_text("7")
    screenshot(page, "decision-forged-en")


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pages_of_an_auditor_are_accessible_and_fit_a_phone(
    console: Console, pages: Pages, language: str
) -> None:
    run = Run(console)
    run.world.clock.move(timedelta(days=1))
    page = pages.open("/console", locale=language)
    sign_in(page, console.visitor("ada", "auditor").key)
    for name, path in places(run).items():
        page.goto(path)
        assert_accessible(page)
        assert_no_sideways_scroll(page)
        screenshot(page, f"{name}-{language}")


def places(run: Run) -> dict[str, Any]:
    person = f"/console/people/{run.bob}"
    return {
        "fact": f"/console/facts/{run.complained}",
        "decision": run.decision(run.bob),
        "decision-sent": run.decision(run.ann),
        "why": f"{person}/why?channel=email&purpose=marketing&message_class=promotional",
        "message": run.message,
        "history": f"{person}/history",
        "person-audited": person,
    }
