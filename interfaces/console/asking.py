"""The console asks and commands what the HTTP routes do: it calls them, without the detour over HTTP.

A page therefore shows what a client application could read, and a form does what a client application could do, by the
same rules, checks and permissions.
"""

from typing import Any, cast

from flask import current_app

from application.requests import Answer
from domain.errors import NotAllowed
from interfaces.console.forms import fields
from interfaces.console.past import NotOfThePast, past, takes_moment
from interfaces.http.auth import ACTION, allowed
from interfaces.http.blueprint import ANSWER, Arriving, Body
from interfaces.http.current import subject, this_request


def ask(endpoint: str, query: Body | None = None, /, **path: Any) -> Body:
    """Returns the answer of a question's route: what its schema writes, with ids and instants as objects.

    `query`: texts, as in an address. The answer has a `version` if the route answers with an ETag. On a page that looks
    at the past it is asked of that past. Raises NotAllowed, NotOfThePast, and what the route raises.
    """
    shown, version = _route(endpoint).__dict__[ANSWER]({**(query or {}), **past()}, **path)
    _note_paused()
    return {**shown, "version": version} if version is not None else cast(Body, shown)


def ask_by_body(endpoint: str, body: Body, /, **path: Any) -> Body:
    """Returns the answer of a route that takes its question as a body. A question leaves no receipt."""
    request = this_request()
    nonce, request.form_nonce = request.form_nonce, None
    try:
        answer: Answer = _route(endpoint).__dict__[ANSWER](body, **path)
    finally:
        request.form_nonce = nonce
    _note_paused()
    return {**answer.body, "position": answer.position}


def command(endpoint: str, body: Body, /, *, version: str | None = None, **path: Any) -> Answer:
    """Carries out the command of a route, once for each form: its token is the idempotency key.

    `version`: the ETag of what the person saw, for routes that take If-Match. Raises NotAllowed, and what the route
    raises.
    """
    request = this_request()
    form, request.view = request.view, _route(endpoint)
    # A receipt is for what was typed: beside it a form may state what differs each time, such as the instant.
    request.body, request.seen_version = fields().to_dict(flat=False), version
    try:
        return cast(Answer, request.view.__dict__[ANSWER](body, **path))
    finally:
        request.view, request.seen_version = form, None


def upload(endpoint: str, query: Body, file: Arriving, /, **path: Any) -> Answer:
    """Hands a file on to the route that takes it. Raises NotAllowed, and what the route raises."""
    return cast(Answer, _route(endpoint).__dict__[ANSWER](query, file, **path))


def _note_paused() -> None:
    """Keeps the paused projections that the answer reads, for the page that shows it."""
    request = this_request()
    request.paused_on_page = {**request.paused_on_page, **request.paused}


def may(endpoint: str) -> bool:
    """Whether the person may ask or command what this route does. In the past: whether it answers about the past."""
    view = current_app.view_functions[endpoint]
    return allowed(subject(), view.__dict__[ACTION]) and (not past() or takes_moment(view))


def _route(endpoint: str) -> Any:
    view = current_app.view_functions[endpoint]
    action_name = view.__dict__[ACTION]
    if not allowed(subject(), action_name):
        raise NotAllowed(action=action_name)
    if past() and not takes_moment(view):
        raise NotOfThePast()
    return view
