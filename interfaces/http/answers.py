"""What goes out: commands' answers and questions' answers as JSON, with their headers."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from application import codec
from application.requests import Answer
from interfaces.http.current import declared
from interfaces.http.idempotency import REPLAYED
from interfaces.http.preconditions import etag

JSON = "application/json"
POSITION_HEADER = "Farley-Position"
LOCATION = "farley_location"
"""A route that creates declares the path of what it made, with the answer's ids in braces."""


def answered(answer: Answer) -> Response:
    """A command's answer: 201 for a creation, 202 where work goes on, else 200; always with the position.

    A position in the answer's own body is the one it was read at, or where the same was recorded before.
    """
    body = {"position": str(answer.position), **answer.body}
    if answer.duplicate:
        body["duplicate"] = True
    # in one order, as the receipt that a replay is read from does not keep it
    response = Response(codec.canonical(body), status_of(answer), content_type=JSON)
    response.headers[POSITION_HEADER] = body["position"]
    location = declared(LOCATION)
    if location is not None and status_of(answer) != 200:
        response.headers["Location"] = location.format(**answer.body)
    if answer.version is not None:
        response.headers["ETag"] = _etag(answer.version, answer.body)
    if answer.replayed:
        response.headers[REPLAYED] = "true"
    return response


def told(body: Mapping[str, Any], *, version: int | None = None) -> Response:
    """A question's answer; `version` is the stream's, for the ETag."""
    response = json_response(body, 200)
    if "position" in body:
        response.headers[POSITION_HEADER] = str(body["position"])
    if version is not None:
        response.headers["ETag"] = _etag(version, body)
    return response


def json_response(body: Any, status: int) -> Response:
    return Response(codec.encode(body), status=status, content_type=JSON)


def _etag(version: int, body: Mapping[str, Any]) -> str:
    """Under a merged id the tag names whose version it is: who that is may be another one tomorrow."""
    return etag(version, body["customer_id"] if "asked_for" in body else None)


def status_of(answer: Answer) -> int:
    if answer.duplicate:
        return 200
    if answer.accepted:
        return 202
    return 201 if answer.created else 200
