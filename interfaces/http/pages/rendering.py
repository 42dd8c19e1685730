"""Renders pages from templates, with the headers that all pages share."""

from functools import cache
from pathlib import Path
from typing import Any

from flask import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from interfaces.http.pages.languages import LANGUAGES, texts

FOLDER = Path(__file__).parent / "templates"
MEDIA_TYPE = "text/html; charset=utf-8"
CSP = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"


def page(name: str, language: str, *, status: int = 200, csp: str = CSP, **values: Any) -> Response:
    """Returns the page of the template `name` in this language, with every value escaped."""
    html = (
        _environment()
        .get_template(f"{name}.html")
        .render(t=texts(language), language=language, languages=LANGUAGES, **values)
    )
    answer = Response(html, status, content_type=MEDIA_TYPE)
    answer.headers["Content-Security-Policy"] = csp
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Frame-Options"] = "DENY"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
