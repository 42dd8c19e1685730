"""The console's static files: each name carries a hash of the content, so that browsers keep a file for a year."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from interfaces.http.auth import PUBLIC, action

FOLDER = Path(__file__).parent / "static"
PATH = "/console/static"
FILES = {
    "console.css": "console.css",
    "console.js": "console.js",
    "message.css": "message.css",
    "farley.svg": "farley.svg",
    "htmx.min.js": "htmx/htmx.min.js",
    "inter-latin.woff2": "inter/inter-latin.woff2",
    "inter-latin-ext.woff2": "inter/inter-latin-ext.woff2",
}
"""The names of the files that are served, and where each is."""
MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}
HASH_LENGTH = 16
"""Hexadecimal digits: enough that two versions of a file never share them."""
NAMED_IN_CSS = re.compile(rb'url\("([a-z0-9.-]+)"\)')

console_assets = Blueprint("console_assets", __name__)


@dataclass(frozen=True, kw_only=True)
class Asset:
    """A static file as it is served."""

    hashed_name: str
    content: bytes
    media_type: str


def asset(name: str) -> str:
    """Returns the path of a static file, such as /console/static/console.0123456789abcdef.css. Raises KeyError."""
    return f"{PATH}/{_asset(name).hashed_name}"


@console_assets.route(f"{PATH}/<path:hashed_name>", methods=["GET"])
@action(PUBLIC)
def show_asset(hashed_name: str) -> Response:
    """Returns a static file by its name with the hash; any other name or hash is answered with 404."""
    shown = _by_hashed_name().get(hashed_name)
    if shown is None:
        raise NotFound()
    response = Response(shown.content, content_type=shown.media_type)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@cache
def _by_hashed_name() -> dict[str, Asset]:
    return {known.hashed_name: known for known in map(_asset, FILES)}


@cache
def _asset(name: str) -> Asset:
    path = FOLDER / FILES[name]
    content = path.read_bytes()
    if path.suffix == ".css":
        content = NAMED_IN_CSS.sub(_with_hash, content)
    digest = hashlib.sha256(content).hexdigest()[:HASH_LENGTH]
    return Asset(
        hashed_name=f"{path.stem}.{digest}{path.suffix}",
        content=content,
        media_type=MEDIA_TYPES[path.suffix],
    )


def _with_hash(named: re.Match[bytes]) -> bytes:
    """The style sheet names the files beside it, which have hashes in their names, too."""
    return b'url("' + _asset(named[1].decode()).hashed_name.encode() + b'")'
