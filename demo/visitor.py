"""Requests of somebody who has a link of a message and no key: a link scanner, a mail program."""

from collections.abc import Mapping
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from demo.api import PATIENCE_SECONDS
from demo.errors import ApiRefused

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def look(url: str) -> None:
    """Asks for what is there by HEAD and by GET, as link scanners do."""
    _ask("HEAD", url)
    _ask("GET", url)


def post(url: str, form: Mapping[str, str]) -> None:
    """Sends a form there, as browsers and mail programs do."""
    _ask("POST", url, urlencode(form), FORM)


def _ask(method: str, url: str, body: str | None = None, headers: Mapping[str, str] | None = None) -> None:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=PATIENCE_SECONDS)
    try:
        connection.request(method, parts.path, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        response.read()
    finally:
        connection.close()
    if response.status >= 400:
        raise ApiRefused(f"{method} of a link was refused with {response.status}.")
