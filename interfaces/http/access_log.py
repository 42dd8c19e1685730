"""Writes one log line and one measurement per request: route, status and time, without personal data."""

import structlog
from flask import Response

from interfaces.http.current import Incoming, services
from interfaces.http.metrics import METHODS, OTHER, counted

log = structlog.get_logger("farley.access")


def note_request(request: Incoming, response: Response) -> None:
    """Logs and counts the request. Leaves out the path of an unknown route, which may hold personal data."""
    rule, method = request.url_rule, request.method
    route = rule.rule if rule is not None else None
    method = method if method in METHODS else OTHER
    seconds = services().clock.monotonic() - request.started
    counted().note(method, route or OTHER, response.status_code, seconds)
    log.info(
        "request",
        method=method,
        route=route,
        status=response.status_code,
        milliseconds=round(seconds * 1000, 1),
        key=request.subject.name if request.subject is not None else None,
        correlation_id=str(request.correlation_id),
    )
