"""The static files of public pages: a style sheet and a script."""

from pathlib import Path

from flask import Blueprint, Response
from werkzeug.exceptions import NotFound

from interfaces.http.auth import PUBLIC, action

FOLDER = Path(__file__).parent.parent / "static" / "pages"
FILES = {"pages.css": "text/css; charset=utf-8", "follow.js": "text/javascript; charset=utf-8"}

assets = Blueprint("assets", __name__)


@assets.route("/static/<path:name>", methods=["GET"])
@action(PUBLIC)
def show_file(name: str) -> Response:
    """Returns a static file of the public pages; any other name is answered with 404."""
    if name not in FILES:
        raise NotFound()
    file = Response((FOLDER / name).read_bytes(), content_type=FILES[name])
    file.headers["Cache-Control"] = "public, max-age=3600"
    return file
