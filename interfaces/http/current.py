"""The current request with what is kept of it, and accessors for its services, subject and route.

They take the objects out of Flask's proxies: each attribute of a proxy costs two microseconds.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from flask import Request, current_app, request

from application.access.keys import Subject
from application.access.sessions import SignedIn
from application.reading import Progress
from application.services import Services

EXTENSION = "farley"
_NOT_ASCII = re.compile(rb"[\x80-\xff]")


class Incoming(Request):
    """A request, and what Farley keeps of it while it is answered.

    `started`: seconds of the monotonic clock. `body`: the decoded JSON, or bytes if the route takes a form. `is_plain`:
    nothing in the body can be unstorable. `has_no_body`: no byte came. `view`: the route's function. `paused`: the
    positions of the paused projections that the answer reads, by name; `paused_on_page` has those of all answers that a
    page of the console shows. `signed_in`: who is signed in to the console;
    `session_secret`: that of a session which this request begins; `form_nonce`: what makes a form of the console one
    command, however often it is sent; `seen_version`: the version that a form of the console was shown with.
    `progress`: of the read models, when it was asked for last.
    """

    correlation_id: UUID | None = None
    started: float
    received_at: datetime
    subject: Subject | None = None
    body: Any = None
    has_no_body: bool = False
    is_plain: bool = False
    view: Any = None
    form_fields: Any = None
    signed_in: SignedIn | None = None
    form_nonce: UUID | None = None
    seen_version: str | None = None
    session_secret: str | None = None
    progress: Progress | None = None
    paused: Mapping[str, int] = MappingProxyType({})
    paused_on_page: Mapping[str, int] = MappingProxyType({})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.query_string.isascii():
            # Werkzeug decodes it as UTF-8, which it need not be.
            self.query_string = _NOT_ASCII.sub(lambda byte: b"%%%02X" % byte[0][0], self.query_string)


def this_request() -> Incoming:
    """Returns the current request."""
    return cast(Incoming, request._get_current_object())  # type: ignore[attr-defined]


def services() -> Services:
    """Returns the use cases that the app was made with."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    return cast(Services, app.extensions[EXTENSION])


def subject() -> Subject:
    """Returns the subject that the request's key belongs to. Call it only after `authorise`."""
    return cast(Subject, this_request().subject)


def declared(name: str, default: Any = None) -> Any:
    """Returns the value that the route of this request declares under `name`."""
    return getattr(this_request().view, name, default)
