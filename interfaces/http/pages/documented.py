"""The OpenAPI documentation of public pages, which take forms and answer with HTML, also when they refuse."""

from collections.abc import Callable, Collection
from typing import Any, TypeVar

from interfaces.http.blueprint import Routes
from interfaces.http.forms import FORM, MEDIA_TYPE
from interfaces.http.pages.languages import LANGUAGES, PARAMETER

View = TypeVar("View", bound=Callable[..., Any])
PAGE = {"type": "string"}
HTML = "text/html"
LANGUAGE = {
    "name": PARAMETER,
    "in": "query",
    "description": "The language of the page, instead of the reader's own.",
    "schema": {"type": "string", "enum": list(LANGUAGES)},
}
REFUSALS = {404: "This link is not ours.", 500: "Something went wrong here.", 503: "Not available now."}
REFUSALS_OF_FORMS = {
    403: "The form was not made by this page, or is older than a day.",
    413: "The body is too large.",
    422: "The form wants what it does not offer.",
}


def html(routes: Routes, status: int, description: str) -> Callable[[View], View]:
    """Documents that the route answers with an HTML page, also for refusals."""

    def declare(view: View) -> View:
        annotated = routes.response(status, PAGE, content_type=HTML, description=description)(view)
        annotated = routes.doc(parameters=[LANGUAGE])(annotated)
        for code, why in REFUSALS.items():
            annotated = routes.alt_response(code, schema=PAGE, content_type=HTML, description=why)(annotated)
        return annotated  # type: ignore[no-any-return]

    return declare


def form_body(routes: Routes, fields: Collection[str]) -> Callable[[View], View]:
    """Declares and documents that the route takes a form with these fields."""
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in fields}}
    content = {MEDIA_TYPE: {"schema": schema}}

    def declare(view: View) -> View:
        view.__dict__[FORM] = True
        annotated = routes.doc(requestBody={"required": True, "content": content})(view)
        for code, why in REFUSALS_OF_FORMS.items():
            annotated = routes.alt_response(code, schema=PAGE, content_type=HTML, description=why)(annotated)
        return annotated  # type: ignore[no-any-return]

    return declare
