"""One-click unsubscribe by RFC 8058 (docs/semantics.md, rules 7 and 9)."""

import threading
from datetime import timedelta
from io import BytesIO

import pytest

from application.customers.commands import GrantConsent
from interfaces.http import forms
from interfaces.http.forms import LARGEST_FORM
from tests.interfaces.public.conftest import Page, Site

ANN = "ann@example.org"
WITHDRAWN = "customers.ConsentWithdrawn"
MULTIPART = (
    b'--b0undary\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n'
    b"One-Click\r\n--b0undary--\r\n"
)


def test_38_a_promotional_message_carries_both_headers_and_the_link(site: Site) -> None:
    site.world.customer(ANN)
    site.send()
    (mail,) = site.sink.received
    url = f"http://127.0.0.1:8000{site.page_of(ANN)}"
    assert mail.message()["List-Unsubscribe"] == f"<{url}>"
    assert mail.message()["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"List-Unsubscribe=One-Click", FORM),
        (b"List-Unsubscribe=One-Click", f"{FORM}; charset=UTF-8"),
        (b"List-Unsubscribe=One-Click", f"{FORM}; charset=utf-16"),
        (b"List-Unsubscribe=One-Click", f"{FORM}; charset=none-such"),
        # and any other body that is no form of our own page
        (b"List-Unsubscribe=One-Click\r\n", FORM),
        (b"List-Unsubscribe=one-click", FORM),
        (b"List-Unsubscribe=", FORM),
        (b"List-Unsubscribe=One-Click", None),
        (b"List-Unsubscribe=One-Click", "text/plain"),
        (b"List-Unsubscribe: One-Click", "text/plain"),
        (b"", None),
        (b"", FORM),
        (b"", "text/plain"),
        (b'{"List-Unsubscribe": "One-Click"}', "application/json"),
        (b"\xff\xfe=\x00", FORM),
        (b"\x1f\x8b\x08\x00", "application/octet-stream"),
        (b"a&" * 2_000, FORM),
        (MULTIPART, "multipart/form-data; boundary=b0undary"),
        (MULTIPART, "multipart/form-data; boundary=another"),
        (MULTIPART, "multipart/form-data"),
        (b"--x\r\nnothing", "multipart/form-data"),
        (MULTIPART + b"\r\n" * 1_000, "; ; /"),
    ],
)
def test_9_one_click_unsubscribes_without_login_or_cookie_and_once(
    site: Site, data: bytes, media_type: str | None
) -> None:
    ann = site.world.customer(ANN)
    run_id = site.send()
    path = site.page_of(ANN)
    first = site.client.post(path, data=data, content_type=media_type)
    after = site.head()
    second = site.client.post(path, data=data, content_type=media_type)
    assert (first.status_code, second.status_code) == (200, 200)
    assert "Set-Cookie" not in first.headers
    assert site.head() == after
    (said,) = site.facts(WITHDRAWN)
    (handed,) = site.facts("messages.MessageHandedOver")
    assert (said["customer_id"], said["channel"], said["purpose"]) == (ann, "email", "marketing")
    assert said.get("topic") is None
    assert said["run_id"] == str(run_id)
    assert said["campaign_id"] == handed["campaign_id"]
    assert said["message_id"] == str(handed["stream"])
    assert said["actor"] == "recipient"


def test_9_the_next_run_sends_nothing_to_who_unsubscribed(site: Site) -> None:
    site.world.customer(ANN)
    site.world.customer("bob@example.org")
    site.send()
    assert site.one_click(site.page_of(ANN)).status_code == 200
    run_id = site.send(name="Summer")
    run = site.world.run(run_id)
    assert (run["outcomes"]["sent"], run["reasons"]) == (1, {"CONSENT_WITHDRAWN": 1})
    assert [mail.recipients for mail in site.sink.received][-1] == ("bob@example.org",)


def test_7_who_is_out_already_is_not_opted_out_here(site: Site) -> None:
    ann = site.world.customer(ANN)
    site.send()
    site.world.withdraw(ann)
    before = site.head()
    answer = site.one_click(site.page_of(ANN))
    assert answer.status_code == 200
    assert "unsubscribed" in Page(answer.text).text
    assert site.head() == before


def test_7_who_is_out_by_a_linked_profile_is_not_opted_out_here(site: Site) -> None:
    ann = site.world.customer(ANN)
    other = site.world.customer("ann@example.net", consent=False)
    site.send()
    site.world.link(ann, other)
    site.world.withdraw(other)
    before = site.head()
    assert site.one_click(site.page_of(ANN)).status_code == 200
    assert site.head() == before


