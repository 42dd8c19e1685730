"""Shows a page of the console: renders its template in the frame, in the person's language."""

from functools import cache
from pathlib import Path
from typing import Any

from flask import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from application.access.sessions import SignedIn
from interfaces.console.assets import asset
from interfaces.console.formats import Formats
from interfaces.console.forms import form_token
from interfaces.console.languages import Texts, language_of, texts
from interfaces.console.menu import menu_for, tabs_for
from interfaces.console.moments import shown_moment
from interfaces.console.notices import notice_of
from interfaces.console.past import keeping_past
from interfaces.console.reached import how_far
from interfaces.http.auth import allowed
from interfaces.http.current import Incoming, services, this_request

FOLDER = Path(__file__).parent / "templates"
MEDIA_TYPE = "text/html; charset=utf-8"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self';"
    " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def show(template: str, *, status: int = 200, layout: str = "frame.html", **values: Any) -> Response:
    """Returns the page of this template, with every value escaped. The frame's own values are added.

    `layout`: what a template with a live part extends.
    """
    frame = _frame(this_request())
    html = _environment().get_template(f"{template}.html").render(**frame, layout=layout, **values)
    answer = Response(keeping_past(html), status, content_type=MEDIA_TYPE)
    answer.headers["Content-Security-Policy"] = CSP
    answer.headers["X-Frame-Options"] = "DENY"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return answer


def go_to(path: str) -> Response:
    """Answers a form by leading the browser to a page."""
    return Response(status=303, headers={"Location": path})


def own_texts() -> Texts:
    """Returns the texts in this person's language."""
    return texts(language_of(this_request()))


def formats() -> Formats:
    """Returns how this person reads numbers and instants."""
    request = this_request()
    chosen = request.signed_in.settings.time_zone if request.signed_in is not None else None
    return Formats(
        language=language_of(request), time_zone=chosen or services().time_zone, now=request.received_at
    )


def _frame(request: Incoming) -> dict[str, Any]:
    language = language_of(request)
    signed_in = request.signed_in
    return {
        "t": texts(language),
        "f": formats(),
        "language": language,
        "form_token": form_token(),
        "notice": notice_of(request, texts(language), formats()),
        "paused": ", ".join(sorted(request.paused_on_page)),
        **(_of_person(request, signed_in) if signed_in is not None else _OF_NOBODY),
    }


_OF_NOBODY: dict[str, Any] = {
    "menu": None,
    "tabs": None,
    "person": None,
    "reached": None,
    "shortcuts": False,
    "moment": None,
    "sees_facts": False,
}


def _of_person(request: Incoming, signed_in: SignedIn) -> dict[str, Any]:
    return {
        "menu": menu_for(signed_in.subject, request.path, own_texts()),
        "tabs": tabs_for(signed_in.subject, request.path, own_texts()),
        "person": _person(signed_in.subject.name),
        "reached": how_far(signed_in.subject.actor),
        "shortcuts": signed_in.settings.shortcuts,
        "moment": shown_moment(formats(), own_texts()),
        "sees_facts": allowed(signed_in.subject, "history:read"),
    }


def _person(name: str) -> dict[str, str]:
    words = name.replace(".", " ").replace("-", " ").split()
    return {"name": name, "initials": "".join(word[0] for word in words[:2]).upper()}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["asset"] = asset
    return environment
