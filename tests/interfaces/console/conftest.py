"""People who work in the console, each with a browser of their own that runs no script."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from interfaces.console.rooms import STANDS_FOR
from interfaces.console.session import COOKIE
from tests.interfaces.public.conftest import Page
from tests.smtp_sink import SmtpSink
from tests.web import app_of
from tests.world import World

if TYPE_CHECKING:
    from tests.browsers.fixtures import Browse
    from tests.browsers.pages import Pages

CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
BASE = "http://127.0.0.1:8000"
SOME_ID = str(UUID(int=1))


@dataclass(frozen=True, kw_only=True)
class Form:
    """A form of the console: its path, with ids that lead nowhere, and the action that it needs."""

    endpoint: str
    path: str
    action: str


def filled(rule: str) -> str:
    """Returns the path of a rule, with an id or a number that leads nowhere for each of its parts."""
    numbered = re.sub(r"<(int|position):[^>]*>", "0", rule)
    return re.sub(r"<[^>]*>", SOME_ID, numbered)


class Person:
    """Somebody at the console. `last` is the page that they see."""

    def __init__(self, world: World, app: Flask, name: str, *roles: str) -> None:
        self.world = world
        self.name = name
        self.key_id, self.key = world.services.access.create_for_person(name, roles)
        self.client = app.test_client()

    def sees(self, path: str, status: int = 200, **headers: str) -> Page:
        """Opens a page, following where it leads."""
        response = self.get(path, follow=True, **headers)
        assert response.status_code == status, response.data.decode()
        return Page(response.text)

    def get(self, path: str, *, follow: bool = False, base: str = BASE, **headers: str) -> TestResponse:
        return self.client.get(path, base_url=base, headers=_headers(headers), follow_redirects=follow)

    def sends(
        self, path: str, fields: dict[str, Any] | None = None, *, token: str | None = None, **headers: str
    ) -> TestResponse:
        """Sends a form, with the token of a page that was just opened unless another is given."""
        given = {"form_token": self.token() if token is None else token, **(fields or {})}
        return self.client.post(
            path,
            base_url=headers.pop("base", BASE),
            data=urlencode(given, doseq=True),
            content_type="application/x-www-form-urlencoded",
            headers=_headers({"Sec_Fetch_Site": "same-origin", **headers}),
        )

    def token(self) -> str:
        return self.sees("/console/account" if self.secret else "/console/sign-in").form_token

    def signs_in(self, key: str | None = None) -> TestResponse:
        token = self.sees("/console/sign-in").form_token
        return self.sends("/console/sign-in", {"key": self.key if key is None else key}, token=token)

    @property
    def secret(self) -> str:
        """The secret of the session, as the browser keeps it."""
        cookie = self.client.get_cookie(COOKIE, "127.0.0.1")
        return cookie.value if cookie is not None else ""


class Console:
    """The console of a whole installation, and whoever works with it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.app = app_of(world.services)

    def person(self, name: str, *roles: str) -> Person:
        """Returns somebody who is signed in."""
        person = self.visitor(name, *roles)
        assert person.signs_in().status_code == 303
        return person

    def visitor(self, name: str, *roles: str) -> Person:
        """Returns somebody who has a key and is not signed in."""
        return Person(self.world, self.app, name, *(roles or ("agent",)))

    def forms(self) -> list[Form]:
        """Returns all forms of the console."""
        return [
            Form(endpoint=rule.endpoint, path=filled(rule.rule), action=view.__dict__["farley_action"])
            for rule in self.app.url_map.iter_rules()
            if hasattr(view := self.app.view_functions[rule.endpoint], STANDS_FOR)
        ]

    def log_length(self) -> int:
        return self.world.web.store.head()


def _headers(named: dict[str, str]) -> dict[str, str]:
    return {"User-Agent": CHROME, **{name.replace("_", "-"): value for name, value in named.items()}}


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def console(database: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Console]:
    """The console of a new installation. Its mail goes to the sink of a test that has one."""
    sink = request.getfixturevalue("sink") if "sink" in request.fixturenames else None
    with closing(World(database, tmp_path, sink)) as world:
        yield Console(world)


@pytest.fixture
def pages(console: Console, browse: "Browse") -> Iterator["Pages"]:
    """The console in a browser that runs scripts."""
    with browse(console.app) as pages:
        yield pages
