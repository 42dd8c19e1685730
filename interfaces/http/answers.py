"""The answers to commands and questions as JSON responses, with their headers."""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from flask import Response

from application import codec
from application.requests import Answer
from interfaces.http.current import declared
from interfaces.http.idempotency import REPLAYED
from interfaces.http.paused import FIELD as PAUSED_FIELD
from interfaces.http.preconditions import etag

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

JSON = "application/json"
POSITION_HEADER = "Farley-Position"
PAUSED_HEADER = "Farley-Paused-Projections"
LOCATION = "farley_location"
"""A creating route declares the path of the new resource under this name, with ids in braces."""


class JsonResponse(Response):
    """A response that is sent with exactly the headers that Farley gave it. Werkzeug adds none."""

    def get_wsgi_response(
        self, environ: "WSGIEnvironment"
    ) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        body = () if environ["REQUEST_METHOD"] == "HEAD" else self.response
        return cast(Iterable[bytes], body), self.status, self.headers.to_wsgi_list()


def answered(answer: Answer) -> Response:
    """Returns the response to a command: 201 for a creation, 202 if work continues, else 200.

    The response always has a position. A position in the answer's own body takes precedence: the position at
    which the answer was read, or at which the duplicate was first recorded.
    """
    body = {"position": str(answer.position), **answer.body}
    if answer.duplicate:
        body["duplicate"] = True
    # Canonical key order, because a replay is read from a receipt, which does not keep the order.
    status = status_of(answer)
    response = JsonResponse(codec.canonical(body), status, content_type=JSON)
    response.headers.add(POSITION_HEADER, body["position"])
    _name_paused(response, body)
    location = declared(LOCATION)
    if location is not None and status != 200:
        response.headers.add("Location", location.format(**answer.body))
    if answer.version is not None:
        response.headers.add("ETag", _etag(answer.version, answer.body))
    if answer.replayed:
        response.headers.add(REPLAYED, "true")
    return response


def response_to_question(body: Mapping[str, Any], *, version: int | None = None) -> Response:
    """Returns the response to a question. `version`: the version of its stream, for the ETag."""
    response = json_response(body, 200)
    if "position" in body:
        response.headers.add(POSITION_HEADER, str(body["position"]))
    _name_paused(response, body)
    if version is not None:
        response.headers.add("ETag", _etag(version, body))
    return response


def _name_paused(response: Response, body: Mapping[str, Any]) -> None:
    """Names the paused projections that the answer reads in its header, too."""
    if PAUSED_FIELD in body:
        response.headers.add(PAUSED_HEADER, ", ".join(paused["name"] for paused in body[PAUSED_FIELD]))


def in_braces(rule: str) -> str:
    """Returns a route's path with its parameters in braces, as in `/api/orders/{order_id}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)


def json_response(body: Any, status: int) -> Response:
    return JsonResponse(codec.encode(body), status, content_type=JSON)


def _etag(version: int, body: Mapping[str, Any]) -> str:
    """Returns the ETag; for a merged id with the person id, because that can change later."""
    return etag(version, body["customer_id"] if "asked_for" in body else None)


def status_of(answer: Answer) -> int:
    if answer.duplicate:
        return 200
    if answer.accepted:
        return 202
    return 201 if answer.created else 200
