"""Why a person was or was not written to: decisions explained, made again, and messages as they were sent."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.interfaces.console.conftest import Console, Person
from tests.interfaces.console.deciding import Run
from tests.interfaces.public.conftest import Page
from tests.smtp_sink import SmtpSink


@pytest.fixture
def run(console: Console) -> Run:
    return Run(console)


@pytest.fixture
def ada(console: Console, run: Run) -> Person:
    return console.person("ada", "auditor")


def links(page: Page) -> set[str]:
    return {str(given.get("href")) for tag, given in page.tags if tag == "a"}


def test_a_decision_says_its_verdict_all_rules_their_facts_and_that_it_is_the_same_again(
    run: Run, ada: Person
) -> None:
    page = ada.sees(run.decision(run.bob))
    for said in ("No message was sent: open complaint.", "No open complaint", "OPEN_COMPLAINT", "Consented"):
        assert said in page.text, said
    assert "the same, byte for byte" in page.text
    assert "Complaint opened" in page.text
    assert {f"/console/facts/{run.complained}", f"/console/people/{run.bob}"} <= links(page)
    assert not [link for link in links(page) if "/messages/" in link]


def test_yesterdays_decision_is_explained_and_made_again_though_much_has_changed_since(
    run: Run, ada: Person
) -> None:
    run.world.clock.move(timedelta(days=1))
    run.world.withdraw(run.ann)
    run.world.fold()
    page = ada.sees(run.decision(run.ann))
    assert "Nothing stopped the message." in page.text
    assert "Second decision, at the handover" in page.text
    assert "the same, byte for byte" in page.text
    assert run.message in links(page)


def test_a_forged_decision_is_named_with_what_differs(run: Run, ada: Person) -> None:
    run.forge("messages.MessageHandedOver", policy_version=7)
    page = ada.sees(run.decision(run.ann))
    assert "This is not what the facts say" in page.text
    assert "policy_version" in page.text
    assert "the same, byte for byte" not in page.text
    assert "the same, byte for byte" in ada.sees(run.decision(run.bob)).text


def test_whoever_is_no_member_has_no_decision(run: Run, ada: Person) -> None:
    assert "There is nothing here" in ada.sees(run.decision(uuid4()), 404).text


def test_a_person_s_page_leads_to_why(console: Console, run: Run) -> None:
    maria = console.person("maria", "agent")
    page = maria.sees(f"/console/people/{run.bob}")
    why = next(link for link in links(page) if "/why?" in link and "purpose=marketing" in link)
    shown = maria.sees(why).text
    assert "No such message may be sent: open complaint." in shown
    assert "/why" not in "".join(links(console.person("ana", "analyst").sees(f"/console/people/{run.bob}")))


def test_why_is_asked_for_any_instant_and_for_what_was_known_then(run: Run, ada: Person) -> None:
    begun = run.world.clock.now()
    run.world.clock.move(timedelta(days=2))
    run.world.fold()
    path = f"/console/people/{run.bob}/why"
    ask = "?channel=email&purpose=marketing&message_class=promotional"
    past = ada.sees(f"{path}{ask}&at={begun - timedelta(days=1):%Y-%m-%dT%H:%M}")
    assert "can be reached" in past.text.lower()
    assert "open complaint." not in past.text
    known = ada.sees(f"{path}{ask}&at={begun:%Y-%m-%dT%H:%M}&known_to_position={run.complained - 1}")
    assert "Such a message may be sent." in known.text
    assert "open complaint" in ada.sees(f"{path}{ask}&campaign_id={run.campaign_id}").text


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("at=nonsense", "at"),
        ("purpose=nonsense", "purpose"),
        ("known_to_position=x&at=2026-01-01T00:00", "known_to"),
    ],
)
def test_a_question_that_cannot_be_read_is_said_at_its_field(
    run: Run, ada: Person, query: str, field: str
) -> None:
    page = ada.sees(f"/console/people/{run.bob}/why?{query}", 422)
    assert any(str(given.get("href")).startswith(f"#{field}") for tag, given in page.tags if tag == "a")


def test_39_a_message_is_shown_with_its_headers_and_text_and_saved_byte_for_byte(
    run: Run, ada: Person, sink: SmtpSink
) -> None:
    response = ada.get(run.message)
    assert "Dear Ann, &lt;b&gt;hello&lt;/b&gt;." in response.text
    page = ada.sees(run.message)
    assert "These are the bytes that were handed over." in page.text
    assert "ann@example.org" in page.text
    (file,) = (link for link in links(page) if "/file?" in link)
    saved = ada.get(file)
    assert saved.data == sink.received[0].content
    assert saved.content_type == "message/rfc822"
    assert saved.headers["Content-Disposition"].startswith("attachment;")
    assert saved.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_39_forged_bytes_and_forgotten_ones_are_said_to_be_so(run: Run, ada: Person) -> None:
    run.forge("messages.MessageHandedOver", sender="they@example.org")
    assert "These are not the bytes that were sent" in ada.sees(run.message).text
    run.world.web.keys.forget([run.ann])
    page = ada.sees(run.message)
    assert "The message cannot be read any more" in page.text
    assert "Dear" not in page.text
    assert ada.get(f"{run.message}/file").status_code == 404


def test_only_whoever_may_read_histories_reads_what_was_sent(console: Console, run: Run) -> None:
    for role in ("agent", "analyst"):
        assert console.person(f"a person as {role}", role).get(run.message).status_code == 403
