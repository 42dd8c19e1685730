"""Problem details (RFC 9457) for every refusal: Farley's errors, Werkzeug's and unexpected ones."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog
from flask import Flask, Response, current_app
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from application import codec
from application.access.attempts import TooManyAttempts
from application.error_traces import where
from application.imports.service import FileTooLarge
from domain import errors
from domain.campaigns.errors import TooManyCampaignTests
from interfaces.http.current import this_request
from interfaces.http.refusals import (
    BodyTooLarge,
    EmptyBody,
    HeadTooLarge,
    InvalidFields,
    MalformedRequest,
    RequestTooSlow,
    TargetTooLong,
    UnknownTransferCoding,
    UnsupportedMediaType,
)

MEDIA_TYPE = "application/problem+json"
PAGES = "farley_refusal_pages"
"""The name under which the app keeps what shows refusals of pages, by the begin of their paths."""
RefusalPage = Callable[[int, str], Response]
"""Shows a refusal with this status and name as a page."""
RETRY_AFTER_SECONDS = 1
PAUSED_SECONDS = 60
"""Retry-After while a projection is paused: an operator has to let it continue."""
STATUS_OF: tuple[tuple[type[errors.FarleyError], int], ...] = (
    (codec.MalformedJson, 400),
    (TooManyAttempts, 429),
    (FileTooLarge, 413),
    (TooManyCampaignTests, 429),
    (errors.InvalidInput, 422),
    (InvalidFields, 422),
    (errors.NotAuthenticated, 401),
    (errors.NotAllowed, 403),
    (errors.NotFound, 404),
    (errors.PreconditionRequired, 428),
    (errors.PreconditionFailed, 412),
    (errors.RuleBroken, 409),
    (errors.Conflict, 409),
    (errors.Unavailable, 503),
    (BodyTooLarge, 413),
    (UnsupportedMediaType, 415),
    (MalformedRequest, 400),
    (EmptyBody, 400),
    (RequestTooSlow, 408),
    (TargetTooLong, 414),
    (HeadTooLarge, 431),
    (UnknownTransferCoding, 501),
)
"""The first entry whose class matches decides. An error without an entry is a fault in Farley: 500."""

log = structlog.get_logger("farley.http")


def register(app: Flask) -> None:
    """Registers this module's handlers for all exceptions."""
    app.register_error_handler(errors.FarleyError, refused)
    app.register_error_handler(HTTPException, refused_by_werkzeug)
    app.register_error_handler(Exception, unexpected)


def status_of(error: errors.FarleyError) -> int:
    """Returns the HTTP status of a Farley error."""
    return next((status for family, status in STATUS_OF if isinstance(error, family)), 500)


def refused(error: errors.FarleyError) -> Response:
    status = status_of(error)
    if status == 500:
        return unexpected(error)
    members = {"errors": errors_in(error), **_plain(error.details)}
    answer = problem(status, kebab(type(error).__name__), title_of(type(error)), error.message, members)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="farley"'
    if status == 429:
        answer.headers["Retry-After"] = str(error.details["seconds"])
    if status == 503:
        seconds = PAUSED_SECONDS if isinstance(error, errors.ProjectionPaused) else RETRY_AFTER_SECONDS
        answer.headers["Retry-After"] = str(seconds)
    return answer


def refused_by_werkzeug(error: HTTPException) -> Response:
    status = error.code or 500
    answer = problem(status, kebab(error.name), error.name, _explained(error))
    for name, value in error.get_headers(this_request().environ):
        if name.lower() in ("allow", "retry-after"):
            answer.headers[name] = value
    return answer


def unexpected(error: Exception) -> Response:
    """A fault of ours: what was wrong goes to the log, where no value of the request is written."""
    log.error("request failed", **where(error), correlation_id=str(this_request().correlation_id))
    return problem(500, "internal-error", "Internal error", "Something went wrong here; it has been logged.")


def problem(
    status: int, name: str, title: str, detail: str, members: Mapping[str, Any] | None = None
) -> Response:
    """Returns a response with problem details, without empty members; for a page an HTML page."""
    show = _page_of(this_request().path)
    if show is not None:
        return show(status, name)
    body = {
        "type": f"/problems/{name}",
        "title": title,
        "status": status,
        "detail": detail,
        **{key: value for key, value in (members or {}).items() if value},
        "correlation_id": str(this_request().correlation_id),
    }
    return Response(codec.encode(body), status=status, content_type=MEDIA_TYPE)


def _page_of(path: str) -> RefusalPage | None:
    """Returns what shows a refusal of the page at this path, or None if the path belongs to no page."""
    pages: Sequence[tuple[str, RefusalPage]] = current_app.extensions[PAGES]
    return next((show for begin, show in pages if path.startswith(begin)), None)


def errors_in(error: errors.FarleyError) -> list[dict[str, str]]:
    """Returns path, code and message of each invalid field."""
    if isinstance(error, InvalidFields):
        return error.errors
    if isinstance(error, errors.InvalidInput):
        return [
            {"path": refusal.path, "code": refusal.code, "message": refusal.message}
            for refusal in (error, *error.others)
        ]
    return []


def title_of(error_class: type[errors.FarleyError]) -> str:
    return (error_class.__doc__ or "").strip().splitlines()[0]


def kebab(name: str) -> str:
    """`ComplaintAlreadyClosed` -> `complaint-already-closed`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|\s+", "-", name).lower()


def _explained(error: HTTPException) -> str:
    if error.code == 404:
        ids = " The ids in a path are UUIDs." if this_request().path.startswith("/api/") else ""
        return f"Nothing is at this path; open /docs to see the paths of this service.{ids}"
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        return f"This path does not take this method. It takes {', '.join(sorted(error.valid_methods))}."
    # Werkzeug's descriptions may quote the request.
    return error.name


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, list) else str(value) for name, value in details.items()}
