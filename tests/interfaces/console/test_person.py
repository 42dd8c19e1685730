"""An agent's work with a person: what the page shows, and what the forms do."""

from datetime import timedelta
from uuid import UUID

import pytest

from projections.engine.runner import pause
from tests.interfaces.console.conftest import Console, Person
from tests.interfaces.console.desk import QUEUE, complained, ordered, told
from tests.interfaces.public.conftest import Page


def registered(console: Console, email: str = "ana@example.org") -> UUID:
    customer = console.world.customer(email)
    console.world.fold()
    return customer


def path_of(customer: UUID) -> str:
    return f"/console/people/{customer}"


def after(console: Console, agent: Person, path: str, fields: dict[str, str], **headers: str) -> str:
    """Sends a form and returns the page that it leads to."""
    response = agent.sends(path, fields, **headers)
    assert response.status_code == 303, response.text
    console.world.fold()
    return agent.sees(str(response.location)).text


def test_a_person_is_shown_with_what_is_known_of_them(console: Console) -> None:
    customer = registered(console)
    page = console.person("maria").sees(path_of(customer))
    assert "ana@example.org" in page.text
    assert "Offers by e-mail" in page.text
    assert "Apologise first" not in page.text


def test_somebody_unknown_is_a_page_that_says_so(console: Console) -> None:
    assert "nothing here" in console.person("maria").sees(path_of(UUID(int=7)), 404).text


def test_a_contact_is_logged_once_however_often_the_form_is_sent(console: Console) -> None:
    customer, maria = registered(console), console.person("maria")
    path, token = f"{path_of(customer)}/contacts/new", maria.token()
    fields = {"kind": "call", "channel": "phone", "direction": "inbound", "note": "She asks <where> it is."}
    before = console.log_length()
    page = after(console, maria, path, fields, token=token)
    assert "She asks <where> it is." in page
    assert "Call, inbound" in page
    assert "The contact is logged" in page
    told = console.log_length()
    assert told == before + 1
    console.world.clock.move(timedelta(seconds=20))
    after(console, maria, path, fields, token=token)
    assert console.log_length() == told
    (fact,) = [one for one in console.world.facts(before) if one.position == told]
    assert fact.fact.actor == "person:maria"


def test_a_complaint_is_opened_and_stands_above_all_else(console: Console) -> None:
    customer, maria = registered(console), console.person("maria")
    fields = {"category": "delivery", "severity": "high", "channel": "phone", "subject": "Parcel lost"}
    page = after(console, maria, f"{path_of(customer)}/complaints/new", fields)
    assert page.index("Apologise first. Do not sell.") < page.index("Timeline")
    assert "Parcel lost" in page
    assert "not answered yet" in page
    assert "open complaint" in page


def test_what_is_refused_is_said_at_its_field_and_what_was_typed_stays(console: Console) -> None:
    customer, maria = registered(console), console.person("maria")
    before = console.log_length()
    response = maria.sends(
        f"{path_of(customer)}/complaints/new",
        {"severity": "high", "channel": "phone", "subject": "Parcel <lost>", "category": " "},
    )
    assert response.status_code == 422
    assert "Parcel &lt;lost&gt;" in response.text
    assert 'href="#category"' in response.text
    assert console.log_length() == before


def test_the_timeline_shows_what_was_chosen(console: Console) -> None:
    customer, maria = registered(console), console.person("maria")
    fields = {"kind": "call", "channel": "phone", "direction": "inbound"}
    after(console, maria, f"{path_of(customer)}/contacts/new", fields)
    assert "Call, inbound" in maria.sees(f"{path_of(customer)}?about=touchpoint").text
    assert "Call, inbound" not in maria.sees(f"{path_of(customer)}?about=complaint").text
    assert "Complaint" in maria.sees(f"{path_of(customer)}?about=complaint").text


def test_nobody_is_shown_a_button_that_their_role_does_not_have(console: Console) -> None:
    customer = registered(console)
    for role, may in (("agent", True), ("analyst", False), ("auditor", False)):
        page = console.person(f"a person as {role}", role).sees(path_of(customer))
        links = {given.get("href") for tag, given in page.tags if tag == "a"}
        assert (f"{path_of(customer)}/contacts/new" in links) is may
        assert (f"{path_of(customer)}/complaints/new" in links) is may


def told_by_api(console: Console, agent: Person, path: str, body: dict[str, object], **headers: str) -> str:
    """Tells something with the agent's key, and returns the id of the complaint if it is about one."""
    given = {"Authorization": f"Bearer {agent.key}", **{k.replace("_", "-"): v for k, v in headers.items()}}
    response = agent.client.post(path, json=body, headers=given)
    assert response.status_code < 300, response.text
    console.world.fold()
    return str(response.json.get("complaint_id"))  # type: ignore[union-attr]


