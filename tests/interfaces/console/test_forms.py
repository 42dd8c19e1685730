"""What a form of the console needs before it changes anything: a token of the session, our own site, and a role."""

import re
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from application.access.keys import ACTIONS
from application.access.roles import ACTIONS_OF, ADMIN, Role
from interfaces import console
from interfaces.console.app import ROOMS
from interfaces.console.assets import console_assets
from interfaces.console.rooms import STANDS_FOR
from interfaces.http.auth import ACTION, ANYBODY_KNOWN, PROOF, PUBLIC
from tests.interfaces.console.conftest import BASE, Console, filled
from tests.web import app_of

NO_ROUTE_DOES = {
    "console_sign_in.post_sign_in",
    "console_sign_in.post_use_link",
    "console_sign_in.post_sign_out",
    "console_account.post_save_settings",
    "console_account.post_end_session",
}
"""Forms about a session itself, which client applications do not have."""
FROM_ELSEWHERE = [
    {"Sec_Fetch_Site": "cross-site"},
    {"Sec_Fetch_Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Sec_Fetch_Site": "none", "Origin": "null"},
    {"Sec_Fetch_Site": "cross-site", "Origin": "null"},
    {"Origin": "http://127.0.0.1:8001"},
    {"Origin": "https://127.0.0.1:8000"},
    {"Sec_Fetch_Site": "same-origin", "Origin": "http://localhost:8000"},
]


@pytest.fixture(scope="module")
def app() -> Flask:
    nothing: Any = None
    return app_of(nothing)


def test_each_form_names_the_route_that_does_the_same(app: Flask) -> None:
    stands_for = {
        endpoint: view.__dict__[STANDS_FOR]
        for endpoint, view in app.view_functions.items()
        if hasattr(view, STANDS_FOR)
    }
    assert {endpoint for endpoint, route in stands_for.items() if route is None} == NO_ROUTE_DOES
    for endpoint, route in stands_for.items():
        if route is not None:
            api, form = app.view_functions[route], app.view_functions[endpoint]
            assert form.__dict__[ACTION] == api.__dict__[ACTION]


def test_each_room_of_the_console_is_registered_once() -> None:
    folder = Path(console.__file__).parent
    modules = (path for path in folder.rglob("*.py") if re.search(r"^room = Room\(", path.read_text(), re.M))
    names = [".".join(path.relative_to(folder.parents[1]).with_suffix("").parts) for path in modules]
    rooms = [import_module(name).room for name in names]
    assert len(rooms) > 30
    assert Counter(map(id, (*rooms, console_assets))) == Counter(map(id, ROOMS))


def test_each_page_and_form_declares_an_action_and_asks_for_a_session(app: Flask) -> None:
    views = [view for name, view in app.view_functions.items() if name.startswith("console_")]
    assert {view.__dict__[ACTION] for view in views} - {PUBLIC, ANYBODY_KNOWN} <= set(ACTIONS)
    assert all(PROOF in view.__dict__ for view in views if view.__dict__[ACTION] != PUBLIC)


def test_no_form_is_taken_without_a_token_of_its_session_or_from_another_site(console: Console) -> None:
    ana, berta = console.person("ana", "administrator"), console.person("berta", "administrator")
    before = console.log_length()
    for form in console.forms():
        for token in ("", "no token", berta.token(), ana.token()[:-1]):
            assert ana.sends(form.path, token=token).status_code == 403, form
        for headers in FROM_ELSEWHERE:
            assert ana.sends(form.path, **headers).status_code == 403, (form, headers)
    assert console.log_length() == before
    assert ana.get("/console").status_code == berta.get("/console").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "none"},
        {"Origin": BASE},
        {"Sec_Fetch_Site": "same-origin", "Origin": BASE},
        {"Sec_Fetch_Site": "same-origin", "Origin": "null"},  # as a page without a referrer sends it
    ],
)
def test_a_form_is_taken_from_our_own_pages(console: Console, headers: dict[str, str]) -> None:
    ana = console.person("ana")
    assert ana.sends("/console/account", {"language": "en"}, **headers).status_code == 303


def test_what_a_role_may_do_is_known_and_every_role_may_do_something() -> None:
    assert set(ACTIONS_OF) == set(Role)
    for role, actions in ACTIONS_OF.items():
        assert actions <= {*ACTIONS, ADMIN}, role
        assert actions, role


@pytest.mark.parametrize("role", Role)
def test_a_role_sees_and_sends_what_its_actions_allow_and_nothing_else(console: Console, role: Role) -> None:
    person = console.person("somebody", role)
    for rule in console.app.url_map.iter_rules():
        action = getattr(console.app.view_functions[rule.endpoint], ACTION, None)
        if not rule.rule.startswith("/console") or action in (PUBLIC, ANYBODY_KNOWN):
            continue
        may = bool(ACTIONS_OF[role] & {ADMIN, action})
        path, before = filled(rule.rule), console.log_length()
        response = person.sends(path) if "POST" in (rule.methods or ()) else person.get(path)
        assert (response.status_code != 403) is may, (rule.rule, role)
        assert may or console.log_length() == before


def test_the_menu_has_what_the_role_may_open(console: Console) -> None:
    for role in Role:
        person = console.person(f"a person as {role}", role)
        page = person.sees("/console")
        links = {given.get("href") for tag, given in page.tags if tag == "a" and "data-key" in given}
        assert "/console" in links
        for link in links:
            assert person.get(str(link)).status_code == 200, (role, link)
