"""The forms of the console. Each carries a token of its session, which is the idempotency key of its command, too."""

from werkzeug.datastructures import MultiDict

from application.access.keys import hash_of
from interfaces.console.origins import refuse_other_sites
from interfaces.console.session import secret_of
from interfaces.http.current import Incoming, services, this_request
from interfaces.http.forms import TOKEN_FIELD, FormNotValid, form, new_form_token

NOBODY = "console:nobody"
"""What the token of a form is bound to while nobody is signed in."""


def form_token() -> str:
    """Returns a new token for the forms of this page."""
    return new_form_token(_bound_to(this_request()))


def check_form(request: Incoming) -> None:
    """Notes the form's nonce. Raises FromAnotherSite, or FormNotValid unless this session's page made the form."""
    refuse_other_sites(request)
    nonce = services().links.form_nonce(_bound_to(request), form().get(TOKEN_FIELD, ""), request.received_at)
    if nonce is None:
        raise FormNotValid()
    request.form_nonce = nonce


def fields() -> MultiDict[str, str]:
    """Returns what was typed, without the token."""
    given = form().copy()
    given.poplist(TOKEN_FIELD)
    return given


def _bound_to(request: Incoming) -> str:
    if request.signed_in is None:
        return NOBODY
    return f"console:{hash_of(secret_of(request)).hex()}"
