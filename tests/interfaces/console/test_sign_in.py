"""Who signs in to the console, by what, and until when."""

from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from uuid import UUID

import psycopg
import pytest

from application.access.attempts import FREE
from interfaces.console.addresses import client_address
from interfaces.console.session import COOKIE
from interfaces.http.current import this_request
from tests.interfaces.console.conftest import BASE, Console
from tests.interfaces.public.conftest import Page
from tests.web import app_of

HOME = "/console"


def test_a_person_signs_in_with_a_key_and_the_cookie_is_kept_from_scripts_and_other_sites(
    console: Console,
) -> None:
    ana = console.visitor("ana")
    response = ana.signs_in()
    assert (response.status_code, response.location) == (303, HOME)
    flags = response.headers["Set-Cookie"].split("; ")
    assert flags[0].startswith(f"{COOKIE}=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(flags)
    assert "Domain" not in response.headers["Set-Cookie"]
    assert "ana" in ana.sees(HOME).text


def test_nobody_signs_in_with_the_key_of_a_client_nor_with_any_other_text(console: Console) -> None:
    ana = console.visitor("ana")
    client = console.world.services.access.create("shop", ["admin"])[1]
    for key in (client, "frl_unknown", "", ana.key[:-1], ana.key.lower()):
        response = ana.signs_in(key)
        assert (response.status_code, ana.secret) == (422, "")
        assert key not in response.text or key == ""


def test_whoever_tries_keys_is_slowed_and_a_good_key_works_after_the_wait(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, attempts = console.visitor("ana"), console.world.services.attempts
    for _ in range(FREE + 1):
        assert ana.signs_in("wrong").status_code == 422
    assert ana.signs_in().status_code == 429
    now = console.world.clock.monotonic()
    monkeypatch.setattr(attempts, "_clock", type("Later", (), {"monotonic": lambda _: now + 2})())
    assert ana.signs_in().status_code == 303


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.2", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.2", "6.6.6.6, 198.51.100.1, 10.0.0.3", "198.51.100.1"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.4", "10.0.0.4"),
        ("10.0.0.2", "no address", "no address"),
    ],
)
def test_wrong_keys_are_counted_for_the_browsers_address_behind_trusted_proxies_only(
    console: Console, remote: str, forwarded: str, address: str
) -> None:
    services = replace(console.world.services, trusted_proxies=(ip_network("10.0.0.0/8"),))
    app = app_of(services)
    environ = {"REMOTE_ADDR": remote}
    with app.test_request_context("/", environ_base=environ, headers={"X-Forwarded-For": forwarded}):
        assert client_address(this_request()) == address


def test_a_link_signs_in_once_by_its_button_and_not_by_being_opened(console: Console) -> None:
    ana = console.visitor("ana")
    path = _path_of_link(console, "ana")
    for _ in range(3):
        assert "ana" in ana.sees(path).text
        assert ana.secret == ""
    token = ana.sees(path).form_token
    assert ana.sends(path, token=token).location == HOME
    assert "ana" in ana.sees(HOME).text
    other = console.visitor("berta")
    assert other.sends(path).status_code == 404
    assert other.get(path).status_code == 404
    assert other.secret == ""


def test_a_link_is_good_for_fifteen_minutes_and_ends_with_the_key(console: Console) -> None:
    ana = console.visitor("ana")
    old, revoked = _path_of_link(console, "ana"), _path_of_link(console, "ana")
    _pass(console, "sign_in_links", "valid_until", timedelta(minutes=14, seconds=50))
    assert ana.get(old).status_code == 200
    _pass(console, "sign_in_links", "valid_until", timedelta(seconds=11))
    assert ana.sends(old).status_code == 404
    _pass(console, "sign_in_links", "valid_until", timedelta(minutes=-10))
    console.world.services.access.revoke(ana.key_id)
    assert ana.sends(revoked).status_code == 404


def test_each_sign_in_begins_a_new_session_and_ends_the_browsers_old_one(console: Console) -> None:
    ana = console.person("ana")
    first = ana.secret
    ana.signs_in()
    assert ana.secret != first
    assert _lets_in(console, ana.secret)
    assert not _lets_in(console, first)


