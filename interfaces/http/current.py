"""Accessors for the current request's services, correlation id, subject and route."""

from typing import Any, cast
from uuid import UUID

from flask import current_app, g, request

from application.access import Subject
from application.services import Services

EXTENSION = "farley"


def services() -> Services:
    """Returns the use cases that the app was made with."""
    return cast(Services, current_app.extensions[EXTENSION])


def correlation_id() -> UUID:
    """Returns the client's correlation id, or the one that was made when the request arrived."""
    return cast(UUID, g.correlation_id)


def subject() -> Subject:
    """Returns the subject that the request's key belongs to. Call it only after `authorise`."""
    return cast(Subject, g.subject)


def declared(name: str, default: Any = None) -> Any:
    """Returns the value that the route of this request declares under `name`."""
    try:
        view = g.view
    except AttributeError:
        view = g.view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, name, default)
