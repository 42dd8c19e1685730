"""Forms of public pages: what a browser or a mail program posts, and the token without which nothing changes."""

from io import BytesIO
from uuid import UUID

from flask import g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from domain.errors import NotAllowed
from interfaces.http.current import services
from interfaces.http.refusals import BodyTooLarge, UnsupportedMediaType

FORM = "farley_form"
"""A route that declares this takes a form and no JSON."""
MEDIA_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_PARTS = 100
TOKEN_FIELD = "form_token"  # noqa: S105 - its name


class FormNotValid(NotAllowed):
    """This form was not made by this page, or is older than a day."""


def read_form(data: bytes) -> MultiDict[str, str]:
    """The fields of a body; none where it cannot be read. UnsupportedMediaType for other media types."""
    if data and request.mimetype not in MEDIA_TYPES:
        raise UnsupportedMediaType(f"The body must be one of: {', '.join(MEDIA_TYPES)}.")
    parser = FormDataParser(
        stream_factory=lambda *_, **__: BytesIO(),
        max_form_memory_size=len(data) + 1,
        max_form_parts=MOST_PARTS,
    )
    try:
        _, fields, _ = parser.parse(BytesIO(data), request.mimetype, len(data), request.mimetype_params)
    except RequestEntityTooLarge as error:
        raise BodyTooLarge(f"A form has at most {MOST_PARTS} parts.") from error
    return fields


def form() -> MultiDict[str, str]:
    """The fields of the form that was posted."""
    fields: MultiDict[str, str] = g.body
    return fields


def new_form_token(link: str) -> str:
    """What a form on the page behind this link carries."""
    return services().links.form_token(link, services().ids.new(), g.received_at)


def form_nonce(link: str) -> UUID:
    """The nonce of the form that was posted. FormNotValid unless this page made it within the last day."""
    nonce = services().links.form_nonce(link, form().get(TOKEN_FIELD, ""), g.received_at)
    if nonce is None:
        raise FormNotValid()
    return nonce
