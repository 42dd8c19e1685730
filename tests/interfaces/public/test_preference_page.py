"""The preference page: what is ticked holds, only changes are said, and nothing is lifted by the way."""

import itertools
from typing import Any
from uuid import UUID

import pytest

from application.catalogue.commands import DeclareName
from application.customers.commands import WithdrawConsent
from application.suppressions.commands import GivenScope, ImposeSuppression
from domain.catalogue.names import NameKind
from tests.interfaces.public.conftest import BODY, Page, Site

ANN = "ann@example.org"
WITHDRAWN, GRANTED = "customers.ConsentWithdrawn", "customers.ConsentGranted"
MARKETING, CLUB, SURVEY, TOPIC = "purpose:marketing", "purpose:club", "purpose:survey", "topic:marketing"


def said(site: Site, since: int = 0) -> list[tuple[bool, str | None, str | None, str | None]]:
    """Who said what, since a position: granted, channel, purpose, topic."""
    facts = [(True, fact) for fact in site.facts(GRANTED)] + [(False, fact) for fact in site.facts(WITHDRAWN)]
    return [
        (granted, fact.get("channel"), fact.get("purpose"), fact.get("topic"))
        for granted, fact in sorted(facts, key=lambda one: int(one[1]["position"]))
        if fact["position"] > since
    ]


def test_the_page_has_a_box_for_each_purpose_but_service_and_one_for_none_at_all(site: Site) -> None:
    site.world.services.catalogue.declare_name(
        DeclareName(kind=NameKind.PURPOSE, name="club", description="The record club"), site.world.request()
    )
    site.world.customer(ANN)
    site.send(topic="vinyl")
    page = site.look(site.page_of(ANN))
    assert page.boxes == {MARKETING: True, TOPIC: True, CLUB: False, SURVEY: False, "stop_all": False}
    for text in ("a•••@example.org", "The record club", "Offers and news: vinyl"):
        assert text in page.text
    assert ANN not in page.text


def test_44_a_topic_withdrawn_in_another_spelling_is_shown_as_withdrawn(site: Site) -> None:
    ann = site.world.customer(ANN)
    site.send(topic="Vinyl")
    withdrawal = WithdrawConsent(customer_id=ann, channel="email", purpose="MARKETING", topic="vinyl")
    site.world.services.customers.withdraw_consent(withdrawal, site.world.request())
    page = site.look(site.page_of(ANN))
    assert (page.boxes[MARKETING], page.boxes[TOPIC]) == (True, False)
    assert "Offers and news: Vinyl" in page.text


def test_only_changes_are_said(site: Site) -> None:
    site.world.customer(ANN)
    run_id = site.send()
    path, before = site.page_of(ANN), site.head()
    assert "Nothing was changed" in site.save(path, MARKETING).text
    assert site.head() == before
    page = site.save(path, SURVEY)
    assert page.boxes == {MARKETING: False, SURVEY: True, "stop_all": False}
    assert said(site, before) == [(False, "email", "marketing", None), (True, "email", "survey", None)]
    (withdrawn,) = site.facts(WITHDRAWN)
    assert withdrawn["run_id"] == str(run_id)
    site.save(path, SURVEY)
    assert len(said(site, before)) == 2


def test_after_saving_exactly_what_is_ticked_holds(site: Site) -> None:
    """From every state to every state of a purpose and its topic."""
    site.world.customer(ANN)
    site.send(topic="vinyl")
    path = site.page_of(ANN)
    states = [set[str](), {MARKETING}, {TOPIC}, {MARKETING, TOPIC}]
    for one, other in itertools.permutations(states, 2):
        for wanted in (one, other):
            page = site.save(path, *wanted)
            assert {key for key, ticked in page.boxes.items() if ticked} == wanted


def test_no_promotional_messages_at_all_is_a_withdrawal_of_everything(site: Site) -> None:
    site.world.customer(ANN)
    site.send()
    path, before = site.page_of(ANN), site.head()
    page = site.save(path, MARKETING, SURVEY, stop_all=True)
    assert page.boxes == {MARKETING: False, SURVEY: False, "stop_all": True}
    assert said(site, before) == [(False, None, None, None)]
    assert "Nothing was changed" in site.save(path, stop_all=True).text
    assert site.save(path, SURVEY).boxes == {MARKETING: False, SURVEY: True, "stop_all": False}


def test_the_button_unsubscribes_from_the_purpose_of_the_message(site: Site) -> None:
    site.world.customer(ANN)
    site.send()
    path = site.page_of(ANN)
    form = {"form_token": site.look(path).form_token, "action": "unsubscribe"}
    answer = site.post(path, form)
    assert "You are unsubscribed from “Offers and news”" in Page(answer.text).text
    assert said(site)[-1] == (False, "email", "marketing", None)
    before = site.head()
    assert site.post(path, form).status_code == 200
    assert site.head() == before


def test_10_consenting_again_lifts_no_suppression_and_the_page_says_so(site: Site) -> None:
    ann = site.world.customer(ANN)
    site.send()
    path = site.page_of(ANN)
    assert "That has another reason" not in site.look(path).text
    site.world.services.suppressions.impose_suppression(
        ImposeSuppression(scope=GivenScope(customer_id=ann), reason="SPAM_COMPLAINT"), site.world.request()
    )
    site.save(path)
    site.world.fold()
    page = site.save(path, MARKETING)
    assert page.boxes[MARKETING] is True
    assert "Promotional messages to you are stopped." in page.text
    assert "SPAM" not in page.text.upper()
    run = site.world.run(site.send(name="Summer"))
    assert (run["outcomes"]["sent"], run["reasons"]) == (0, {"SPAM_COMPLAINT": 1})


