"""Click links. The page of a link posts a form at once in a browser; a link scanner only reads the page."""

from uuid import UUID

import structlog
from flask import Response, request

from application.clicks.commands import RecordClick
from application.signed_links import FollowedLink
from domain.errors import Unavailable
from domain.link_targets import link_target
from domain.messages.errors import MessageNotFound
from interfaces.http.auth import PUBLIC, action
from interfaces.http.blueprint import Routes
from interfaces.http.current import services
from interfaces.http.forms import TOKEN_FIELD, check_form, new_form_token
from interfaces.http.machines import is_machine
from interfaces.http.pages.documented import form_body, html
from interfaces.http.pages.languages import language_of
from interfaces.http.pages.rendering import page
from interfaces.http.requests_in import public_request

clicks = Routes("clicks", "Links of messages, which lead where they were signed for and nowhere else.")
PATH = "/c/<token>"
CLICK_CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self' https: http:;"
    " frame-ancestors 'none'; base-uri 'none'"
)
"""Browsers apply `form-action` to every redirect after a form, also to redirects of the target site. The form
itself posts only to its page."""

log = structlog.get_logger("farley.clicks")


@clicks.route(PATH, methods=["GET"])
@action(PUBLIC)
@html(clicks, 200, "A page that names where the link leads; asking for it records nothing.")
def show_click(token: str) -> Response:
    """Returns the page of a click link."""
    link = services().links.followed(token)
    language = language_of(_language(link.message_id if link else None))
    return page(
        "click",
        language,
        csp=CLICK_CSP,
        host=link_target(_own(link).url).host,
        form_token=new_form_token(token),
    )


@clicks.route(PATH, methods=["POST"])
@action(PUBLIC)
@form_body(clicks, [TOKEN_FIELD])
@html(clicks, 303, "Where the link leads.")
def follow_click(token: str) -> Response:
    """Records the click unless it repeats one of the last hour. Redirects to the target even if that fails."""
    link = services().links.followed(token)
    if link is None:
        _language(None)
    link = _own(link)
    check_form(token)
    try:
        services().clicks.record_click(
            RecordClick(link=link, machine=is_machine(request.headers)), public_request()
        )
    except Unavailable as reason:
        log.warning("a click was not recorded", reason=reason.message)
    answer = Response(status=303)
    answer.headers["Location"] = link.url
    return answer


def _own(link: FollowedLink | None) -> FollowedLink:
    """Returns the link. Raises MessageNotFound if the token was not a link of this installation."""
    if link is None:
        raise MessageNotFound()
    return link


def _language(message_id: UUID | None) -> str | None:
    """Returns the reader's language; None if the database is not available. Raises MessageNotFound."""
    try:
        return services().clicks.reader_language(message_id)
    except Unavailable:
        return None
