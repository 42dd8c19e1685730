"""One-click unsubscribe by RFC 8058 (docs/semantics.md, rules 7 and 9)."""

import threading
from datetime import timedelta

import pytest

from application.customers.commands import GrantConsent
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


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded"),
        (b"List-Unsubscribe=One-Click", "application/x-www-form-urlencoded; charset=UTF-8"),
        (MULTIPART, "multipart/form-data; boundary=b0undary"),
    ],
)
def test_9_one_click_unsubscribes_without_login_or_cookie_and_once(
    site: Site, data: bytes, media_type: str
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
    assert said["about_message_id"] == str(handed["stream"])
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
    site.save(path, "marketing")
    assert site.look(path).boxes["marketing"] is True
    before = len(site.facts(WITHDRAWN))
    site.one_click(path)
    assert len(site.facts(WITHDRAWN)) == before + 1
    assert site.look(path).boxes["marketing"] is False


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


@pytest.mark.parametrize(
    ("data", "media_type", "status"),
    [
        (b"", "", 403),
        (b"List-Unsubscribe=one-click", "application/x-www-form-urlencoded", 403),
        (b"List-Unsubscribe=", "application/x-www-form-urlencoded", 403),
        (b"\xff\xfe=\x00", "application/x-www-form-urlencoded", 403),
        (b"--x\r\nnothing", "multipart/form-data", 403),
        (MULTIPART, "multipart/form-data; boundary=another", 403),
        (b'{"List-Unsubscribe": "One-Click"}', "application/json", 415),
        (b"List-Unsubscribe=One-Click", "text/plain", 415),
        (b"List-Unsubscribe=One-Click&x=" + b"x" * 1_048_576, "application/x-www-form-urlencoded", 413),
    ],
)
def test_anything_else_that_is_posted_is_a_page_that_says_no_and_no_event(
    site: Site, data: bytes, media_type: str, status: int
) -> None:
    site.world.customer(ANN)
    site.send()
    before = site.head()
    answer = site.client.post(site.page_of(ANN), data=data, content_type=media_type)
    assert answer.status_code == status
    assert answer.content_type == "text/html; charset=utf-8"
    assert site.head() == before


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
    assert site.look(site.page_of("bob@example.org")).boxes["marketing"] is True
