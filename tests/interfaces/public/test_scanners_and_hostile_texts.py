"""Whoever only looks changes nothing, whatever a name says is text, and every page has its headers."""

import pytest

from application.campaigns.commands import ApproveCampaign
from application.campaigns.unsubscribing import can_serve_links
from application.catalogue.commands import DeclareName
from application.preferences.sent_messages import content_of, handed_over
from application.rendering import render_again
from domain.campaigns.errors import InvalidTemplate, NoUnsubscribeLink
from domain.catalogue.names import NameKind
from infrastructure.mail.mime import mime_bytes
from tests.interfaces.public.conftest import BODY, Page, Site

ANN = "ann@example.org"
SCANNERS = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
    "BarracudaCentral",
    "Mozilla/5.0 (compatible; Googlebot/2.1)",
    "",
)
CSP = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": CSP,
    "Content-Type": "text/html; charset=utf-8",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "</title></textarea></style><svg onload=alert(1)>",
    "{{ 7*7 }}{% raw %}${7*7}#{7*7}",
    "javascript:alert(1)",
    "{0.__class__}{address}",
    "&lt;b&gt; & \u202e\u2028",
)


def test_9_and_26_get_and_head_of_every_link_of_a_message_change_nothing(site: Site) -> None:
    site.world.customer(ANN)
    two = BODY + '{{ "http://other.example/" | track }} {{ "https://shop.example/plain" }}\n'
    site.send(body=two)
    links = site.links_to(ANN)
    assert len(links) == 3
    header = site.sink.received[0].message()["List-Unsubscribe"]
    assert any(f"<http://127.0.0.1:8000{link}>" == header for link in links)
    before = site.head()
    for link in links:
        for agent in SCANNERS:
            for method in ("GET", "HEAD", "OPTIONS", "PROPFIND"):
                answer = site.client.open(link, method=method, headers={"User-Agent": agent})
                assert answer.status_code == (200 if method in ("GET", "HEAD") else 405)
            for asset in ("/static/pages.css", "/static/follow.js", link + "?lang=es", link + "?action=save"):
                assert site.client.get(asset, headers={"User-Agent": agent}).status_code == 200
    assert site.head() == before


def test_every_page_has_its_headers(site: Site) -> None:
    site.world.customer(ANN)
    site.send()
    unsubscribe, click = site.page_of(ANN), site.click_of(ANN)
    token = site.look(unsubscribe).form_token
    answers = {
        "page": site.client.get(unsubscribe),
        "head": site.client.head(unsubscribe),
        "saved": site.post(unsubscribe, {"form_token": token, "action": "save"}),
        "one click": site.one_click(unsubscribe),
        "no token": site.post(unsubscribe, {"action": "save"}),
        "unknown": site.client.get("/u/unknown"),
        "unknown click": site.client.get("/c/unknown"),
        "no such page": site.client.get("/u/a/b"),
        "wrong method": site.client.put(unsubscribe),
        "wrong type": site.client.post(unsubscribe, json={}),
    }
    for name, answer in answers.items():
        assert {header: answer.headers[header] for header in HEADERS} == HEADERS, name
        assert "Set-Cookie" not in answer.headers
    clicked = site.client.get(click).headers["Content-Security-Policy"]
    assert clicked == CLICK_CSP
    assert "unsafe" not in clicked


CLICK_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self' https: http:;"
    " frame-ancestors 'none'; base-uri 'none'"
)


def test_a_redirect_keeps_nothing_and_names_no_referrer(site: Site) -> None:
    site.world.customer(ANN)
    site.send()
    path = site.click_of(ANN)
    answer = site.post(path, {"form_token": site.look(path).form_token})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (303, "no-store")
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_texts_are_text_on_every_page(site: Site, hostile: str) -> None:
    site.world.services.catalogue.declare_name(
        DeclareName(kind=NameKind.PURPOSE, name="club", description=hostile), site.world.request()
    )
    topic = hostile.replace("\u2028", "")
    site.world.customer(ANN, name=hostile, language="en")
    site.send(topic=topic, subject="Hello", body="Hello {{ unsubscribe_url }}", brand=topic, name=topic)
    path = site.page_of(ANN)
    plain = Page(site.client.get("/u/x").text)
    for page in (site.look(path), site.save(path), site.look(f"{path}?lang={hostile[:20]}")):
        assert " ".join(hostile.split()) in " ".join(page.text.split())
        assert {tag for tag, _ in page.tags} <= {tag for tag, _ in plain.tags} | FORM_TAGS
        assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    refused = site.client.post(
        path, data={hostile: hostile, "form_token": hostile}, headers={"Accept-Language": "en"}
    )
    assert refused.status_code == 403
    assert hostile not in refused.text
    form = {"form_token": site.look(path).form_token, "action": "save", "wanted": hostile}
    unknown = site.post(path, form)
    assert (unknown.status_code, hostile in unknown.text) == (422, False)


