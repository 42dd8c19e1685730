"""Forms that browsers or mail programs post to public pages, and the token of a page's own form."""

from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from domain.errors import NotAllowed
from interfaces.http.current import services, this_request

FORM = "farley_form"
"""A route that declares this name takes a form, not JSON. The body is parsed when the route calls `form`."""
MEDIA_TYPE = "application/x-www-form-urlencoded"
LARGEST_FORM = 64 * 1024
MOST_FIELDS = 1_000
TOKEN_FIELD = "form_token"  # noqa: S105 - its name


class FormNotValid(NotAllowed):
    """This form was not made by this page, or is older than a day."""


def form() -> MultiDict[str, str]:
    """Parses the body as a URL-encoded form, also under another media type, and returns its fields.

    A body that cannot be parsed has no fields.

    Call it after the link's token is checked, so that no body is parsed for a client without a link.
    """
    request = this_request()
    if request.form_fields is None:
        request.form_fields = MultiDict(fields_of(request.body or b""))
    fields: MultiDict[str, str] = request.form_fields
    return fields


def fields_of(data: bytes) -> list[tuple[str, str]]:
    """Returns the fields of a URL-encoded form. One that cannot be parsed has none."""
    try:
        return parse_qsl(data.decode(errors="replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return []


def new_form_token(link: str) -> str:
    """Returns a new form token for the page at this link."""
    return services().links.form_token(link, services().ids.new(), this_request().received_at)


def check_form(link: str) -> None:
    """Raises FormNotValid unless the page at this link made the posted form within the last day."""
    received_at = this_request().received_at
    if services().links.form_nonce(link, form().get(TOKEN_FIELD, ""), received_at) is None:
        raise FormNotValid()
