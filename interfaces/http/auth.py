"""Authentication and authorisation. Every route declares its action; a route without one is refused."""

from collections.abc import Callable
from typing import Any, TypeVar

from application.access.keys import NEVER_WIDE, AccessScope, Subject
from domain.errors import NotAllowed, NotAuthenticated
from interfaces.http.current import Incoming, services, this_request

PUBLIC = "public"
ANYBODY_KNOWN = "anybody-known"
"""The action of a route for everybody who has proved who they are."""
ACTION = "farley_action"
PROOF = "farley_proof"
"""The name under which a route keeps the function that finds out who asks. By default that is the key in the header."""
SCHEME = "bearer "

View = TypeVar("View", bound=Callable[..., Any])


def action(name: str) -> Callable[[View], View]:
    """Declares the action of a route: "<context>:read", "<context>:write", PUBLIC (no key), or ANYBODY_KNOWN."""

    def declare(view: View) -> View:
        view.__dict__[ACTION] = name
        view.__dict__.setdefault("_apidoc", {})["action"] = name
        return view

    return declare


def paced(view: View) -> View:
    """Declares that the route may ask its subject to wait, with 429."""
    view.__dict__.setdefault("_apidoc", {})["paced"] = True
    return view


def is_question(action_name: str | None) -> bool:
    """Returns whether routes with this action only read."""
    return action_name is not None and action_name.endswith(":read")


def allowed(subject: Subject, action_name: str) -> bool:
    """Returns whether the subject has the scope `admin`, the wanted action, or a wide scope that includes it."""
    if action_name in (ANYBODY_KNOWN, PUBLIC):
        return True
    wide = action_name if action_name in NEVER_WIDE else action_name.partition(":")[2]
    return bool(subject.scopes & {AccessScope.ADMIN, action_name, wide})


def refuse_unless_allowed(action_name: str) -> None:
    """Raises NotAllowed unless the request's subject has a right to this action beside that of the route."""
    subject = this_request().subject
    if subject is None or not allowed(subject, action_name):
        raise NotAllowed(action=action_name)


def authorise(request: Incoming) -> None:
    """Sets the request's subject. Raises NotAuthenticated, or NotAllowed without a right to the action."""
    action_name = getattr(request.view, ACTION, None)
    if action_name == PUBLIC:
        return
    subject = request.subject = getattr(request.view, PROOF, _by_key)(request)
    if action_name is None or not allowed(subject, action_name):
        raise NotAllowed(action=action_name or "undeclared")


def _by_key(request: Incoming) -> Subject:
    header = request.headers.get("Authorization", "")
    key = header[len(SCHEME) :].strip() if header.lower().startswith(SCHEME) else ""
    subject = services().access.subject_of(key)
    if subject is None:
        raise NotAuthenticated()
    return subject
