"""Writes one log line and one measurement per request: route, status and time, without personal data."""

import structlog
from flask import Response

from interfaces.http.current import kept, services, this_request
from interfaces.http.metrics import METHODS, OTHER, counted

log = structlog.get_logger("farley.access")


def note_request(response: Response) -> Response:
    """Logs and counts the request. Leaves out the path of an unknown route, which may hold personal data."""
    request, here = this_request(), kept()
    rule, method = request.url_rule, request.method
    route = rule.rule if rule is not None else None
    method = method if method in METHODS else OTHER
    seconds = services().clock.monotonic() - here.started
    counted().note(method, route or OTHER, response.status_code, seconds)
    log.info(
        "request",
        method=method,
        route=route,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
        key=subject.name if (subject := here.get("subject")) is not None else None,
        correlation_id=str(here.correlation_id),
    )
    return response
