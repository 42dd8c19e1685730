"""Writes one log line and one measurement per request: route, status and time, without personal data."""

import structlog
from flask import Response, g, request

from interfaces.http.current import services
from interfaces.http.metrics import METHODS, OTHER, counted

log = structlog.get_logger("farley.access")


def note_request(response: Response) -> Response:
    """Logs and counts the request. Leaves out the path of an unknown route, which may hold personal data."""
    route = request.url_rule.rule if request.url_rule is not None else None
    method = request.method if request.method in METHODS else OTHER
    seconds = services().clock.monotonic() - g.started
    counted().note(method, route or OTHER, response.status_code, seconds)
    log.info(
        "request",
        method=method,
        route=route,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
        key=g.subject.name if "subject" in g else None,
        correlation_id=str(g.correlation_id),
    )
    return response
