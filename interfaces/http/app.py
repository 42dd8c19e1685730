"""The HTTP interface. `create_app` makes it from the use cases; the import has no effects."""

from flask import Flask, Response, current_app

from application.services import Services
from interfaces.console import refusals as console_refusals
from interfaces.console.app import ROOMS
from interfaces.console.rooms import ROOT as CONSOLE
from interfaces.http import problems
from interfaces.http.access_log import note_request
from interfaces.http.answers import answered
from interfaces.http.auth import authorise
from interfaces.http.blueprints import documented, plain
from interfaces.http.current import EXTENSION, Incoming
from interfaces.http.flask_app import App
from interfaces.http.idempotency import earlier_answer
from interfaces.http.metrics import COUNTED, Counted
from interfaces.http.openapi import DOCUMENT, document_of, make_api
from interfaces.http.pages import refusals as page_refusals
from interfaces.http.positions_in_paths import PositionInPath
from interfaces.http.refusals import REFUSED, refused_by_server
from interfaces.http.requests_in import CORRELATION_HEADER, identify_request, read_body

_DEFAULT_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""The headers of a response, unless it sets them itself."""


def create_app(services: Services) -> Flask:
    """Returns the WSGI application that serves these use cases."""
    app = App("farley", enter=_enter, leave=_leave)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    app.url_map.converters["position"] = PositionInPath
    app.extensions[EXTENSION] = services
    problems.register(app)
    api = make_api(app)
    for blueprint in documented():
        api.register_blueprint(blueprint)
    for blueprint in (*plain(), *ROOMS):
        app.register_blueprint(blueprint)
    app.refuse_hooks()
    app.extensions[problems.PAGES] = (
        *((path, page_refusals.refusal_page) for path in page_refusals.PATHS),
        (CONSOLE, console_refusals.refusal_page),
    )
    app.extensions[DOCUMENT] = document_of(api, app)
    app.extensions[COUNTED] = Counted(app.url_map)
    return app


def _enter(request: Incoming) -> Response | None:
    """Runs before every route: authorises, reads the body, and returns the answer of a repeated key, if any."""
    identify_request(request)
    if REFUSED in request.environ:
        raise refused_by_server(request.environ[REFUSED])
    if request.url_rule is None:
        return None
    request.view = current_app.view_functions[request.url_rule.endpoint]
    authorise(request)
    read_body(request)
    earlier = earlier_answer()
    return answered(earlier) if earlier is not None else None


def _leave(request: Incoming, response: Response) -> Response:
    headers = response.headers
    given = {name.lower() for name, _ in headers}
    for name, value in _DEFAULT_HEADERS.items():
        if name.lower() not in given:
            headers.add(name, value)
    headers.add(CORRELATION_HEADER, str(request.correlation_id))
    note_request(request, response)
    return response
