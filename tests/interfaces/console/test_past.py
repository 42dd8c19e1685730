"""The past in the console: pages that show it, links that keep it, and nothing that changes something."""

import re
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import quote
from uuid import UUID

import pytest

from tests.interfaces.console.conftest import Console, Person
from tests.interfaces.console.desk import told


@pytest.fixture
def maria(console: Console) -> Person:
    return console.person("maria")


def a_day_before_the_complaint(console: Console) -> tuple[UUID, str, datetime]:
    """Returns a customer, the path of their complaint's page, and an instant between their two facts."""
    customer = console.world.customer("ana@example.org")
    console.world.clock.move(timedelta(days=1))
    then = console.world.clock.now()
    console.world.clock.move(timedelta(days=1))
    body = {"customer_id": str(customer), "category": "delivery", "severity": "high", "channel": "phone"}
    complaint = told(console, "/api/complaints", body)["complaint_id"]
    return customer, f"/console/complaints/{complaint}", then


def at(path: str, then: datetime, name: str = "known_at") -> str:
    return f"{path}?{name}={quote(then.isoformat())}"


@pytest.mark.parametrize("name", ["as_of", "known_at"])
def test_a_persons_page_shows_the_past_without_anything_that_writes(
    console: Console, maria: Person, name: str
) -> None:
    customer, _, then = a_day_before_the_complaint(console)
    path = f"/console/people/{customer}"
    now, past = maria.sees(path).text, maria.sees(at(path, then, name)).text
    assert "Apologise first" in now
    assert "You see what" not in now
    assert "Apologise first" not in past
    assert "You see what" in past
    for writes in ("Log a contact", "New complaint"):
        assert writes in now
        assert writes not in past


def test_links_keep_the_past_until_somebody_goes_back_to_now(console: Console, maria: Person) -> None:
    customer, _, then = a_day_before_the_complaint(console)
    page = unescape(maria.get(at(f"/console/people/{customer}", then)).text)
    links = [link for link in re.findall(r'href="(/console[^"]*)"', page) if "/static/" not in link]
    (back,) = [link for link in links if link.startswith("/console/past?")]
    kept = f"known_at={quote(then.isoformat(), safe='')}"
    assert all(kept in link for link in links if link != back)
    assert f"/console/complaints?{kept}" in links
    assert str(maria.get(back).location) == f"/console/people/{customer}"


def test_a_page_without_a_past_says_that_it_shows_the_present(console: Console, maria: Person) -> None:
    _, _, then = a_day_before_the_complaint(console)
    assert "This page shows the present" in maria.sees(at("/console/complaints", then)).text


def test_a_complaint_that_nobody_knew_of_then_is_not_there(console: Console, maria: Person) -> None:
    _, complaint, then = a_day_before_the_complaint(console)
    page = maria.sees(at(complaint, then), 404)
    assert "Nothing of it was known then" in page.text
    assert "Back to now" in page.text


def test_one_of_the_two_instants_is_enough(console: Console, maria: Person) -> None:
    customer, _, _ = a_day_before_the_complaint(console)
    page = maria.sees(f"/console/people/{customer}")
    instants = [given for _, given in page.tags if given.get("name") in ("as_of", "known_at")]
    assert len(instants) == 2
    assert not any("required" in given for given in instants)


def test_a_moment_is_chosen_in_the_persons_own_time_zone(console: Console, maria: Person) -> None:
    maria.sends("/console/account", {"language": "", "zone": "Asia/Kathmandu", "shortcuts": "1"})
    chosen = maria.get(
        "/console/past?page=/console/people/7%3Fabout%3Dorder&as_of=2026-03-01T10:00&known_at="
    )
    assert chosen.location == "/console/people/7?about=order&as_of=2026-03-01T10%3A00%3A00%2B05%3A45"


@pytest.mark.parametrize("page", ["//evil.example", "https://evil.example/console", "/api/customers", ""])
def test_nobody_is_led_away_from_the_console(maria: Person, page: str) -> None:
    assert maria.get(f"/console/past?page={quote(page)}").location == "/console"


@pytest.mark.parametrize("instant", ["yesterday", "2026-13-01T00:00:00Z", "2999-01-01T00:00:00Z"])
def test_an_instant_that_is_none_or_is_to_come_is_refused(
    console: Console, maria: Person, instant: str
) -> None:
    customer = console.world.customer("ana@example.org")
    console.world.fold()
    page = maria.sees(f"/console/people/{customer}?as_of={instant}", 422)
    assert "This instant cannot be shown" in page.text
    assert "Back to now" in page.text