def test_7_who_consented_again_since_is_opted_out_here(site: Site) -> None:
    ann = site.world.customer(ANN)
    site.send()
    site.world.withdraw(ann)
    path = site.page_of(ANN)
    site.save(path, "purpose:marketing")
    assert site.look(path).boxes["purpose:marketing"] is True
    before = len(site.facts(WITHDRAWN))
    site.one_click(path)
    assert len(site.facts(WITHDRAWN)) == before + 1
    assert site.look(path).boxes["purpose:marketing"] is False


def test_an_unsubscription_counts_though_a_source_dated_a_consent_ahead_of_it(site: Site) -> None:
    ann = site.world.customer(ANN)
    site.send()
    ahead = GrantConsent(
        customer_id=ann,
        channel="email",
        purpose="marketing",
        evidence={"source": "fast clock"},
        occurred_at=site.world.clock.now() + timedelta(minutes=5),
    )
    site.world.services.customers.grant_consent(ahead, site.world.request())
    site.one_click(site.page_of(ANN))
    run = site.world.run(site.send(name="Summer"))
    assert run["reasons"] == {"CONSENT_WITHDRAWN": 1}


def test_two_clicks_at_once_are_one_withdrawal(site: Site) -> None:
    site.world.customer(ANN)
    site.send()
    path, statuses = site.page_of(ANN), []
    clicks = [
        threading.Thread(target=lambda: statuses.append(site.one_click(path).status_code)) for _ in range(4)
    ]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert statuses == [200] * 4
    assert len(site.facts(WITHDRAWN)) == 1


def test_one_click_in_chunks_unsubscribes(site: Site) -> None:
    site.world.customer(ANN)
    site.send()
    chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
    body = BytesIO(b"List-Unsubscribe=One-Click")
    answer = site.client.post(site.page_of(ANN), input_stream=body, environ_overrides=chunked)
    assert answer.status_code == 200
    assert len(site.facts(WITHDRAWN)) == 1


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"form_token=", 403),
        (b"form_token=x&action=unsubscribe", 403),
        (b"action=save&wanted=marketing&form_token=AAAA", 403),
        (b"List-Unsubscribe=One-Click&x=" + b"x" * LARGEST_FORM, 413),
    ],
)
def test_a_form_of_our_page_needs_its_token_and_a_body_has_a_limit(
    site: Site, data: bytes, status: int
) -> None:
    site.world.customer(ANN)
    site.send()
    before = site.head()
    answer = site.client.post(site.page_of(ANN), data=data, content_type=FORM)
    assert (answer.status_code, answer.content_type) == (status, "text/html; charset=utf-8")
    assert site.head() == before


@pytest.mark.parametrize("page", ["u", "c"])
def test_a_body_is_not_parsed_before_the_token_of_the_link_is_checked(
    site: Site, monkeypatch: pytest.MonkeyPatch, page: str
) -> None:
    def parsed(*_: object, **__: object) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr(forms, "parse_qsl", parsed)
    assert (
        site.client.post(f"/{page}/" + "A" * 43, data=b"form_token=x", content_type=FORM).status_code == 404
    )


def test_a_repeated_unsubscribe_leaves_no_fact_only_while_its_withdrawal_holds(site: Site) -> None:
    ann = site.world.customer(ANN)
    site.send()
    path = site.page_of(ANN)
    for withdrawals in (1, 2, 3):
        for _ in range(3):
            assert site.one_click(path).status_code == 200
            site.world.clock.move(timedelta(minutes=1))
            assert len(site.facts(WITHDRAWN)) == withdrawals
        anew = GrantConsent(
            customer_id=ann, channel="email", purpose="marketing", evidence={"source": f"form {withdrawals}"}
        )
        site.world.services.customers.grant_consent(anew, site.world.request())
        assert site.look(path).boxes["purpose:marketing"] is True
        site.world.clock.move(timedelta(minutes=1))


def test_an_idempotency_key_on_a_public_page_is_ignored(site: Site) -> None:
    site.world.customer(ANN)
    site.send()
    answer = site.post(site.page_of(ANN), {"List-Unsubscribe": "One-Click"}, Idempotency_Key="k")
    assert answer.status_code == 200


def test_one_click_of_one_person_changes_nobody_else(site: Site) -> None:
    site.world.customer(ANN)
    site.world.customer("bob@example.org")
    site.send()
    site.one_click(site.page_of(ANN))
    assert site.look(site.page_of("bob@example.org")).boxes["purpose:marketing"] is True
