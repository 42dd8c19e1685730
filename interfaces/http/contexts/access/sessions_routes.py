"""Sign-in links, and the sessions of people in the console."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.access.sessions_schemas import (
    LinkMadeOut,
    MakeLinkIn,
    SessionEndedOut,
    SessionsOut,
    SessionsQuery,
)
from interfaces.http.current import services, subject
from interfaces.http.keeping import with_first_receipt, with_secret
from interfaces.http.paging import Instant, page, place_of
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import NothingIn

sessions = Routes("sessions", "Sign-in links, and who is signed in to the console.")


@sessions.command("/api/sign-in-links", MakeLinkIn, LinkMadeOut, status=201)
@action("keys:write")
def make_sign_in_link(body: Body) -> Answer:
    """Makes a link by which a person signs in to the console. It works once, within 15 minutes."""
    return with_secret(lambda: _made(body["person"]), "link")


@sessions.question("/api/sessions", SessionsQuery, SessionsOut)
@action("keys:read")
def list_sessions(query: Body) -> dict[str, Any]:
    """Lists who is signed in, the newest session first."""
    limit, before = query["limit"], place_of(query.get("cursor"), tuple[Instant, UUID])
    live = services().sessions.some(limit + 1, before, query.get("person"))
    return page(live, limit, lambda session: session.place)


@sessions.command("/api/sessions/<uuid:session_id>", NothingIn, SessionEndedOut, method="DELETE")
@action("keys:write")
def end_session(body: Body, session_id: UUID) -> Answer:
    """Ends somebody's session: their next click leads to the sign-in."""
    return with_first_receipt(lambda: services().managing_access.end_session(session_id, command_request()))


def _made(person: str) -> Answer:
    made = services().managing_access.make_link(person, command_request(), subject())
    shown = {
        "link": services().sign_in_url(made.body["link"]),
        "valid_until": made.body["valid_until"].isoformat(),
    }
    return replace(made, body={**made.body, **shown})
