"""Who is signed in: the cookie of a session, and the person behind it."""

from typing import cast

from flask import Response

from application.access.keys import Subject
from application.access.sessions import LONGEST, SignedIn
from domain.errors import NotAuthenticated
from interfaces.console.origins import refuse_insecure
from interfaces.console.polls import is_poll
from interfaces.http.current import Incoming, services, this_request

COOKIE = "__Host-farley"
"""Browsers take a cookie of this name only with Secure, for this host, and for all its paths."""

CALLER = "__Host-farley-call"
"""The cookie that keeps a caller's number for some minutes: it must not stay in an address."""


class NotSignedIn(NotAuthenticated):
    """Nobody is signed in here, or the session has ended."""


def by_session(request: Incoming) -> Subject:
    """Returns the person whose session the cookie names. Raises NotSignedIn or NotSecure."""
    refuse_insecure(request)
    request.signed_in = services().sessions.signed_in(secret_of(request), is_use=not is_poll(request))
    if request.signed_in is None:
        raise NotSignedIn()
    return request.signed_in.subject


def signed_in() -> SignedIn:
    """Returns who is signed in. Call it only in routes for people who are."""
    return cast(SignedIn, this_request().signed_in)


def secret_of(request: Incoming) -> str:
    """Returns the secret of the session that this request begins, else that of its cookie, or an empty text."""
    return request.session_secret or request.cookies.get(COOKIE, "")


def keep(response: Response, secret: str) -> Response:
    """Lets the browser keep the session."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=LONGEST,
        path="/",
        secure=True,
        httponly=True,
        samesite="Lax",
    )
    return response


def drop(response: Response) -> Response:
    """Lets the browser forget the session, and who called last."""
    for name in (COOKIE, CALLER):
        response.set_cookie(name, "", max_age=0, path="/", secure=True, httponly=True, samesite="Lax")
    return response
