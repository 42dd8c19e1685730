"""Campaigns in the console: the board, a campaign's page, and the forms that move it."""

import pytest

from domain.campaigns.events import CampaignApproved, CampaignDrafted
from tests.interfaces.console.conftest import Console
from tests.interfaces.console.marketing import BOARD, FORM, campaign_at, drafted, links, sent, shown, values
from tests.interfaces.public.conftest import Page


def test_a_campaign_is_drafted_revised_approved_run_paused_resumed_and_cancelled(console: Console) -> None:
    marta, bruno = console.person("marta", "marketer"), console.person("bruno", "approver")
    console.world.customer("ana@example.org")
    console.world.customer("ben@example.org", consent=False)
    path = drafted(console, marta, hold_out="0", cost_per_contact="0.20")
    revised = sent(console, marta, f"{path}/revise", name="Winter offers, second wave")
    assert "Winter offers, second wave" in revised
    page = bruno.sees(f"{path}/approve").text
    assert "would get the message" in page
    assert "no consent" in page
    assert "€0.20" in page
    assert "needs" not in page
    assert "Start or plan a run" in sent(console, bruno, f"{path}/approve", number="1")
    assert "The run begins" in sent(console, marta, f"{path}/run")
    assert "a look first" in sent(console, marta, f"{path}/pause", reason="a look first")
    assert "goes on" in sent(console, marta, f"{path}/resume", reason="")
    assert "cancelled" in sent(console, marta, f"{path}/cancel", reason="wrong prices")
    facts = [one.fact for one in console.world.facts()]
    by = {type(fact): fact.actor for fact in facts if isinstance(fact, CampaignDrafted | CampaignApproved)}
    assert by == {CampaignDrafted: "person:marta", CampaignApproved: "person:bruno"}


def test_a_campaign_is_approved_only_with_the_number_that_the_page_shows(console: Console) -> None:
    bruno = console.person("bruno", "administrator")
    console.world.customer("ana@example.org")
    path = drafted(console, bruno)
    before = console.log_length()
    shown = values(bruno, f"{path}/approve")
    assert shown["reachable"] == "1"
    for number in ("", "2", "one"):
        refused = bruno.sends(f"{path}/approve", {**shown, "number": number}, token=shown["form_token"])
        assert refused.status_code == 422
        assert 'href="#number"' in refused.text
    assert console.log_length() == before
    assert "You drafted this campaign yourself" in bruno.sees(f"{path}/approve").text


def test_an_approval_of_an_older_version_is_refused(console: Console) -> None:
    marta, bruno = console.person("marta", "marketer"), console.person("bruno", "approver")
    path = drafted(console, marta)
    shown = values(bruno, f"{path}/approve")
    sent(console, marta, f"{path}/revise", name="Another")
    refused = bruno.sends(f"{path}/approve", {**shown, "number": "0"}, token=shown["form_token"])
    assert refused.status_code == 409
    assert "Somebody changed it" in refused.text