def test_a_stolen_cookie_is_worth_nothing_after_the_sign_out(console: Console) -> None:
    ana = console.person("ana")
    stolen = ana.secret
    assert ana.sends("/console/sign-out").location == "/console/sign-in"
    assert ana.secret == ""
    assert not _lets_in(console, stolen)


def test_a_revoked_key_ends_its_sessions_with_the_next_click(console: Console) -> None:
    ana, berta = console.person("ana"), console.person("berta")
    console.world.services.access.revoke(ana.key_id)
    assert ana.get(HOME).location == "/console/sign-in"
    assert berta.get(HOME).status_code == 200


@pytest.mark.parametrize(
    ("column", "longest"), [("began_at", timedelta(hours=12)), ("last_used", timedelta(minutes=60))]
)
def test_a_session_ends_by_time(console: Console, column: str, longest: timedelta) -> None:
    ana = console.person("ana")
    _pass(console, "sessions", column, longest - timedelta(seconds=10))
    assert _lets_in(console, ana.secret)
    _pass(console, "sessions", column, longest - timedelta(seconds=10))
    if column == "last_used":
        assert _lets_in(console, ana.secret)  # it was used in between
    _pass(console, "sessions", column, longest + timedelta(seconds=10))
    assert not _lets_in(console, ana.secret)


def test_the_cookie_opens_the_console_and_nothing_else(console: Console) -> None:
    ana = console.person("ana", "administrator")
    for path in ("/api/complaints", f"/api/customers/{UUID(int=1)}"):
        assert ana.get(path).status_code == 401


def test_a_key_of_a_person_works_for_the_api_as_far_as_the_roles_go(console: Console) -> None:
    ana = console.visitor("ana", "agent")
    bearer = {"Authorization": f"Bearer {ana.key}"}
    assert ana.get("/api/complaints", **bearer).status_code == 200
    assert ana.get("/api/campaigns", **bearer).status_code == 403


def test_a_client_and_a_person_of_one_name_are_two(console: Console) -> None:
    access = console.world.services.access
    keys = (access.create("ana", ["admin"])[1], access.create_for_person("ana", ["agent"])[1])
    subjects = [access.subject_of(key) for key in keys]
    assert [subject.actor for subject in subjects if subject] == ["key:ana", "person:ana"]
    assert len(access.of_owner("ana")) == len(access.of_owner("ana", is_person=True)) == 1


@pytest.mark.parametrize(
    "host", ["http://crm.example.org", "http://192.168.1.7:8000", "http://127.0.0.1.evil"]
)
def test_nobody_signs_in_where_others_could_read_along(console: Console, host: str) -> None:
    ana = console.visitor("ana")
    token = ana.token()
    page = ana.get("/console/sign-in", base=host)
    assert (page.status_code, "http://127.0.0.1" in page.text) == (403, True)
    response = ana.sends("/console/sign-in", {"key": ana.key}, token=token, base=host, Origin=host)
    assert response.status_code == 403
    assert "Set-Cookie" not in response.headers


WANTED = "/console/account"


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        (WANTED, WANTED),
        ("/console/account?a=b%20c", "/console/account?a=b%20c"),
        ("//evil.example", HOME),
        ("/\\evil.example", HOME),
        ("/console\\..\\evil", HOME),
        ("https://evil.example/console", HOME),
        ("/console@evil.example", HOME),
        ("/consoleevil", HOME),
        ("/api/customers", HOME),
        ("/console/sign-in", HOME),
        ("javascript:alert(1)", HOME),
        ("", HOME),
    ],
)
def test_a_sign_in_leads_to_the_page_that_was_wanted_and_never_elsewhere(
    console: Console, wanted: str, leads_to: str
) -> None:
    ana = console.visitor("ana")
    response = ana.sends("/console/sign-in", {"key": ana.key, "next": wanted})
    assert response.location == leads_to