FORM_TAGS = {"form", "input", "button", "fieldset", "legend", "label", "small", "h2", "span", "strong"}


def test_an_address_of_markup_is_shown_masked_and_escaped(site: Site) -> None:
    site.world.customer("{`|~}@example.org", name="Eve")
    site.send()
    page = site.look(site.page_of("{`|~}@example.org"))
    assert "{•••@example.org" in page.text


def test_what_was_sent_is_rendered_again_byte_for_byte_without_the_key(site: Site) -> None:
    site.world.customer(ANN, language="es", attributes={"shoe": {"size": 38.5}})
    site.send(body=BODY + "{{ attributes.shoe.size }} {{ language }} ünï\n", sender="Shop <shop@example.org>")
    store = site.world.web.store
    (stored,) = site.facts("messages.MessageHandedOver")
    handed = handed_over(store, stored["stream"])
    again = render_again(site.world.web.templates, content_of(store, handed), handed)
    assert mime_bytes(again) == site.sink.received[0].content


# Approval and drafts


def test_38_a_promotional_e_mail_without_its_link_is_not_approved(site: Site) -> None:
    world = site.world
    for body in (
        "Dear {{ name }}",
        "Hi {% comment %}{{ unsubscribe_url }}{% endcomment %}",
        "unsubscribe_url",
    ):
        campaign_id = world.draft(body=body)
        with pytest.raises(NoUnsubscribeLink, match="unsubscribe_url"):
            world.services.campaigns.approve_campaign(
                ApproveCampaign(campaign_id=campaign_id), world.request()
            )
    world.services.campaigns.approve_campaign(
        ApproveCampaign(campaign_id=world.draft(body="Your receipt", message_class="transactional")),
        world.request(),
    )


def test_only_promotional_bodies_may_name_the_link(site: Site) -> None:
    for content in ({"message_class": "service"}, {"subject": "{{ unsubscribe_url }}"}):
        with pytest.raises(InvalidTemplate, match="unsubscribe_url"):
            site.world.draft(**{"body": "Hello {{ unsubscribe_url }}", **content})


@pytest.mark.parametrize(
    "body",
    [
        "nothing",
        "{{ unsubscribe_url | upcase }}",
        "{{ unsubscribe_url }}x",
        "{{ unsubscribe_url | track }}",
        "{{ unsubscribe_url | size }}",
        "{{ unsubscribe_url }} {{ name | prepend: 'https://' | track }}",
    ],
)
def test_38_a_message_that_does_not_contain_its_link_fails_for_that_person_only(
    site: Site, body: str
) -> None:
    site.world.customer(ANN, name="Ann ")
    site.world.customer("bob@example.org", name="Bob")
    both = f"{{% if name contains 'Ann' %}}{body}{{% else %}}Hi {{{{ unsubscribe_url }}}}{{% endif %}}"
    run = site.world.run(site.send(body=both))
    assert (run["outcomes"]["sent"], run["outcomes"]["failed"]) == (1, 1)
    assert run["reasons"] == {"RENDER_ERROR": 1}
    assert run["balanced"] is True


@pytest.mark.parametrize(
    ("url", "serves"),
    [
        ("https://farley.example", True),
        ("https://farley.example/crm", True),
        ("http://127.0.0.1:8000", True),
        ("http://localhost", True),
        ("http://[::1]:8000", True),
        ("http://farley.example", False),
        ("http://10.0.0.1", False),
        ("ftp://farley.example", False),
        ("//farley.example", False),
        ("farley.example", False),
        ("", False),
        ("https://", False),
        ("https://user@farley.example", False),
        ("https://farley.example?x=1", False),
        ("https://farley.example#x", False),
        ("https://farley.example:port", False),
        ("https://[::1", False),
        ("http://127.0.0.1.example.org", False),
    ],
)
def test_38_links_are_served_by_https_or_on_this_machine_only(url: str, serves: bool) -> None:
    assert can_serve_links(url) is serves
