"""Refusals on public pages are HTML pages, because their readers are people, not programs."""

from flask import Response

from interfaces.http.pages.languages import language_of
from interfaces.http.pages.rendering import page

PATHS = ("/u/", "/c/")
TEXT_NAMES = {403: "form_expired", 404: "link_unknown", 503: "later"}
"""The name of the text for a status. Other statuses share one text for 4xx and one for 5xx."""


def refusal_page(status: int, _: str) -> Response:
    """Returns the page for a refusal with this status."""
    text_name = TEXT_NAMES.get(status, "refused" if status < 500 else "fault")
    return page("refusal", language_of(), status=status, text_name=text_name)