def test_whoever_opens_a_page_signs_in_first_and_then_sees_it(console: Console) -> None:
    ana = console.visitor("ana")
    response = ana.get("/console/account")
    assert (response.status_code, response.location) == (303, "/console/sign-in?next=%2Fconsole%2Faccount")
    assert ("input", {"type": "hidden", "name": "next", "value": WANTED}) in ana.sees(WANTED).tags


def test_what_was_typed_survives_the_end_of_the_session(console: Console) -> None:
    ana = console.person("ana")
    ana.sends("/console/sign-out", token=(token := ana.token()))
    typed = {"language": "es", "zone": "Asia/Kolkata", "shortcuts": "1"}
    ended = ana.sends("/console/account", typed, token=token)
    assert ended.status_code == 401
    kept = _hidden(ended.text)
    again = ana.sends("/console/sign-in", {**kept, "key": ana.key}, token=kept["form_token"])
    assert again.status_code == 200
    sent = _hidden(again.text)
    assert typed.items() <= sent.items()
    assert ana.sends(WANTED, sent, token=sent["form_token"]).status_code == 303
    assert "Asia/Kolkata" in ana.sees(WANTED).text


def _hidden(html: str) -> dict[str, str]:
    return {
        str(given["name"]): str(given["value"])
        for tag, given in Page(html).tags
        if tag == "input" and given.get("type") == "hidden"
    }


def _path_of_link(console: Console, name: str) -> str:
    services = console.world.services
    url = services.sign_in_url(services.sessions.make_link(name))
    assert url.startswith(f"{BASE}/console/sign-in/")
    return url.removeprefix(BASE)


def _lets_in(console: Console, secret: str) -> bool:
    client = console.app.test_client()
    client.set_cookie(COOKIE, secret, domain="127.0.0.1")
    return client.get(HOME, base_url=BASE).status_code == 200


def _pass(console: Console, table: str, column: str, by: timedelta) -> None:
    """Lets time pass: moves the instants of a table back."""
    with psycopg.connect(console.world.database.url, autocommit=True) as connection:
        connection.execute(f"update access.{table} set {column} = {column} - %s".encode(), [by])


def test_signing_out_after_the_end_leads_to_the_start_page(console: Console) -> None:
    ana = console.person("ana")
    token = ana.token()
    end_of_all(console, "ana")
    ended = Page(ana.sends("/console/sign-out", token=token).text)
    kept = {
        str(given["name"]): given["value"]
        for _, given in ended.tags
        if given.get("name") in ("next", "typed")
    }
    begun = ana.sends("/console/sign-in", {"key": ana.key, **kept}, token=ended.form_token)
    assert begun.location == "/console"


def test_a_form_of_the_session_before_can_be_sent_again_in_the_new_one(console: Console) -> None:
    ana = console.person("ana")
    token = ana.token()
    end_of_all(console, "ana")
    ana.signs_in()
    fields = {"zone": "Europe/Paris", "language": "en"}
    refused = ana.sends("/console/account", fields, token=token)
    assert refused.status_code == 403
    assert 'name="zone" value="Europe/Paris"' in refused.text
    assert ana.sends("/console/account", fields, token=Page(refused.text).form_token).status_code == 303
    elsewhere = ana.sends("/console/account", fields, token=token, Sec_Fetch_Site="none")
    assert "Europe/Paris" not in elsewhere.text


def test_the_other_language_leads_to_the_same_page(console: Console) -> None:
    ana = console.visitor("ana")
    page = ana.sees("/console/complaints?answered=false")
    (link,) = [str(given["href"]) for tag, given in page.tags if tag == "a" and given.get("hreflang") == "es"]
    spanish = ana.sees(link)
    assert "Su clave" in spanish.text
    (wanted,) = [given["value"] for _, given in spanish.tags if given.get("name") == "next"]
    assert wanted == "/console/complaints?answered=false"
    (action,) = [str(given["action"]) for tag, given in spanish.tags if tag == "form"]
    assert "Con esta clave no entra nadie" in ana.sends(action, {"key": "x"}, token=spanish.form_token).text


def end_of_all(console: Console, name: str) -> None:
    for session in console.world.services.sessions.of_person(name):
        console.world.services.sessions.end(name, session.session_id)
