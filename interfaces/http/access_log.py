"""One line and one measurement per request: route, status, time; nothing a person could be known by."""

import structlog
from flask import Response, g, request
from prometheus_client import Counter, Histogram

from interfaces.http.current import services

REQUESTS = Counter("farley_http_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("farley_http_request_seconds", "Time to answer a request.", ["method", "route"])
OTHER = "other"

log = structlog.get_logger("farley.access")


def note_request(response: Response) -> Response:
    """Writes the line and counts; the path of an unknown route may hold anything, so it is left out."""
    route = request.url_rule.rule if request.url_rule is not None else None
    method = request.method if request.method in _METHODS else OTHER
    seconds = services().clock.monotonic() - g.started
    REQUESTS.labels(method, route or OTHER, response.status_code).inc()
    SECONDS.labels(method, route or OTHER).observe(seconds)
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


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
