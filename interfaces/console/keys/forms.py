"""Making, rotating and revoking keys, sign-in links, and ending sessions: each is a form for one route."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response

from application.access.keys import KeyKind
from application.access.roles import Role
from application.requests import Answer
from interfaces.console.asking import ask, command
from interfaces.console.commands import CommandForm, Field, carry_out, show_form
from interfaces.console.forms import fields
from interfaces.console.keys.pages import END, HERE, LINK, MAKE, REVOKE, ROTATE, may_do
from interfaces.console.languages import Texts
from interfaces.console.notices import done
from interfaces.console.paths import path_of_key
from interfaces.console.rooms import Room
from interfaces.console.session import signed_in
from interfaces.console.showing import formats, go_to, own_texts, show
from interfaces.http.contexts.access.keys_schemas import SCOPES
from interfaces.http.current import this_request

room = Room("key_forms")
LIVES = ("", "30", "90", "365")
"""The days after which a key may expire; empty for never."""


def _declare(kind: KeyKind) -> None:
    """Declares the page and the form that make a key of this kind."""

    def page() -> Response:
        return show_form(_making(kind), **_about_making(kind))

    def make() -> Response:
        return carry_out(MAKE, _making(kind), _shown_once, around=lambda: _about_making(kind), body=_expiry())

    page.__name__, make.__name__ = f"new_{kind}_page", f"make_key_of_{kind}"
    room.page(f"/keys/new/{kind}", "keys:write")(page)
    room.form(f"/keys/new/{kind}", "keys:write", stands_for=MAKE)(make)


for _kind in KeyKind:
    _declare(_kind)


@room.page("/keys/<uuid:key_id>/rotate", "keys:write")
def rotate_page(key_id: UUID) -> Response:
    """Says what a rotation is before it begins."""
    return show_form(_rotating(key_id), **_around(key_id, "rotate"))


@room.form("/keys/<uuid:key_id>/rotate", "keys:write", stands_for=ROTATE)
def rotate_key(key_id: UUID) -> Response:
    """Makes a further key of the same owner and shows it on this page, once."""
    return carry_out(
        ROTATE,
        _rotating(key_id),
        _shown_once,
        around=lambda: _around(key_id, "rotate"),
        body=_expiry(),
        key_id=key_id,
    )


@room.page("/keys/<uuid:key_id>/revoke", "keys:write")
def revoke_page(key_id: UUID) -> Response:
    """Says what ends with the key."""
    return show_form(_revoking(key_id), **_around(key_id, "revoke"))


@room.form("/keys/<uuid:key_id>/revoke", "keys:write", stands_for=REVOKE)
def revoke_key(key_id: UUID) -> Response:
    """Revokes the key."""
    return carry_out(
        REVOKE,
        _revoking(key_id),
        lambda answer: done(path_of_key(key_id), "key_revoked", answer),
        around=lambda: _around(key_id, "revoke"),
        key_id=key_id,
    )


@room.form("/keys/<uuid:key_id>/link", "keys:write", stands_for=LINK)
def make_link(key_id: UUID) -> Response:
    """Makes a link that signs the owner in, and shows it on this page, once."""
    person = ask("keys.show_key", key_id=key_id)["name"]
    answer = command(LINK, {"person": person})
    return show(
        "key_made",
        title_text="keys.link_made",
        name=person,
        secret=answer.body["link"],
        back=path_of_key(key_id),
    )


@room.form("/keys/sessions/<uuid:session_id>/end", "keys:write", stands_for=END)
def end_session(session_id: UUID) -> Response:
    """Ends somebody's session."""
    return go_to(done(HERE, "session_ended", command(END, {}, session_id=session_id)))


def _shown_once(answer: Answer) -> Response:
    back = path_of_key(answer.body["key_id"])
    return show(
        "key_made", title_text="keys.made", name=answer.body["name"], secret=answer.body["key"], back=back
    )


def _making(kind: KeyKind) -> CommandForm:
    t = own_texts()
    return CommandForm(
        title=f"keys.new_{kind}",
        button="keys.make",
        action=f"{HERE}/new/{kind}",
        cancel=HERE,
        fields=(
            Field(name="name", label="keys.name", hint=f"keys.name_hint_{kind}"),
            _roles(t) if kind is KeyKind.PERSON else _scopes(t),
            _lives(t),
        ),
    )


def _roles(t: Texts) -> Field:
    options = [(str(role), t.word("role", role), t.word("role_hint", role)) for role in Role]
    return Field(name="roles", label="keys.roles", kind="several", choices=options)


def _scopes(t: Texts) -> Field:
    options = [
        (scope, scope, t(f"scope_hint.{scope}") if f"scope_hint.{scope}" in t else None)
        for scope in map(str, SCOPES)
    ]
    return Field(name="scopes", label="keys.scopes", kind="several", choices=options, hint="keys.scopes_hint")


def _lives(t: Texts) -> Field:
    options = [(days, t("keys.days", n=int(days)) if days else t("keys.never")) for days in LIVES]
    return Field(
        name="life",
        label="keys.expires",
        kind="select",
        options=options,
        stated_as="expires_at",
        optional=True,
    )


def _rotating(key_id: UUID) -> CommandForm:
    here = path_of_key(key_id)
    return CommandForm(
        title="keys.rotate",
        button="keys.rotate",
        action=f"{here}/rotate",
        cancel=here,
        fields=[_lives(own_texts())],
    )


def _revoking(key_id: UUID) -> CommandForm:
    here = path_of_key(key_id)
    return CommandForm(
        title="keys.revoke",
        button="keys.revoke",
        action=f"{here}/revoke",
        cancel=here,
        fields=(),
        danger=True,
    )


def _expiry() -> dict[str, Any]:
    """Returns when the key expires, from the days that were chosen."""
    days = fields().get("life", "")
    until = this_request().received_at + timedelta(days=int(days)) if days in LIVES[1:] else None
    return {"life": None, "expires_at": until.isoformat() if until is not None else None}


def _about_making(kind: KeyKind) -> dict[str, Any]:
    t = own_texts()
    return {
        "way_here": [(t("keys.title"), HERE), (t(f"keys.new_{kind}"), None)],
        "about": t(f"keys.about_{kind}"),
    }


def _around(key_id: UUID, step: str) -> dict[str, Any]:
    t, f = own_texts(), formats()
    key = ask("keys.show_key", key_id=key_id)
    used = f.instant(key["last_used"]) if key["last_used"] else t("keys.never_used")
    about = t(f"keys.{step}_text", name=key["name"], may=may_do(key, t), used=used)
    if step == "revoke" and signed_in().subject.key_id == key_id:
        about = f"{about} {t('keys.revoke_own')}"
    way = [(t("keys.title"), HERE), (key["name"], path_of_key(key_id)), (t(f"keys.{step}"), None)]
    return {"way_here": way, "about": about}