def test_consent_is_to_the_brand_that_wrote_and_a_withdrawal_of_every_brand(site: Site) -> None:
    site.world.customer(ANN)
    site.send(brand="north")
    path = site.page_of(ANN)
    site.save(path)
    assert site.save(path, MARKETING).boxes[MARKETING] is True
    assert site.facts(GRANTED)[-1]["brand"] == "north"
    assert site.facts(WITHDRAWN)[-1].get("brand") is None


def test_a_change_needs_the_token_of_this_very_page(site: Site) -> None:
    for address in (ANN, "bob@example.org"):
        site.world.customer(address)
    site.send()
    path, others = site.page_of(ANN), site.look(site.page_of("bob@example.org")).form_token
    clicks = site.look(site.click_of(ANN)).form_token
    mine = site.look(path).form_token
    before = site.head()
    for token in (None, "", "x", others, clicks, mine[:-1], mine + "A", mine + "=", " " + mine, mine[1:]):
        for action in ("save", "unsubscribe", "other", ""):
            form = {"action": action, "stop_all": "1"} | ({} if token is None else {"form_token": token})
            answer = site.post(path, form)
            assert answer.status_code == 403, token
            assert "Please try once more" in Page(answer.text).text
    assert site.head() == before


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 403),
        ({"action": "other"}, 403),
        ({"action": ["save", "unsubscribe"]}, 403),
        ({"action": "save", "extra": "1"}, 403),
        ({"action": "save", "wanted": "nope"}, 422),
    ],
)
def test_a_form_that_the_page_cannot_have_sent_changes_nothing(
    site: Site, form: dict[str, Any], status: int
) -> None:
    site.world.customer(ANN)
    site.send()
    path = site.page_of(ANN)
    token, before = site.look(path).form_token, site.head()
    assert site.post(path, {**form, "form_token": token}).status_code == status
    assert site.head() == before


@pytest.mark.parametrize(
    ("known", "accepted", "query", "language"),
    [
        (None, "", "", "en"),
        (None, "es-ES,es;q=0.9,en;q=0.8", "", "es"),
        (None, "fr, de;q=0.5", "", "en"),
        ("es-MX", "en", "", "es"),
        ("en-GB", "es", "", "en"),
        ("fr", "es", "", "es"),
        ("es", "es", "?lang=en", "en"),
        ("en", "en", "?lang=es&utm_source=x", "es"),
        ("en", "en", "?lang=xx", "en"),
        ("en", "en", "?lang=es&lang=en", "es"),
    ],
)
def test_a_page_speaks_the_readers_language(
    site: Site, known: str | None, accepted: str, query: str, language: str
) -> None:
    site.world.customer(ANN, language=known)
    site.send()
    for path, words in (
        (site.page_of(ANN), {"en": "Your e-mail preferences", "es": "Sus preferencias de correo"}),
        (site.click_of(ANN), {"en": "You are leaving this message", "es": "Está saliendo de este mensaje"}),
    ):
        page = site.look(path + query, Accept_Language=accepted)
        assert words[language] in page.text
        assert page.tags[0] == ("html", {"lang": language})
        other = {"en": "es", "es": "en"}[language]
        assert ("a", {"href": f"?lang={other}", "lang": other, "hreflang": other}) in page.tags


def test_a_refusal_speaks_the_readers_language_too(site: Site) -> None:
    assert "Este enlace no funciona" in site.client.get("/u/x?lang=es").text
    assert "Este enlace no funciona" in site.client.get("/c/x", headers={"Accept-Language": "es"}).text
    assert "This link does not work" in site.client.get("/u/x").text


def test_who_was_forgotten_can_still_unsubscribe(site: Site) -> None:
    ann = site.world.customer(ANN)
    site.send()
    path = site.page_of(ANN)
    site.world.web.keys.forget([ann])
    page = site.look(path)
    assert "For the address that our message went to" in page.text
    assert site.one_click(path).status_code == 200
    assert len(site.facts(WITHDRAWN)) == 1


def test_a_link_of_a_message_that_was_never_handed_over_is_unknown(site: Site) -> None:
    """As unknown as a forged one: the same answer, after the same look-up."""
    site.world.customer(ANN)
    site.send(body=BODY)
    never = site.world.web.links.unsubscribe_url(UUID(int=7)).removeprefix("http://127.0.0.1:8000")
    forged = never[:-2] + ("AA" if never[-2:] != "AA" else "BB")
    asked: list[UUID] = []
    find = site.world.web.store.find

    def noted(kind: type, stream: UUID) -> object:
        asked.append(stream)
        return find(kind, stream)

    site.world.web.store.find = noted  # type: ignore[method-assign,assignment]
    answers, lookups = [], []
    for path in (never, forged, "/u/x", never[:-1]):
        for method in ("GET", "POST"):
            asked.clear()
            answer = site.client.open(path, method=method, data={"List-Unsubscribe": "One-Click"})
            answers.append((answer.status_code, answer.text))
            lookups.append(len(asked))
    assert set(answers) == {(404, answers[0][1])}
    assert set(lookups) == {1}
