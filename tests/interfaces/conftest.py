"""The HTTP interface on a real installation, asked by a client; each answer is held against its schema."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import EXCLUDE
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from interfaces.http.auth import ACTION, is_question
from interfaces.http.blueprint import GIVES, LATER
from interfaces.http.schemas.problems import ProblemOut
from tests.web import app_of
from tests.world import World

if TYPE_CHECKING:
    from tests.browsers.fixtures import Browse
    from tests.browsers.pages import Pages


class Api:
    """A client with an administrator's key. `world` folds and looks behind the interface."""

    def __init__(self, world: World, app: Flask | None = None) -> None:
        self.world = world
        self.app = app or app_of(world.services)
        self.client: FlaskClient = self.app.test_client()
        self.key = self.key_for("admin")
        self.last_ids: dict[str, str] = {}

    def key_for(self, *scopes: str, name: str | None = None) -> str:
        return self.world.services.access.create(name or f"key {uuid4()}", scopes)[1]

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        key: str | None = None,
        fold: bool = True,
        **headers: str,
    ) -> TestResponse:
        """Any request; `headers` by their names with underscores. An accepted answer must fit its schema.

        Read models are folded before a question, which waits for what the same key did before; or else `fold` says.
        """
        if fold and self._is_question(method, path):
            self.fold()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Authorization", f"Bearer {key or self.key}")
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if data is not None:
            named.setdefault("Content-Type", "application/json")
        response = self.client.open(path, method=method, data=data, headers=named)
        if response.status_code < 300:
            self.last_ids = _ids_in(response)
            self._hold_against_schema(method, path, response)
        else:
            assert response.content_type == "application/problem+json", response.data
            if method != "HEAD":
                assert ProblemOut(unknown=EXCLUDE).validate(response.json) == {}, response.json
        return response

    def get(self, path: str, **headers: str) -> Any:
        """The answer's body."""
        response = self.ask("GET", path, **headers)
        assert response.status_code == 200, response.data
        return response.json

    def post(self, path: str, body: Any = None, **headers: str) -> TestResponse:
        return self.ask("POST", path, {} if body is None else body, **headers)

    def stored(self, path: str, body: Any = None, **headers: str) -> Any:
        """The body of an accepted POST."""
        response = self.post(path, body, **headers)
        assert response.status_code in (200, 201, 202), response.data
        return response.json

    def fold(self) -> None:
        self.world.fold()

    def log_length(self) -> int:
        return self.world.web.store.head()

    # What most tests need first

    def customer(self, **details: Any) -> UUID:
        return UUID(self.stored("/api/customers", {"kind": "person", **details})["customer_id"])

    def complaint(self, customer_id: UUID, **details: Any) -> UUID:
        body = {
            "customer_id": str(customer_id),
            "category": "delivery",
            "severity": "normal",
            "channel": "phone",
            **details,
        }
        return UUID(self.stored("/api/complaints", body)["complaint_id"])

    def campaign(self, **details: Any) -> UUID:
        return UUID(self.stored("/api/campaigns", {**CAMPAIGN, **details})["campaign_id"])

    def _view(self, method: str, path: str) -> Any:
        try:
            endpoint, _ = self.app.url_map.bind("localhost").match(path.partition("?")[0], method)
        except HTTPException:
            return None
        return self.app.view_functions[endpoint]

    def _is_question(self, method: str, path: str) -> bool:
        return is_question(getattr(self._view(method, path), ACTION, None))

    def _hold_against_schema(self, method: str, path: str, response: TestResponse) -> None:
        later = getattr(self._view(method, path), LATER, None) if response.status_code == 202 else None
        gives = later or getattr(self._view(method, path), GIVES, None)
        if gives is not None and method != "HEAD":
            assert gives().validate(response.json) == {}, response.json


def _ids_in(response: TestResponse) -> dict[str, str]:
    """What an answer names, but for the customer."""
    body = response.json if response.is_json and response.data else {}
    assert isinstance(body, dict)
    return {name: value for name, value in body.items() if name.endswith("_id") and name not in WHOSE}


WHOSE = ("customer_id", "profile_id")
CAMPAIGN = {
    "name": "Spring",
    "message_class": "promotional",
    "purpose": "marketing",
    "channel": "email",
    "audience": {"field": "kind", "op": "eq", "value": "person"},
    "template": {
        "subject": "Hello {{ name }}",
        "body": "Dear {{ name }}, spring is here.\n{{ unsubscribe_url }}",
    },
}


@pytest.fixture
def api(database: Any, tmp_path: Path) -> Iterator[Api]:
    with closing(World(database, tmp_path)) as world:
        yield Api(world)


@pytest.fixture
def pages(api: Api, browse: "Browse") -> Iterator["Pages"]:
    """The app in a browser."""
    with browse(api.app) as pages:
        yield pages
