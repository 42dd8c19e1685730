"""One's own settings and sessions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from flask import Response

from application.access.sessions import PersonSettings, Session
from interfaces.console.browsers import browser_name
from interfaces.console.forms import fields
from interfaces.console.languages import LANGUAGES
from interfaces.console.rooms import ROOT, Room
from interfaces.console.session import signed_in
from interfaces.console.showing import formats, go_to, own_texts, show
from interfaces.http.current import services

room = Room("account")
HERE = f"{ROOT}/account"
Errors = Sequence[tuple[str, str]]


@room.page("/account")
def account_page() -> Response:
    """Shows the person's settings and live sessions."""
    return _page(signed_in().settings)


@room.form("/account")
def save_settings() -> Response:
    """Keeps language, time zone and keyboard shortcuts."""
    given = fields()
    settings = PersonSettings(
        language=given.get("language") or None,
        time_zone=given.get("zone") or None,
        shortcuts="shortcuts" in given,
    )
    errors = list(_errors(settings))
    if errors:
        return _page(settings, errors)
    services().sessions.save_settings(signed_in().subject.name, settings)
    return go_to(HERE)


@room.form("/account/sessions/end")
def end_session() -> Response:
    """Ends one of the person's sessions. Nothing happens for an id that is none."""
    try:
        session_id = UUID(fields().get("session_id", ""))
    except ValueError:
        return go_to(HERE)
    services().sessions.end(signed_in().subject.name, session_id)
    return go_to(HERE)


def _errors(settings: PersonSettings) -> Errors:
    t = own_texts()
    errors = []
    if settings.language is not None and settings.language not in LANGUAGES:
        errors.append(("language", t("account.unknown_language")))
    if settings.time_zone is not None and settings.time_zone not in available_timezones():
        errors.append(("zone", t("account.unknown_zone")))
    return errors


def _page(settings: PersonSettings, errors: Errors = ()) -> Response:
    me, t = signed_in(), own_texts()
    usual = t("account.usual_zone", zone=services().time_zone)
    return show(
        "account",
        status=422 if errors else 200,
        account={
            "language": settings.language or "",
            "zone": settings.time_zone or "",
            "shortcuts": settings.shortcuts,
        },
        languages=[("", t("account.browsers_language")), *LANGUAGES.items()],
        zones=[("", usual), *((zone, zone) for zone in sorted(available_timezones()))],
        errors=errors,
        sessions=[_shown(one, me.session_id) for one in services().sessions.of_person(me.subject.name)],
    )


def _shown(session: Session, mine: UUID) -> dict[str, Any]:
    f = formats()
    return {
        "id": session.session_id,
        "browser": browser_name(session.browser) or own_texts()("account.unknown_browser"),
        "begun": f.moment(session.began_at),
        "last_used": f.moment(session.last_used),
        "this": session.session_id == mine,
    }
