"""Reads a request's correlation id and body, and makes the Request of a command."""

import re
from typing import Any, cast
from uuid import UUID

from werkzeug.exceptions import RequestEntityTooLarge

from application import codec
from application.imports.service import LARGEST_FILE
from application.requests import Request
from interfaces.http.current import Incoming, services, subject, this_request
from interfaces.http.forms import FORM, LARGEST_FORM
from interfaces.http.idempotency import idempotency_key
from interfaces.http.preconditions import expected
from interfaces.http.refusals import BodyTooLarge, UnsupportedMediaType

CORRELATION_HEADER = "X-Correlation-Id"
LARGEST_BODY = 1024 * 1024
LARGEST_BATCH = 8 * LARGEST_BODY
LARGEST_UPLOAD = LARGEST_FILE + LARGEST_BODY
"""The most bytes of an upload: the largest file, and the other fields of a form."""
UPLOAD_PATHS = {
    "PUT": re.compile(r"/api/imports/[0-9A-Fa-f-]{36}/file"),
    "POST": re.compile(r"/console/imports/upload"),
}
"""The paths whose requests upload a file, by method. The server hands them on while they arrive."""
STREAMED = "farley_streamed"
"""A route that declares this name reads its body itself, as it arrives."""
MANY_ROWS = "farley_many_rows"
"""A route that declares this name takes larger bodies and validates each row itself."""
JSON = "application/json"
WITH_BODY = ("POST", "PATCH", "DELETE")
RECIPIENT = "recipient"
"""The actor of facts that come from the link in a message."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def identify_request(request: Incoming) -> None:
    """Stores the request's time of arrival and its correlation id: the client's UUID, else a new one."""
    ids, clock = services().ids, services().clock
    given = request.headers.get(CORRELATION_HEADER, "")
    request.correlation_id = UUID(given) if _UUID.fullmatch(given) else ids.new()
    request.started = clock.monotonic()
    request.received_at = clock.now()


def read_body(request: Incoming) -> None:
    """Reads the body of a POST, PATCH or DELETE: as JSON, or as bytes if the route takes a form.

    An empty body counts as an empty object, for routes that need no field.
    """
    if request.method not in WITH_BODY or getattr(request.view, STREAMED, False):
        return
    if getattr(request.view, FORM, False):
        request.body = _bytes_of_body(request, LARGEST_FORM)
        return
    many_rows = getattr(request.view, MANY_ROWS, False)
    data = _bytes_of_body(request, LARGEST_BATCH if many_rows else LARGEST_BODY)
    if not data:
        request.body, request.has_no_body = {}, True
        return
    _refuse_other_media_types(request)
    request.body = codec.decode_leniently(data) if many_rows else codec.decode(data)
    extent = codec.extent_of(request.body)
    codec.refuse_doubled_names(data, extent)
    request.is_plain = codec.is_plain(data, extent)
    if not request.is_plain:
        codec.refuse_unstorable(_without_rows(request.body) if many_rows else request.body)


def _without_rows(batch: Any) -> Any:
    """Returns the members of a batch that are not lists; None for a batch that is not an object."""
    if not isinstance(batch, dict):
        return None
    return {name: value for name, value in batch.items() if not isinstance(value, list)}


def has_plain_body() -> bool:
    """Returns whether the body is plain: nothing in its rows can be unstorable."""
    return this_request().is_plain


def body() -> Any:
    """Returns the decoded body."""
    return this_request().body


def command_request() -> Request:
    """Returns the Request for a command of this HTTP request."""
    request = this_request()
    return Request(
        actor=subject().actor,
        received_at=request.received_at,
        correlation_id=cast(UUID, request.correlation_id),
        idempotency_key=idempotency_key(),
        expected=expected(),
    )


def request_to_check() -> Request:
    """Returns the Request for checks that store nothing, whatever the headers say."""
    request = this_request()
    return Request(
        actor=subject().actor,
        received_at=request.received_at,
        correlation_id=cast(UUID, request.correlation_id),
    )


def public_request() -> Request:
    """Returns the Request for a person without a key, who follows the link in a message."""
    request = this_request()
    return Request(
        actor=RECIPIENT,
        received_at=request.received_at,
        correlation_id=cast(UUID, request.correlation_id),
    )


def _bytes_of_body(request: Incoming, largest: int) -> bytes:
    # One byte more, because a streamed body is silently cut off at the limit.
    request.max_content_length = largest + 1
    try:
        data = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise BodyTooLarge(f"A body has at most {largest} bytes here.") from error
    if len(data) > largest:
        raise BodyTooLarge(f"A body has at most {largest} bytes here.")
    return data


def _refuse_other_media_types(request: Incoming) -> None:
    if not _is_json(request) or request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise UnsupportedMediaType()


def _is_json(request: Incoming) -> bool:
    if request.content_type == JSON:
        return True
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    return request.mimetype == JSON and charset in ("utf-8", "utf8")
