"""What is refused on a public page is told by a page: who reads it knows nothing of problem details."""

from flask import Response, request

from interfaces.http.pages.languages import language_of
from interfaces.http.pages.rendering import page

PATHS = ("/u/", "/c/")
TOLD = {403: "form_expired", 404: "link_unknown", 503: "later"}
"""Which texts tell of a status; all others are told alike."""


def answers_by_page() -> bool:
    """Whether this request is for a public page."""
    return request.path.startswith(PATHS)


def refusal_page(status: int) -> Response:
    """The page of this status."""
    told = TOLD.get(status, "refused" if status < 500 else "fault")
    return page("refusal", language_of(), status=status, told=told)
