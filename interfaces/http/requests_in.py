"""Reads a request's correlation id and body, and makes the Request of a command."""

import re
from typing import Any
from uuid import UUID

from werkzeug.exceptions import RequestEntityTooLarge

from application import codec
from application.requests import Request
from interfaces.http.current import correlation_id, declared, kept, services, subject, this_request
from interfaces.http.forms import FORM, LARGEST_FORM
from interfaces.http.idempotency import idempotency_key
from interfaces.http.preconditions import expected
from interfaces.http.refusals import BodyTooLarge, UnsupportedMediaType

CORRELATION_HEADER = "X-Correlation-Id"
LARGEST_BODY = 1024 * 1024
LARGEST_BATCH = 8 * LARGEST_BODY
MANY_ROWS = "farley_many_rows"
"""A route that declares this name takes larger bodies and validates each row itself."""
WITH_BODY = ("POST", "PATCH", "DELETE")
RECIPIENT = "recipient"
"""The actor of facts that come from the link in a message."""

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def identify_request() -> None:
    """Stores the request's time of arrival and its correlation id: the client's UUID, else a new one."""
    here, ids, clock = kept(), services().ids, services().clock
    given = this_request().headers.get(CORRELATION_HEADER, "")
    here.correlation_id = UUID(given) if _UUID.fullmatch(given) else ids.new()
    here.started = clock.monotonic()
    here.received_at = clock.now()


def read_body() -> None:
    """Reads the body of a POST, PATCH or DELETE: as JSON, or as bytes if the route takes a form.

    A missing JSON body is an empty object.
    """
    here = kept()
    if this_request().method not in WITH_BODY:
        return
    if declared(FORM):
        here.body = _bytes_of_body(LARGEST_FORM)
        return
    many_rows = bool(declared(MANY_ROWS))
    data = _bytes_of_body(LARGEST_BATCH if many_rows else LARGEST_BODY)
    if not data:
        here.body = {}
        return
    _refuse_other_media_types()
    here.body = codec.decode_leniently(data) if many_rows else codec.decode(data)
    extent = codec.extent_of(here.body)
    codec.refuse_doubled_names(data, extent)
    here.plain = codec.is_plain(data, extent)
    if not here.plain:
        codec.refuse_unstorable(_without_rows(here.body) if many_rows else here.body)


def _without_rows(batch: Any) -> Any:
    """Returns the members of a batch that are not lists; None for a batch that is not an object."""
    if not isinstance(batch, dict):
        return None
    return {name: value for name, value in batch.items() if not isinstance(value, list)}


def has_plain_body() -> bool:
    """Returns whether the body is plain: nothing in its rows can be unstorable."""
    return bool(kept().plain)


def body() -> Any:
    """Returns the decoded body."""
    return kept().body


def command_request() -> Request:
    """Returns the Request for a command of this HTTP request."""
    return Request(
        actor=subject().actor,
        received_at=kept().received_at,
        correlation_id=correlation_id(),
        idempotency_key=idempotency_key(),
        expected=expected(),
    )


def public_request() -> Request:
    """Returns the Request for a person without a key, who follows the link in a message."""
    return Request(actor=RECIPIENT, received_at=kept().received_at, correlation_id=correlation_id())


def _bytes_of_body(largest: int) -> bytes:
    request = this_request()
    # One byte more, because a streamed body is silently cut off at the limit.
    request.max_content_length = largest + 1
    try:
        data = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise BodyTooLarge(f"A body has at most {largest} bytes here.") from error
    if len(data) > largest:
        raise BodyTooLarge(f"A body has at most {largest} bytes here.")
    return data


def _refuse_other_media_types() -> None:
    request = this_request()
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != "application/json" or charset not in ("utf-8", "utf8") or _compressed():
        raise UnsupportedMediaType()


def _compressed() -> bool:
    return this_request().headers.get("Content-Encoding", "identity").lower() != "identity"
