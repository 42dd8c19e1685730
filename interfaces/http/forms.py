"""Forms of public pages: what a browser or a mail program posts, and the token without which nothing changes."""

from urllib.parse import parse_qsl

from flask import g
from werkzeug.datastructures import MultiDict

from domain.errors import NotAllowed
from interfaces.http.current import services

FORM = "farley_form"
"""A route that declares this takes a form and no JSON. Its body is parsed when the route asks for the fields."""
MEDIA_TYPE = "application/x-www-form-urlencoded"
LARGEST_FORM = 64 * 1024
MOST_FIELDS = 1_000
TOKEN_FIELD = "form_token"  # noqa: S105 - its name


class FormNotValid(NotAllowed):
    """This form was not made by this page, or is older than a day."""


def form() -> MultiDict[str, str]:
    """The fields of the body as a browser writes a form, whatever its media type says; none where it is no form.

    Ask for them after the link's token is checked, so that a body from somebody without a link costs nothing.
    """
    if "form" not in g:
        g.form = MultiDict(_fields(g.body))
    fields: MultiDict[str, str] = g.form
    return fields


def _fields(data: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(data.decode(errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return []


def new_form_token(link: str) -> str:
    """What a form on the page behind this link carries."""
    return services().links.form_token(link, services().ids.new(), g.received_at)


def check_form(link: str) -> None:
    """FormNotValid unless the page behind this link made the posted form within the last day."""
    if services().links.form_nonce(link, form().get(TOKEN_FIELD, ""), g.received_at) is None:
        raise FormNotValid()
