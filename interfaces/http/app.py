"""The HTTP interface. `create_app` makes it from the use cases; the import has no effects."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response
from flask import request as this

from application.services import Services
from interfaces.http import problems
from interfaces.http.access_log import note_request
from interfaces.http.answers import answered
from interfaces.http.auth import authorise
from interfaces.http.blueprints import documented, plain
from interfaces.http.current import EXTENSION, correlation_id
from interfaces.http.idempotency import earlier_answer
from interfaces.http.metrics import COUNTED, Counted
from interfaces.http.openapi import DOCUMENT, document_of, make_api
from interfaces.http.refusals import REFUSED, refused_by_server
from interfaces.http.requests_in import CORRELATION_HEADER, identify_request, read_body

STRICT_CSP = "default-src 'none'; frame-ancestors 'none'"


class App(Flask):
    """Flask without coroutines: Flask looks at each function of each request to find out whether it is one."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(services: Services) -> Flask:
    """Returns the WSGI application that serves these use cases."""
    app = App("farley", static_folder=None, template_folder=None)
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    app.url_map.merge_slashes = False
    app.extensions[EXTENSION] = services
    problems.register(app)
    app.before_request(_enter)
    app.after_request(_leave)
    api = make_api(app)
    for blueprint in documented():
        api.register_blueprint(blueprint)
    for blueprint in plain():
        app.register_blueprint(blueprint)
    app.extensions[DOCUMENT] = document_of(api, app)
    app.extensions[COUNTED] = Counted(app.url_map)
    return app


def _enter() -> Response | None:
    """Runs before every route: authorises, reads the body, and returns the answer of a repeated key, if any."""
    identify_request()
    if REFUSED in this.environ:
        raise refused_by_server(this.environ[REFUSED])
    if this.url_rule is None:
        return None
    authorise()
    read_body()
    earlier = earlier_answer()
    return answered(earlier) if earlier is not None else None


def _leave(response: Response) -> Response:
    response.headers[CORRELATION_HEADER] = str(correlation_id())
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Content-Security-Policy", STRICT_CSP)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    return note_request(response)
