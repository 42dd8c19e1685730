"""The page of a run, and why or why not somebody was written to."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interfaces.http.contexts.runs import replays_routes
from tests.interfaces.console.conftest import Person
from tests.interfaces.console.running import Running, running
from tests.interfaces.public.conftest import Page
from tests.interfaces.working import work_on_jobs
from tests.smtp_sink import Act, Fault, SmtpSink, Stage

NAMES = ("Ann", "Bob", "Cem", "Dan")


@pytest.fixture
def run(database: Any, tmp_path: Path) -> Iterator[Running]:
    with running(database, tmp_path, *NAMES) as run:
        yield run


@pytest.fixture
def marketer(run: Running) -> Person:
    return run.console.person("maria", "marketer")


def sent(run: Running, person: Person, path: str, fields: dict[str, Any]) -> Page:
    """Opens the page of a form, sends it with these fields, and returns the page that follows."""
    page = person.sees(path)
    version = [given["value"] for tag, given in page.tags if given.get("name") == "version"]
    response = person.sends(
        path, {**({"version": version[0]} if version else {}), **fields}, token=page.form_token
    )
    assert response.status_code == 303, response.text
    run.world.fold()
    return person.sees(str(response.location))


def test_a_run_shows_its_balance_by_outcome_and_by_first_reason(run: Running, marketer: Person) -> None:
    run.complain("Ann")
    run.finish()
    text = marketer.sees(run.path).text
    assert "finished" in text
    assert "4 people, each in exactly one outcome" in text
    assert "balanced" in text
    assert "Sent 3 75.0%" in text
    assert "Suppressed 1 25.0%" in text
    assert "4 in the audience, 1 left out, so we write to 3 people" in text
    assert "open complaint 1 25.0%" in text


def test_a_run_whose_audience_is_not_counted_says_so_and_never_shows_zero(
    run: Running, marketer: Person
) -> None:
    text = marketer.sees(run.path).text
    assert "not known" in text
    assert "in the audience" not in text


def test_a_run_is_paused_resumed_and_cancelled_and_a_complaint_meanwhile_stops_its_message(
    run: Running, marketer: Person
) -> None:
    run.advance_until_decided()
    assert "The campaign is paused" in sent(run, marketer, f"{run.path}/pause", {"reason": "a typo"}).text
    position = run.complain("Bob")
    assert f"{run.path}/pause" not in links(marketer.sees(run.path))
    assert "The campaign goes on" in sent(run, marketer, f"{run.path}/resume", {}).text
    run.finish()
    page = asked(run, marketer, "Bob@example.com")
    assert "The message was stopped" in page.text
    assert "open complaint" in page.text
    assert f"{position:,}".replace(",", " ") in page.text.replace("  ", " ")
    assert f"{run.path}/decisions/{run.people['Bob']}" in links(page)
    assert not [link for link in links(marketer.sees(run.path)) if link.endswith(("/pause", "/cancel"))]


def test_a_campaign_is_cancelled_from_its_run(run: Running, marketer: Person) -> None:
    run.advance_until_decided()
    assert "for good" in marketer.sees(f"{run.path}/cancel").text
    assert "The campaign is cancelled" in sent(run, marketer, f"{run.path}/cancel", {}).text
    run.finish()
    assert "cancelled" in marketer.sees(run.path).text


def asked(run: Running, person: Person, who: str) -> Page:
    response = person.sends(f"{run.path}/why", {"who": who})
    if response.status_code == 303:
        assert "@" not in str(response.location)
        return person.sees(str(response.location))
    return Page(response.text)


def links(page: Page) -> list[str]:
    return [str(given["href"]) for tag, given in page.tags if tag == "a" and "href" in given]


def test_why_says_where_somebody_stands_before_and_after_the_decision(run: Running, marketer: Person) -> None:
    who = "Ann@example.com"
    assert "The audience was not counted yet" in asked(run, marketer, who).text
    run.finish()
    page = asked(run, marketer, who)
    assert "The message was sent" in page.text
    assert "The whole decision" in page.text


def test_why_says_who_is_not_in_the_audience_and_what_nobody_has(run: Running, marketer: Person) -> None:
    run.finish()
    run.world.customer("late@example.org")
    run.world.fold()
    page = asked(run, marketer, "late@example.org")
    assert "is not in the audience" in page.text
    assert not [link for link in links(page) if "/decisions/" in link]
    assert "Nobody has “nobody@example.org”" in asked(run, marketer, "nobody@example.org").text


def test_why_says_who_is_in_the_hold_out(database: Any, tmp_path: Path) -> None:
    with running(database, tmp_path, *NAMES, hold_out="0.5", seed="spring") as run:
        run.finish()
        marketer = run.console.person("maria", "marketer")
        held = run.api.get(f"{run.api_path}/decisions?outcome=held_out")["items"]
        assert held
        page = marketer.sees(f"{run.path}/why/{held[0]['customer_id']}")
        assert "drawn into the hold-out" in page.text


def test_the_people_of_a_run_are_listed_by_outcome_and_first_reason(run: Running, marketer: Person) -> None:
    run.complain("Ann")
    run.finish()
    everyone = marketer.sees(f"{run.path}/people").text
    assert all(name in everyone for name in NAMES)
    page = marketer.sees(f"{run.path}/people?first_reason=OPEN_COMPLAINT")
    assert "Ann" in page.text
    assert "Bob" not in page.text
    assert f"{run.path}/decisions/{run.people['Ann']}" in links(page)
    assert "Nobody is here" in marketer.sees(f"{run.path}/people?outcome=deferred").text


def test_what_the_next_hop_said_is_bounded_and_printed_literally(
    database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = {n: Fault(act=Act.ANSWER, stage=Stage.RCPT, code=550) for n in range(1, 6)}
    names = [f"p{n}" for n in range(6)]
    monkeypatch.setattr("tests.smtp_sink.PLANNED", "<script>alert(1)</script>{{ 7 * 7 }}", raising=True)
    with running(database, tmp_path, *names, sink=SmtpSink(faults=faults)) as run:
        run.finish()
        response = run.console.person("maria", "marketer").get(run.path)
    assert "<script>alert" not in response.text
    assert response.text.count("&lt;script&gt;alert(1)&lt;/script&gt;{{ 7 * 7 }}") == 3


def test_whoever_may_only_read_sees_no_step(run: Running) -> None:
    page = run.console.person("ana", "analyst").sees(run.path)
    assert not [link for link in links(page) if link.endswith(("/pause", "/cancel", "/resume"))]


def test_unknown_messages_wait_on_the_home_page_and_are_settled_one_or_many(
    database: Any, tmp_path: Path
) -> None:
    faults = {number: Fault(act=Act.CUT) for number in (1, 2, 3)}
    with running(database, tmp_path, *NAMES, sink=SmtpSink(faults=faults)) as run:
        run.finish()
        maria = run.console.person("maria", "marketer")
        assert "Messages with an unknown outcome 3" in maria.sees("/console").text
        assert "Nobody knows whether 3 messages left" in maria.sees(run.path).text
        page = maria.sees("/console/messages")
        ids = [given["value"] for tag, given in page.tags if given.get("name") == "message_ids"]
        nothing = maria.sends(
            "/console/messages", {"outcome": "sent", "note": "I <b>know</b>"}, token=page.form_token
        )
        assert nothing.status_code == 422
        assert 'href="#message_ids"' in nothing.text
        assert "I &lt;b&gt;know&lt;/b&gt;" in nothing.text
        unnamed = maria.sends(
            "/console/messages", {"message_ids": ids[:2], "outcome": "sent"}, token=page.form_token
        )
        assert unnamed.text.count(" checked") == 2
        settled = sent(
            run, maria, "/console/messages", {"message_ids": ids[:2], "outcome": "sent", "note": "Their log"}
        )
        assert "The outcome is recorded" in settled.text
        left = [given["value"] for tag, given in settled.tags if given.get("name") == "message_ids"]
        assert left == ids[2:]
        late = maria.sends(
            "/console/messages",
            {"message_ids": ids, "outcome": "failed", "note": "x"},
            token=settled.form_token,
        )
        assert late.status_code == 409
        assert "is known already" in late.text
        auditor = run.console.person("ana", "auditor").sees("/console/messages")
        assert any(name in auditor.text for name in ("Ann", "Bob", "Cem", "Dan"))
        assert not [one for _, one in auditor.tags if one.get("name") == "message_ids"]


def test_no_unknown_message_is_said_so(run: Running, marketer: Person) -> None:
    assert "Every outcome is known" in marketer.sees("/console/messages").text
    assert "unknown outcome" not in marketer.sees("/console").text


def test_a_run_is_decided_again_at_once_or_by_a_job(
    run: Running, marketer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.complain("Ann")
    run.finish()
    at_once = marketer.sends(f"{run.path}/replay")
    assert "Every decision is the recorded one" in at_once.text
    assert "First decisions 4" in Page(at_once.text).text
    monkeypatch.setattr(replays_routes, "LARGEST_AT_ONCE", 3)
    leads_to = str(marketer.sends(f"{run.path}/replay").location)
    assert "waits" in marketer.sees(leads_to).text
    work_on_jobs(run.world)
    text = marketer.sees(leads_to).text
    assert "Every decision is the recorded one" in text
    assert "First decisions 4" in text
    assert marketer.get(leads_to.replace(str(run.run_id), str(run.campaign_id))).status_code == 404
    assert run.console.person("jose", "marketer").get(leads_to).status_code == 404
