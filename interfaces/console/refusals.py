"""Refusals in the console are pages in the person's language: what happened, and what to do."""

from typing import Any
from urllib.parse import quote, urlencode

from flask import Response

from interfaces.console.forms import fields
from interfaces.console.live import asked_again
from interfaces.console.origins import is_from_own_page
from interfaces.console.past import past
from interfaces.console.polls import is_poll
from interfaces.console.rooms import ROOT
from interfaces.console.showing import go_to, own_texts, show
from interfaces.console.sign_in_pages import show_sign_in
from interfaces.http.current import this_request
from interfaces.http.forms import form
from interfaces.http.requests_in import read_body

NOT_SIGNED_IN, NOT_SECURE, FORM_NOT_VALID = "not-signed-in", "not-secure", "form-not-valid"
_OF_STATUS = {403: "not-allowed", 404: "not-found", 409: "conflict", 412: "conflict", 503: "unavailable"}
"""The names of the texts for a status. Other statuses share one for 4xx and one for 5xx."""
_OF_PAST = {404: "not-then", 422: "no-such-instant"}
"""The names of the texts for a status of a page that looks at the past."""


def refusal_page(status: int, name: str) -> Response:
    """Returns the page for a refusal. `name`: that of the problem, such as `form-not-valid`.

    A form of an earlier session of this browser, which says that it sent it from a page of ours, can be sent again.
    """
    request, t = this_request(), own_texts()
    if is_poll(request):
        return _of_live_part(status, name)
    if name == NOT_SECURE:
        return show("not_secure", status=status, host=request.host)
    if name == NOT_SIGNED_IN:
        return _sign_in_first()
    if name == FORM_NOT_VALID and request.signed_in is not None and is_from_own_page(request) and fields():
        return show("send_again", status=status, action=request.path, typed=list(fields().items(multi=True)))
    text = name if f"refusal.{name}.title" in t else _of_status(status)
    if past():
        text = _OF_PAST.get(status, text)
    return show(
        "refusal",
        status=status,
        title=t(f"refusal.{text}.title"),
        text=t(f"refusal.{text}.text"),
        remedy=t(f"refusal.{text}.remedy"),
        link={"text": t("refusal.home"), "href": ROOT},
        state="stop" if status >= 500 else "warn",
        correlation_id=str(request.correlation_id),
        again=_same_form() if status == 503 else None,
    )


def _of_live_part(status: int, name: str) -> Response:
    """Returns what the live part of a page shows. It tries again by itself unless that would not help. The rest of the
    page stays, with what is typed there."""
    t, signed_out = own_texts(), name == NOT_SIGNED_IN
    text = name if f"refusal.{name}.title" in t else _of_status(status)
    again = (t("refusal.open_again"), this_request().path)
    words, path = (t("refusal.sign_in"), f"{ROOT}/sign-in") if signed_out else again
    return show(
        "live_refusal",
        status=status,
        title=t(f"refusal.{text}.title"),
        text=t("refusal.tried_again") if status >= 500 else t(f"refusal.{text}.remedy"),
        link={"text": words, "href": path},
        asks=asked_again() if status >= 500 or signed_out else None,
    )


def _same_form() -> dict[str, Any] | None:
    """Returns the form that was sent, with its token, so that it is one command however often it is sent.

    A key is never shown, nor what another site sent.
    """
    request = this_request()
    if (
        request.method != "POST"
        or not is_from_own_page(request)
        or request.path.startswith(f"{ROOT}/sign-in")
    ):
        return None
    if request.body is None:
        read_body(request)
    return {"action": request.path, "typed": list(form().items(multi=True))}


def _of_status(status: int) -> str:
    return _OF_STATUS.get(status, "not-possible" if status < 500 else "internal-error")


def _sign_in_first() -> Response:
    """Leads to the sign-in. What was typed into a form is kept, and can be sent after signing in."""
    request = this_request()
    if request.method == "POST":
        read_body(request)
        typed = urlencode(list(fields().items(multi=True)))
        # A form without a field, such as that for signing out, has no page to go on to.
        wanted = request.path if typed else ""
        return show_sign_in(wanted, typed, error=own_texts()("sign_in.ended"), status=401)
    wanted = request.full_path.rstrip("?")
    return go_to(f"{ROOT}/sign-in" + ("" if wanted == ROOT else f"?next={quote(wanted, safe='')}"))