def test_a_revision_changes_only_what_was_typed_anew(console: Console) -> None:
    marta = console.person("marta", "marketer")
    campaign_id = console.world.draft(
        ends_at=console.world.clock.now().replace(microsecond=5, second=3, month=7),
        cost_per_contact="0.02",
        currency="USD",
    )
    console.world.fold()
    path = f"{BOARD}/{campaign_id}"
    before = [one.fact for one in console.world.facts() if isinstance(one.fact, CampaignDrafted)]
    length = console.log_length()
    sent(console, marta, f"{path}/revise")
    assert console.log_length() == length
    sent(console, marta, f"{path}/revise", name="Summer", brand="")
    revised = console.world.facts()[-1].fact
    kept = ("ends_at", "cost_per_contact", "cost_currency", "audience", "body", "seed")
    assert {name: getattr(revised, name) for name in kept} == {
        name: getattr(before[0], name) for name in kept
    }
    assert revised.name == "Summer"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"criteria": "not json"}, "criteria"),
        ({"criteria": ""}, "criteria"),
        ({"hold_out": "80"}, "hold_out"),
        ({"hold_out": "many"}, "hold_out"),
        ({"ends_at": "tomorrow"}, "ends_at"),
        ({"body": "{{ name"}, "body"),
        ({"subject": "{% if %}"}, "subject"),
        ({"brand": "nowhere"}, "brand"),
        ({"attribution_window_days": "0"}, "attribution_window_days"),
        ({"cost_per_contact": "0,02"}, "cost_per_contact"),
    ],
)
def test_a_refused_draft_says_so_at_the_field_and_keeps_what_was_typed(
    console: Console, typed: dict[str, str], field: str
) -> None:
    marta = console.person("marta", "marketer")
    before = console.log_length()
    refused = marta.sends(f"{BOARD}/new", {**FORM, "name": "<b>Winter</b>", **typed})
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text
    assert "&lt;b&gt;Winter&lt;/b&gt;" in refused.text
    assert console.log_length() == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"hold_out": "80"}, "Write a number from 0 to 50, such as 10."),
        ({"subject": "Hi {{ nam }}"}, "unknown: nam; the nearest known name is name."),
    ],
)
def test_a_refused_draft_says_what_to_write(console: Console, typed: dict[str, str], said: str) -> None:
    assert said in console.person("marta", "marketer").sends(f"{BOARD}/new", {**FORM, **typed}).text


def test_the_board_has_the_campaigns_by_their_state(console: Console) -> None:
    marta = console.person("marta", "marketer")
    assert "No campaign yet" in marta.sees(BOARD).text
    draft, approved = console.world.draft(name="Spring"), console.world.campaign(name="Summer")
    console.world.fold()
    text = marta.sees(BOARD).text
    assert text.index("draft") < text.index("Spring") < text.index("approved") < text.index("Summer")
    assert f"{BOARD}/{approved}" in links(marta, f"{BOARD}?state=approved")
    assert f"{BOARD}/{draft}" not in links(marta, f"{BOARD}?state=approved")


def test_a_planned_run_is_in_the_calendar_on_the_day_of_the_persons_time_zone(console: Console) -> None:
    marta = console.person("marta", "marketer")
    marta.sends("/console/account", {"language": "en", "zone": "Asia/Kolkata"})
    path = f"{BOARD}/{console.world.campaign(name='Spring')}"
    console.world.fold()
    assert "The run is planned" in sent(
        console, marta, f"{path}/schedule", at="2026-04-01T00:15", grace_minutes="5"
    )
    (planned,) = [one for one in console.world.facts() if type(one.fact).__name__ == "CampaignScheduled"]
    assert planned.fact.planned_for.isoformat() == "2026-03-31T18:45:00+00:00"  # type: ignore[attr-defined]
    assert planned.fact.grace_seconds == 300  # type: ignore[attr-defined]
    assert "for 1 Apr 2026, 00:15 IST" in marta.sees(path).text
    assert "No run is planned" in marta.sees(f"{BOARD}/calendar").text
    april = marta.sees(f"{BOARD}/calendar?month=2026-04").text
    assert "Wednesday 1 April" in april
    assert "Spring" in april
    for odd in ("x", "2026-13", "0000-01", "9999-12", "1899-01"):
        assert "March 2026" in marta.sees(f"{BOARD}/calendar?month={odd}").text


def test_whoever_may_only_read_sees_no_step(console: Console) -> None:
    path = f"{BOARD}/{console.world.draft()}"
    console.world.fold()
    ana = console.person("ana", "analyst")
    assert {link for link in links(ana, path) if link.startswith(f"{path}/")} == {
        f"{path}/message",
        f"{path}/reach",
    }
    assert f"{BOARD}/new" not in links(ana, BOARD)
    assert f"{path}/approve" not in links(console.person("marta", "marketer"), path)
    assert campaign_at(path)


