"""Links of messages: they lead where they were signed for, and only a form that is sent counts as a click."""

import json
import threading
from datetime import timedelta

import pytest
import structlog

from domain.errors import StoreUnavailable
from tests.interfaces.public.conftest import BROWSER, Page, Site

ANN = "ann@example.org"
TARGET = "https://shop.example/offer?id=1&x=2#top"
TOUCHED = "touchpoints.TouchpointRecorded"


@pytest.fixture
def sent(site: Site) -> Site:
    site.world.customer(ANN)
    site.send()
    return site


def follow(site: Site, path: str, **headers: str) -> int:
    """As a browser does it: the page, then its form."""
    answer = site.post(path, {"form_token": site.look(path).form_token}, **headers)
    assert answer.headers.get("Location") == (TARGET if answer.status_code == 303 else None)
    return answer.status_code


def test_a_click_is_a_touchpoint_of_the_message_and_leads_on(sent: Site) -> None:
    assert follow(sent, sent.click_of(ANN)) == 303
    (clicked,) = sent.facts(TOUCHED)
    (handed,) = sent.facts("messages.MessageHandedOver")
    assert clicked["customer_id"] == handed["customer_id"]
    assert (clicked["source"], clicked["channel"], clicked["direction"]) == ("farley", "email", "inbound")
    assert (clicked["kind"], clicked["machine"]) == ("email_clicked", False)
    assert clicked["in_reply_to"] == str(handed["stream"])
    assert (clicked["campaign_id"], clicked["run_id"]) == (handed["campaign_id"], handed["run_id"])
    assert TARGET not in json.dumps(clicked, default=str)


def test_the_page_says_where_the_link_leads_and_sends_itself_by_a_script_of_ours(sent: Site) -> None:
    page = sent.look(sent.click_of(ANN))
    assert "shop.example" in page.text
    assert [a["src"] for tag, a in page.tags if tag == "script"] == ["../static/follow.js"]
    assert [a.get("action") for tag, a in page.tags if tag == "form"] == [None]
    assert sent.client.get("/static/follow.js").content_type == "text/javascript; charset=utf-8"


def test_repeated_clicks_by_one_link_leave_one_fact_an_hour(sent: Site) -> None:
    path = sent.click_of(ANN)
    token = sent.look(path).form_token
    for minutes, facts in ((0, 1), (1, 1), (58, 1), (2, 2), (30, 2), (29, 2), (1, 3)):
        sent.world.clock.move(timedelta(minutes=minutes))
        answer = sent.post(path, {"form_token": token})
        assert (answer.status_code, answer.headers["Location"]) == (303, TARGET)
        assert follow(sent, path) == 303
        assert len(sent.facts(TOUCHED)) == facts


def test_a_machine_that_looked_first_hides_no_persons_click(sent: Site) -> None:
    path = sent.click_of(ANN)
    for agent in ("Googlebot/2.1", "Googlebot/2.1", BROWSER, BROWSER, "Googlebot/2.1"):
        assert follow(sent, path, User_Agent=agent) == 303
    assert [clicked["machine"] for clicked in sent.facts(TOUCHED)] == [True, False]


def test_clicks_at_once_are_one(sent: Site) -> None:
    path, statuses = sent.click_of(ANN), list[int]()
    clicks = [threading.Thread(target=lambda: statuses.append(follow(sent, path))) for _ in range(4)]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert statuses == [303] * 4
    assert len(sent.facts(TOUCHED)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"},
        {
            "User_Agent": "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"
        },
        {"User_Agent": "BarracudaCentral"},
        {"User_Agent": "python-requests/2.32"},
        {"User_Agent": ""},
        {"Sec_Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
)
def test_26_a_click_by_a_machine_is_recorded_and_flagged(sent: Site, headers: dict[str, str]) -> None:
    assert follow(sent, sent.click_of(ANN), **headers) == 303
    assert [clicked["machine"] for clicked in sent.facts(TOUCHED)] == [True]


def test_without_its_form_nothing_is_recorded_and_nobody_is_led_on(sent: Site) -> None:
    path = sent.click_of(ANN)
    token = sent.look(path).form_token
    elsewhere = sent.look(sent.page_of(ANN)).form_token
    forged = ("", "x", token[:-1], token + "A", token[:-2] + "AA", elsewhere, token.swapcase(), "A" * 54, "ü")
    before = sent.head()
    for one in forged:
        answer = sent.post(path, {"form_token": one})
        assert (answer.status_code, answer.headers.get("Location")) == (403, None), one
    assert sent.post(path).status_code == 403
    sent.world.clock.move(timedelta(hours=24, seconds=1))
    assert sent.post(path, {"form_token": token}).status_code == 403
    assert sent.head() == before


def test_a_form_is_good_for_a_day(sent: Site) -> None:
    path = sent.click_of(ANN)
    token = sent.look(path).form_token
    sent.world.clock.move(timedelta(hours=24))
    assert sent.post(path, {"form_token": token}).status_code == 303


def test_a_form_from_the_future_is_not_ours(sent: Site) -> None:
    path = sent.click_of(ANN)
    sent.world.clock.move(timedelta(hours=1))
    token = sent.look(path).form_token
    sent.world.clock.move(-timedelta(hours=1))
    assert sent.post(path, {"form_token": token}).status_code == 403


def test_a_link_leads_on_while_the_database_is_away(sent: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable()

    path = sent.click_of(ANN)
    monkeypatch.setattr(sent.world.web.store, "find", away)
    assert follow(sent, path) == 303
    assert sent.facts(TOUCHED) == []


def test_the_page_says_that_the_preferences_are_away_with_the_database(
    sent: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise StoreUnavailable()

    path = sent.page_of(ANN)
    monkeypatch.setattr(sent.world.web.store, "find", away)
    answer = sent.client.get(path)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
    assert "try again in a moment" in Page(answer.text).text


def test_no_address_of_a_page_stands_in_a_log_line_or_a_metric(sent: Site) -> None:
    paths = [sent.page_of(ANN), sent.click_of(ANN)]
    with structlog.testing.capture_logs() as logs:
        for path in paths:
            sent.look(path)
            sent.client.get(path[:-1])
            sent.client.get(f"{path}/more")
            sent.client.put(path)
            sent.post(path, {"form_token": sent.look(path).form_token})
    told = json.dumps(logs, default=str) + sent.client.get("/metrics").text
    assert not any(path[3:30] in told for path in paths)
    assert {line["route"] for line in logs if line["event"] == "request"} == {
        "/u/<token>",
        "/c/<token>",
        None,
    }
    assert 'route="/c/<token>",status="303"' in told
