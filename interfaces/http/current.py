"""Accessors for the current request's services, correlation id, subject and route.

They take the objects out of Flask's proxies: each attribute of a proxy costs two microseconds.
"""

from typing import Any, cast
from uuid import UUID

from flask import Request, current_app, g, request

from application.access import Subject
from application.services import Services

EXTENSION = "farley"


def this_request() -> Request:
    """Returns the current request."""
    return cast(Request, request._get_current_object())  # type: ignore[attr-defined]


def kept() -> Any:
    """Returns what is kept for the time of the current request."""
    return g._get_current_object()


def services() -> Services:
    """Returns the use cases that the app was made with."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return cast(Services, app.extensions[EXTENSION])


def correlation_id() -> UUID:
    """Returns the client's correlation id, or the one that was made when the request arrived."""
    return cast(UUID, kept().correlation_id)


def subject() -> Subject:
    """Returns the subject that the request's key belongs to. Call it only after `authorise`."""
    return cast(Subject, kept().subject)


def declared(name: str, default: Any = None) -> Any:
    """Returns the value that the route of this request declares under `name`."""
    here = kept()
    try:
        view = here.view
    except AttributeError:
        view = here.view = current_app.view_functions.get(this_request().endpoint or "")
    return getattr(view, name, default)
