"""What belongs to the request that is being answered."""

from typing import Any, cast
from uuid import UUID

from flask import current_app, g, request

from application.access import Subject
from application.services import Services

EXTENSION = "farley"


def services() -> Services:
    """The use cases that the app was made with."""
    return cast(Services, current_app.extensions[EXTENSION])


def correlation_id() -> UUID:
    """The client's own correlation id, else one made when the request came in."""
    return cast(UUID, g.correlation_id)


def subject() -> Subject:
    """Who the request's key stands for; only behind authentication."""
    return cast(Subject, g.subject)


def declared(name: str, default: Any = None) -> Any:
    """What the route of this request declares under `name`."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, name, default)
