"""The preference page at a message's unsubscribe link, and one-click unsubscribe (RFC 8058)."""

from uuid import UUID

from flask import Response

from application.preferences.choices import Choice
from application.preferences.commands import SavePreferences, Unsubscribe
from application.preferences.service import FORM as PAGE
from interfaces.http.auth import PUBLIC, action
from interfaces.http.blueprint import Routes
from interfaces.http.current import services
from interfaces.http.forms import TOKEN_FIELD, FormNotValid, check_form, form, new_form_token
from interfaces.http.pages.documented import form_body, html
from interfaces.http.pages.languages import language_of, texts
from interfaces.http.pages.masking import masked
from interfaces.http.pages.rendering import page
from interfaces.http.requests_in import public_request

preferences = Routes("preferences", "What people may change by the link of a message, without a login.")
PATH = "/u/<token>"
ONE_CLICK = ("List-Unsubscribe", "One-Click")
OWN_FIELDS = (TOKEN_FIELD, "action", "wanted", "stop_all")
"""The fields of the page's form."""
FIELDS = (ONE_CLICK[0], *OWN_FIELDS)


@preferences.route(PATH, methods=["GET"])
@action(PUBLIC)
@html(preferences, 200, "The preference page; asking for it changes nothing.")
def show_preferences(token: str) -> Response:
    """The preference page of a message."""
    return _shown(token, services().links.message_of(token))


@preferences.route(PATH, methods=["POST"])
@action(PUBLIC)
@form_body(preferences, FIELDS)
@html(preferences, 200, "The page, with what holds now.")
def save_preferences(token: str) -> Response:
    """Saves the page's form. Every other POST unsubscribes the recipient.

    Mail programs send the one-click unsubscribe of RFC 8058 (`List-Unsubscribe=One-Click`) with many bodies and
    media types, so all of these count.
    """
    message_id = services().links.message_of(token)
    if message_id is None:
        return _shown(token, None)
    if form().get(ONE_CLICK[0]) == ONE_CLICK[1] or form().keys().isdisjoint(OWN_FIELDS):
        return _shown(token, message_id, _unsubscribed(message_id, "one-click"))
    check_form(token)
    _refuse_other_fields()
    if form().get("action") == "unsubscribe":
        return _shown(token, message_id, _unsubscribed(message_id, PAGE))
    return _shown(token, message_id, _saved(message_id))


def _refuse_other_fields() -> None:
    """Raises FormNotValid for fields that the page's form cannot have sent."""
    fields = form()
    if fields.getlist("action") not in (["save"], ["unsubscribe"]) or set(fields) - set(FIELDS):
        raise FormNotValid()


def _unsubscribed(message_id: UUID, reason: str) -> str:
    services().preferences.unsubscribe(Unsubscribe(message_id=message_id, reason=reason), public_request())
    return "unsubscribed"


def _saved(message_id: UUID) -> str:
    command = SavePreferences(
        message_id=message_id, wanted=frozenset(form().getlist("wanted")), stop_all="stop_all" in form()
    )
    answer = services().preferences.save_preferences(command, public_request())
    return "unchanged" if answer.unchanged else "saved"


def _shown(token: str, message_id: UUID | None, notice: str | None = None) -> Response:
    """Returns the page. `notice`: the name of the text about what was just saved. Raises MessageNotFound."""
    current = services().preferences.preferences(message_id)
    language = language_of(current.language)
    return page(
        "preferences",
        language,
        current=current,
        address=masked(current.address) if current.address else None,
        purpose=_label(language, current.choices[0]),
        choices=[(choice, _label(language, choice)) for choice in current.choices],
        form_token=new_form_token(token),
        notice=notice,
    )


def _label(language: str, choice: Choice) -> str:
    """Returns the label of a purpose: its text in this language, else its description, else its name."""
    known = texts(language)
    return known.get(f"purpose.{choice.purpose}") or choice.description or choice.purpose
