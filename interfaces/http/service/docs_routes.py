"""The OpenAPI document, and a page to browse it that loads nothing from other hosts."""

from pathlib import Path

from flask import Blueprint, Response, current_app
from werkzeug.exceptions import NotFound

from interfaces.http.answers import json_response
from interfaces.http.auth import PUBLIC, action
from interfaces.http.openapi import DOCUMENT

FOLDER = Path(__file__).parent.parent / "static"
PAGE = "docs.html"
ASSETS = {
    "docs.js": "text/javascript; charset=utf-8",
    "swagger-ui/swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui/swagger-ui.css": "text/css; charset=utf-8",
}
PAGE_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Swagger UI uses inline styles. Only Farley's own scripts may run."""

docs = Blueprint("docs", __name__)


@docs.route("/openapi.json", methods=["GET"])
@action(PUBLIC)
def show_openapi() -> Response:
    """Returns the OpenAPI 3.1 document."""
    return json_response(current_app.extensions[DOCUMENT], 200)


@docs.route("/docs", methods=["GET"])
@action(PUBLIC)
def show_docs() -> Response:
    """Returns the page to browse the document."""
    page = Response((FOLDER / PAGE).read_bytes(), content_type="text/html; charset=utf-8")
    page.headers["Content-Security-Policy"] = PAGE_CSP
    return page


@docs.route("/docs/<path:name>", methods=["GET"])
@action(PUBLIC)
def show_asset(name: str) -> Response:
    """Returns a static file of the page; any other name is answered with 404."""
    if name not in ASSETS:
        raise NotFound()
    asset = Response((FOLDER / name).read_bytes(), content_type=ASSETS[name])
    asset.headers["Cache-Control"] = "public, max-age=3600"
    return asset
