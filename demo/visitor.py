"""Requests without a key to a link in a message, as a link scanner or a mail program sends them."""

from collections.abc import Mapping
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

from demo.api import PATIENCE_SECONDS
from demo.errors import ApiRefused

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def look(url: str) -> None:
    """Requests the URL by HEAD and by GET, as link scanners do."""
    _ask("HEAD", url)
    _ask("GET", url)


def post(url: str, form: Mapping[str, str]) -> None:
    """Posts a form to the URL, as browsers and mail programs do."""
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
