"""A part of a page that asks for itself again: what it gets, when it stops, and what it says when it gets nothing."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from domain.errors import Unavailable
from tests.interfaces.console.conftest import Person
from tests.interfaces.console.running import Running, running

ASKS = re.compile(r'<div id="live"[^>]* hx-get="([^"]*)"')
PARTS = re.compile(r"<title>\w[^:<]*: ([\d,]+)</title>")
MOST_BYTES = 6_000


@pytest.fixture
def run(database: Any, tmp_path: Path) -> Iterator[Running]:
    with running(database, tmp_path, "Ann", "Bob", "Cem", "Dan") as run:
        yield run


@pytest.fixture
def maria(run: Running) -> Person:
    return run.console.person("maria", "marketer")


def asks(html: str) -> str | None:
    """The address that the live part asks again, or None."""
    found = ASKS.search(html)
    return found[1].replace("&amp;", "&") if found else None


def polled(person: Person, address: str) -> TestResponse:
    return person.get(address, HX_Request="true")


def opened(person: Person, path: str) -> str:
    """Opens a page, and returns the address of its polls."""
    address = asks(person.get(path).text)
    assert address is not None
    return address


def test_a_poll_gets_nothing_while_nothing_is_newer(run: Running, maria: Person) -> None:
    run.advance_until_decided()
    answer = polled(maria, opened(maria, run.path))
    assert (answer.status_code, answer.data) == (204, b"")


def test_a_poll_gets_the_block_alone_when_something_is_newer(run: Running, maria: Person) -> None:
    run.advance_until_decided()
    address = opened(maria, run.path)
    run.complain("Ann")
    answer = polled(maria, address)
    assert answer.status_code == 200
    assert answer.text.strip().startswith('<div id="live"')
    assert "<html" not in answer.text
    assert "Why, or why not" not in answer.text
    assert len(answer.data) < MOST_BYTES
    again = asks(answer.text)
    assert again is not None
    assert again != address
    assert polled(maria, again).status_code == 204


def test_the_bar_adds_up_at_every_poll_and_a_finished_run_asks_no_more(run: Running, maria: Person) -> None:
    address: str | None = opened(maria, run.path)
    run.complain("Bob")
    for _ in range(60):
        run.advance()
        answer = polled(maria, str(address))
        if answer.status_code == 204:
            continue
        counted = [int(number.replace(",", "")) for number in PARTS.findall(answer.text)]
        assert sum(counted) in (0, 4)
        assert "does not add up" not in answer.text
        address = asks(answer.text)
        if address is None:
            break
    assert address is None
    assert "finished" in answer.text
    assert asks(maria.get(run.path).text) is None


def test_the_address_of_a_poll_opens_the_whole_page_for_whoever_asks_for_it_otherwise(
    run: Running, maria: Person
) -> None:
    assert "<html" in maria.get(opened(maria, run.path)).text


def aged(run: Running, minutes: int) -> None:
    """Lets the last use of each session be so much longer ago."""
    for _ in range(minutes):
        run.world.database.execute("update access.sessions set last_used = last_used - interval '1 minute'")


def test_sixty_idle_minutes_end_the_session_although_the_page_asks(run: Running, maria: Person) -> None:
    run.advance_until_decided()
    address = opened(maria, run.path)
    for _ in range(4):
        aged(run, 14)
        assert polled(maria, address).status_code in (200, 204)
    aged(run, 14)
    answer = polled(maria, address)
    assert answer.status_code == 401
    assert "<html" not in answer.text
    assert 'href="/console/sign-in"' in answer.text
    assert asks(answer.text) == address


def test_whoever_uses_a_page_meanwhile_keeps_the_session(run: Running, maria: Person) -> None:
    run.advance_until_decided()
    address = opened(maria, run.path)
    for _ in range(3):
        aged(run, 50)
        assert polled(maria, address).status_code in (200, 204)
        assert maria.get(run.path).status_code == 200


def test_without_the_database_the_part_says_so_and_asks_again_by_itself(
    run: Running, maria: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.advance_until_decided()
    address = opened(maria, run.path)

    def away(*_: Any, **__: Any) -> None:
        raise Unavailable()

    with monkeypatch.context() as patch:
        patch.setattr(run.world.services.sessions, "signed_in", away)
        answer = polled(maria, address)
    assert answer.status_code == 503
    assert answer.text.strip().startswith('<div id="live"')
    assert "asks again by itself" in answer.text
    assert asks(answer.text) == address
    run.complain("Ann")
    assert "What became of everyone" in polled(maria, str(asks(answer.text))).text


def test_whoever_may_not_see_it_any_more_is_told_once(run: Running, maria: Person) -> None:
    agent = run.console.person("ana", "agent")
    answer = polled(agent, opened(maria, run.path))
    assert answer.status_code == 403
    assert "<html" not in answer.text
    assert asks(answer.text) is None


def test_an_odd_position_is_no_fault(run: Running, maria: Person) -> None:
    for shown in ("", "-1", "x", "%FF", "9" * 500):
        assert polled(maria, f"{run.path}?shown={shown}").status_code == 200