def test_a_message_is_shown_as_a_customer_would_get_it_in_a_frame_that_runs_nothing(console: Console) -> None:
    marta = console.person("marta", "marketer")
    ana = console.world.customer("ana@example.org", name="<script>alert(1)</script>")
    console.world.complain(ana)
    path = f"{BOARD}/{console.world.draft()}/message"
    console.world.fold()
    assert "an invented customer" in marta.sees(path).text
    chosen = marta.sends(path, {"q": "ana@example.org"})
    assert chosen.status_code == 303
    assert str(chosen.location) == f"{path}?customer_id={ana}"
    page = marta.sees(str(chosen.location))
    assert "would not get it" in page.text
    assert "open complaint" in page.text
    (frame,) = [given for tag, given in page.tags if tag == "iframe"]
    assert "sandbox" in frame
    shown = marta.get(str(frame["src"]))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.text
    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    assert shown.headers["Content-Security-Policy"].endswith("; sandbox")
    assert shown.headers["X-Frame-Options"] == "SAMEORIGIN"
    policy = marta.get(path).headers["Content-Security-Policy"]
    assert policy.endswith("base-uri 'none'; frame-src 'self'")


def test_whose_message_is_not_clear_says_so_and_keeps_what_was_typed(console: Console) -> None:
    marta = console.person("marta", "marketer")
    path = f"{BOARD}/{console.world.draft()}/message"
    console.world.fold()
    refused = marta.sends(path, {"q": "nobody@example.org"})
    assert refused.status_code == 422
    assert 'value="nobody@example.org"' in refused.text
    assert 'href="#q"' in refused.text
    assert marta.get(f"{path}?customer_id=x").status_code == 422


def test_a_test_goes_to_ones_own_address_once_and_never_to_a_customer(console: Console) -> None:
    marta = console.person("marta", "marketer")
    console.world.customer("ana@example.org")
    path = f"{BOARD}/{console.world.draft()}/tests/new"
    console.world.fold()
    refused = marta.sends(path, {"to": "ana@example.org"})
    assert refused.status_code == 422
    assert "as a customer" in refused.text
    assert 'value="ana@example.org"' in refused.text
    token = values(marta, path)["form_token"]
    answers = [marta.sends(path, {"to": "marta@shop.example"}, token=token) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].location == answers[1].location
    console.world.fold()
    assert "accepted" in marta.sees(str(answers[0].location)).text
    assert len(list(console.world.located.drop_folder.glob("*.eml"))) == 1


def test_the_home_of_a_marketer_and_of_an_approver_says_what_waits(console: Console) -> None:
    marta, bruno = console.person("marta", "marketer"), console.person("bruno", "approver")
    assert "Nothing waits for you" in bruno.sees("/console").text
    console.world.draft()
    console.world.pause(console.world.campaign())
    console.world.fold()
    home = marta.sees("/console").text
    assert "Drafts 1" in home
    assert "Paused campaigns 1" in home
    assert "Campaigns to approve 1" in bruno.sees("/console").text
    assert "Paused campaigns" not in bruno.sees("/console").text
    assert "Campaigns to approve" not in console.person("maria", "agent").sees("/console").text


def test_a_stale_revision_names_what_others_changed_and_keeps_both(console: Console) -> None:
    marta, jose = console.person("marta", "marketer"), console.person("jose", "marketer")
    path = drafted(console, marta, cost_per_contact="0.02", hold_out="10")
    stale = shown(jose, f"{path}/revise")
    sent(console, marta, f"{path}/revise", name="Winter, second wave", hold_out="")
    typed = {**stale, "subject": "Hi {{ name }}"}
    refused = jose.sends(f"{path}/revise", typed, token=stale["form_token"])
    assert refused.status_code == 409
    assert "Somebody changed: Name" in refused.text
    assert "Somebody changed: Held out" in refused.text
    again = {
        str(given["name"]): str(given.get("value") or "")
        for tag, given in Page(refused.text).tags
        if tag == "input" and given.get("name")
    }
    assert (again["name"], again["subject"], again["hold_out"]) == (
        "Winter, second wave",
        "Hi {{ name }}",
        "",
    )
    token = again.pop("form_token")
    sends = {**{name[5:]: value for name, value in again.items() if name.startswith("seen.")}, **again}
    assert jose.sends(f"{path}/revise", sends, token=token).status_code == 303
    revised = console.world.facts()[-1].fact
    assert (revised.name, revised.subject, revised.hold_out) == ("Winter, second wave", "Hi {{ name }}", None)  # type: ignore[attr-defined]