def test_an_open_complaint_is_shown_however_many_newer_ones_are_closed(console: Console) -> None:
    customer, maria = registered(console), console.person("maria")
    new: dict[str, object] = {
        "customer_id": str(customer),
        "category": "delivery",
        "severity": "high",
        "channel": "phone",
    }
    told_by_api(console, maria, "/api/complaints", {**new, "subject": "The oldest one"})
    for _ in range(21):
        newer = told_by_api(console, maria, "/api/complaints", new)
        closing: dict[str, object] = {"root_cause": "carrier", "outcome": "upheld"}
        told_by_api(console, maria, f"/api/complaints/{newer}/closings", closing, If_Match='"1"')
    text = maria.sees(path_of(customer)).text
    assert text.index("Apologise first") < text.index("The oldest one") < text.index("Timeline")


def test_an_instant_at_the_end_of_the_calendar_is_shown(console: Console) -> None:
    customer, maria = registered(console), console.person("maria")
    consent: dict[str, object] = {
        "channel": "email",
        "purpose": "marketing",
        "evidence": {"source": "shop"},
        "expires_at": "9999-12-31T23:59:59Z",
    }
    told_by_api(console, maria, f"/api/customers/{customer}/consents", consent)
    for zone in ("Asia/Tokyo", "America/Lima"):
        maria.sends("/console/account", {"zone": zone})
        assert "until 31 Dec 9999" in maria.sees(path_of(customer)).text


def test_a_page_names_the_paused_projections_that_it_reads(console: Console) -> None:
    customer, maria = registered(console), console.person("maria")
    assert "paused" not in maria.sees(path_of(customer)).text
    pause(console.world.projector, "complaints", operator="olga")
    assert "these projections are paused: complaints" in maria.sees(path_of(customer)).text
    assert "paused" not in maria.sees("/console/account").text


def test_whoever_comes_from_the_queue_goes_on_to_the_next_one_of_it(console: Console) -> None:
    people = [complained(console, subject)[0] for subject in ("First", "Second", "Third")]
    maria = console.person("maria")
    links = [
        str(given["href"]) for tag, given in maria.sees(QUEUE).tags if "/people/" in str(given.get("href"))
    ]
    assert [link.partition("?")[0] for link in links] == [path_of(one) for one in people]
    second = maria.sees(links[1])
    assert "2 of 3 in the list" in second.text
    around = {
        given["rel"]: str(given["href"]) for tag, given in second.tags if given.get("rel") in ("prev", "next")
    }
    assert around == {"prev": links[0], "next": links[2]}
    assert "rel" not in {
        name for tag, given in maria.sees(path_of(people[0])).tags for name in given if tag == "a"
    }
    assert "in the list" in maria.sees(f"{links[1]}&about=complaint").text


def test_whoever_comes_from_a_search_goes_on_to_the_next_one_and_no_word_is_in_the_address(
    console: Console,
) -> None:
    for name in ("Ana Soler", "Berta Soler"):
        told(console, "/api/customers", {"kind": "person", "name": name})
    maria = console.person("maria")
    found = Page(maria.sends("/console/look-up", {"q": "soler"}).text)
    links = [str(given["href"]) for tag, given in found.tags if "/people/" in str(given.get("href"))]
    assert len(links) == 2
    assert "oler" not in "".join(links)
    first = maria.sees(links[0])
    assert "1 of 2 in the list" in first.text
    assert links[1] in [given.get("href") for tag, given in first.tags]


@pytest.mark.parametrize(
    "query", ["queue=status%3Dx", "queue=cursor%3Dx", "among=x", "among=%C3%A9", "queue=x"]
)
def test_a_list_that_is_none_is_left_out(console: Console, query: str) -> None:
    customer = registered(console)
    page = console.person("maria").sees(f"{path_of(customer)}?{query}").text
    assert "in the list" not in page


def test_a_printed_page_says_who_printed_it_when_and_up_to_which_position(console: Console) -> None:
    customer = registered(console)
    page = console.person("maria").sees(path_of(customer)).text
    assert f"Printed by maria on 2 Mar 2026, 12:00 UTC. True up to position {console.log_length()}." in page


def test_two_years_of_orders_are_drawn_and_told(console: Console) -> None:
    customer, maria = registered(console), console.person("maria")
    assert "Value of the orders" not in maria.get(path_of(customer)).text
    ordered(console, customer)
    html = maria.get(path_of(customer)).text
    assert 'aria-label="Value of the orders of two years: €86.40"' in html
    assert "<title>February 2026: €86.40</title>" in html


def test_a_consent_shows_its_evidence_and_an_address_what_is_wrong_with_it(console: Console) -> None:
    customer, maria = registered(console), console.person("maria")
    evidence = {"source": "phone call", "text": "Yes,\nplease."}
    consent: dict[str, object] = {"channel": "email", "purpose": "marketing", "evidence": evidence}
    told_by_api(console, maria, f"/api/customers/{customer}/consents", consent)
    html = maria.get(path_of(customer)).text
    assert "recorded by maria · phone call · “Yes,\nplease.”" in html
    assert "the address does not exist" not in html
    bounced: dict[str, object] = {"scope": {"address": "ana@example.org"}, "reason": "HARD_BOUNCE"}
    told_by_api(console, maria, "/api/suppressions", bounced)
    text = maria.sees(path_of(customer)).text
    assert "ana@example.org the address does not exist" in text
