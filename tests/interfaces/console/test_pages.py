"""What holds for every page of the console."""

from datetime import timedelta
from typing import Any

import pytest

from domain.errors import StoreUnavailable, Unavailable
from tests.interfaces.console.conftest import BASE, Console
from tests.interfaces.public.conftest import Page

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self';"
    " img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Content-Type": "text/html; charset=utf-8",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
PAGES = ("/console", "/console/account", "/console/help", "/console/sign-in", "/console/nowhere")


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_these_headers(console: Console, path: str) -> None:
    given = console.person("ana").get(path).headers
    assert {name: given.get(name) for name in HEADERS} == HEADERS


def test_the_root_leads_to_the_console(console: Console) -> None:
    ana = console.visitor("ana")
    assert ana.get("/").location == "/console"
    assert ana.get("/console/").location == "/console"


def test_a_page_that_there_is_not_is_a_page(console: Console) -> None:
    page = console.person("ana").sees("/console/nowhere", 404)
    assert "nowhere" not in page.text
    assert any(given.get("href") == "/console" for tag, given in page.tags if tag == "a")


def test_a_page_says_up_to_which_position_it_is_true_and_how_far_behind_if_it_is(console: Console) -> None:
    ana = console.person("ana")
    console.world.fold()
    console.world.customer("ana@example.org")
    console.world.clock.move(timedelta(seconds=5))
    assert "5 seconds behind, up to" in ana.sees("/console").text
    console.world.fold()
    now = ana.sees("/console").text
    assert "behind" not in now
    assert f"up to {console.log_length()}" in now


def test_without_the_database_a_page_says_so(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = console.person("ana")

    def away(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable()

    monkeypatch.setattr(console.world.services.sessions._store, "find", away)
    response = ana.get("/console")
    assert response.status_code == 503
    assert response.content_type == "text/html; charset=utf-8"
    assert response.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


def test_an_odd_query_is_no_fault(console: Console) -> None:
    ana, nobody = console.person("ana"), console.visitor("berta")
    for path in ("/console", "/console/complaints", "/console/sign-in"):
        for query in (
            "x=\xff",
            "x=%FF",
            "done=registered&position=" + "1" * 5000,
            "done=registered&position=%D9%A1",
        ):
            for person in (ana, nobody):
                response = person.client.get(path, base_url=BASE, environ_overrides={"QUERY_STRING": query})
                assert response.status_code in (200, 303), (path, query)


def test_a_form_that_comes_while_the_database_is_away_can_be_sent_again(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = console.person("ana")
    token = ana.token()

    def away(*_: Any, **__: Any) -> None:
        raise Unavailable()

    with monkeypatch.context() as patch:
        patch.setattr(console.world.services.sessions, "signed_in", away)
        refused = ana.sends("/console/account", {"zone": "Europe/Paris"}, token=token)
        key = ana.sends("/console/sign-in", {"key": "a secret key"}, token="x")
    assert refused.status_code == 503
    assert 'name="zone" value="Europe/Paris"' in refused.text
    assert "a secret key" not in key.text
    (kept,) = [given["value"] for _, given in Page(refused.text).tags if given.get("name") == "form_token"]
    assert kept == token
