"""The queue of complaints, and what an agent does with one."""

import pytest

from tests.interfaces.console.conftest import Console, Person
from tests.interfaces.console.desk import QUEUE, complained
from tests.interfaces.public.conftest import Page


def sent(console: Console, agent: Person, path: str, fields: dict[str, str]) -> str:
    """Opens the page of a form, sends it with these fields, and returns the page that follows."""
    page = agent.sees(path)
    (version,) = [given["value"] for tag, given in page.tags if given.get("name") == "version"]
    response = agent.sends(path, {"version": str(version), **fields}, token=page.form_token)
    assert response.status_code == 303, response.text
    console.world.fold()
    return agent.sees(str(response.location)).text


def test_the_queue_shows_the_oldest_unanswered_complaint_first_and_leaves_out_closed_ones(
    console: Console,
) -> None:
    _, first = complained(console, "First")
    complained(console, "Second")
    _, third = complained(console, "Third")
    maria = console.person("maria")
    text = maria.sees(QUEUE).text
    assert text.index("First") < text.index("Second") < text.index("Third")
    sent(console, maria, f"{first}/answer", {"text": "We are looking for it."})
    sent(console, maria, f"{third}/close", {"root_cause": "carrier", "outcome": "upheld"})
    text = maria.sees(QUEUE).text
    assert text.index("Second") < text.index("First")
    assert "Third" not in text
    assert "Third" in maria.sees(f"{QUEUE}?status=closed").text
    assert "First" not in maria.sees(f"{QUEUE}?answered=false").text


def test_the_home_of_an_agent_counts_the_complaints_that_wait_for_an_answer(console: Console) -> None:
    maria = console.person("maria")
    assert "Nothing waits for you" in maria.sees("/console").text
    complained(console)
    text = maria.sees("/console").text
    assert "Complaints without an answer 1" in text


def test_an_empty_queue_says_what_it_is_for(console: Console) -> None:
    assert "No complaint is open" in console.person("maria").sees(QUEUE).text


def test_a_complaint_is_answered_escalated_resolved_closed_and_reopened(console: Console) -> None:
    _, path = complained(console)
    maria = console.person("maria")
    assert "We are looking" in sent(console, maria, f"{path}/answer", {"text": "We are looking for it."})
    assert "Berta" in sent(console, maria, f"{path}/escalate", {"to": "Berta", "reason": "It is a lot."})
    assert "A new parcel" in sent(console, maria, f"{path}/resolve", {"summary": "A new parcel"})
    closed = sent(console, maria, f"{path}/close", {"root_cause": "carrier", "outcome": "upheld"})
    assert "Its cooling-off begins" in closed
    assert "promotional messages until" in closed
    links = {given.get("href") for tag, given in maria.sees(path).tags if tag == "a"}
    assert f"{path}/reopen" in links
    assert f"{path}/answer" not in links
    assert "open again" in sent(console, maria, f"{path}/reopen", {"reason": "It was another parcel."})


def test_a_second_agent_whose_form_is_old_is_told_and_keeps_what_they_typed(console: Console) -> None:
    _, path = complained(console)
    maria, jose = console.person("maria"), console.person("jose")
    page = jose.sees(f"{path}/answer")
    (version,) = [given["value"] for tag, given in page.tags if given.get("name") == "version"]
    sent(console, maria, f"{path}/answer", {"text": "We are looking for it."})
    before = console.log_length()
    refused = jose.sends(
        f"{path}/answer", {"version": str(version), "text": "I <also> answer."}, token=page.form_token
    )
    assert refused.status_code == 409
    assert "Somebody changed it" in refused.text
    assert "I &lt;also&gt; answer." in refused.text
    assert "Answered by maria" in refused.text
    assert "We are looking for it." in refused.text
    assert console.log_length() == before
    again = Page(refused.text)
    (now,) = [given["value"] for tag, given in again.tags if given.get("name") == "version"]
    sent_again = {"version": str(now), "text": "I <also> answer."}
    assert jose.sends(f"{path}/answer", sent_again, token=again.form_token).status_code == 303
    assert console.log_length() == before + 1


def test_a_form_without_what_it_needs_says_so_at_the_field(console: Console) -> None:
    _, path = complained(console)
    maria = console.person("maria")
    page = maria.sees(f"{path}/close")
    (version,) = [given["value"] for tag, given in page.tags if given.get("name") == "version"]
    refused = maria.sends(
        f"{path}/close", {"version": str(version), "outcome": "upheld"}, token=page.form_token
    )
    assert refused.status_code == 422
    assert 'href="#root_cause"' in refused.text
    again = Page(refused.text)
    assert [given["value"] for tag, given in again.tags if given.get("name") == "version"] == [version]
    sent_again = {"version": str(version), "outcome": "upheld", "root_cause": "carrier"}
    assert maria.sends(f"{path}/close", sent_again, token=again.form_token).status_code == 303


@pytest.mark.parametrize(
    ("step", "fields", "said"),
    [
        (
            "resolve",
            {"summary": "A parcel", "compensation": "veinte"},
            "Escriba un importe, por ejemplo 20,00",
        ),
        (
            "resolve",
            {"summary": "A parcel", "compensation": "1,234.50"},
            "Escriba un importe, por ejemplo 20,00",
        ),
        ("resolve", {"summary": "A parcel", "compensation": "1.234"}, "demasiadas cifras decimales"),
        ("resolve", {"summary": "A parcel", "compensation": "20.001"}, "demasiadas cifras decimales"),
        ("resolve", {"summary": "A parcel", "compensation": "-1"}, "no puede ser negativo"),
        ("escalate", {"to": "B", "reason": "A lot", "severity": "huge"}, "Elija algo de la lista"),
        ("reopen", {"reason": "It is another one"}, "Solo se puede reabrir una queja cerrada"),
    ],
)
def test_a_refusal_is_in_the_language_of_the_person(
    console: Console, step: str, fields: dict[str, str], said: str
) -> None:
    _, path = complained(console)
    maria = console.person("maria")
    maria.sends("/console/account", {"language": "es"})
    assert said in maria.sends(f"{path}/{step}", {"version": '"1"', **fields}).text


@pytest.mark.parametrize("typed", ["20,5", "20,50", "1.020,50"])
def test_an_amount_is_read_as_people_write_it_in_their_language(console: Console, typed: str) -> None:
    _, path = complained(console)
    maria = console.person("maria")
    maria.sends("/console/account", {"language": "es"})
    text = sent(console, maria, f"{path}/resolve", {"summary": "Un paquete", "compensation": typed})
    assert ("1020,50" if typed.startswith("1") else "20,50") in text.replace(".", "")


def test_what_was_written_in_lines_is_shown_in_lines(console: Console) -> None:
    _, path = complained(console)
    maria = console.person("maria")
    sent(console, maria, f"{path}/answer", {"text": "First.\nSecond."})
    assert '<p class="soft written">First.\nSecond.</p>' in maria.get(path).text


def test_whoever_may_only_read_sees_no_step(console: Console) -> None:
    _, path = complained(console)
    page = console.person("ana", "analyst").sees(path)
    assert "Parcel lost" in page.text
    links = {given.get("href") for tag, given in page.tags if tag == "a"}
    assert not [link for link in links if str(link).startswith(f"{path}/")]
