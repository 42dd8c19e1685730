"""Signing in with a key or a link, and signing out."""

from collections.abc import Sequence
from urllib.parse import parse_qsl

from flask import Response

from application.access.attempts import TooManyAttempts
from interfaces.console.addresses import client_address
from interfaces.console.forms import fields
from interfaces.console.origins import refuse_insecure
from interfaces.console.paths import own_path
from interfaces.console.rooms import ROOT, Room
from interfaces.console.session import drop, keep, secret_of, signed_in
from interfaces.console.showing import go_to, own_texts, show
from interfaces.http.auth import PUBLIC
from interfaces.http.current import services, this_request

room = Room("sign_in")
HERE = f"{ROOT}/sign-in"


@room.page("/sign-in", PUBLIC)
def sign_in_page() -> Response:
    """Shows the field for a key. `next` in the query is the page that the person wanted."""
    refuse_insecure(this_request())
    return show_sign_in(_own_path(this_request().args.get("next", "")))


@room.form("/sign-in", PUBLIC)
def sign_in() -> Response:
    """Begins a session with the key, or says that the key does not work."""
    refuse_insecure(this_request())
    given = fields()
    wanted, typed = _own_path(given.get("next", "")), given.get("typed", "")
    address, attempts = client_address(this_request()), services().attempts
    try:
        attempts.refuse_if_slowed(address)
    except TooManyAttempts as slowed:
        error = own_texts()("sign_in.slowed", n=slowed.details["seconds"])
        return show_sign_in(wanted, typed, error=error, status=429)
    secret = services().sessions.sign_in(given.get("key", "").strip(), _browser())
    if secret is None:
        attempts.note_wrong(address)
        return show_sign_in(wanted, typed, error=own_texts()("sign_in.wrong"), status=422)
    attempts.note_right(address)
    return _begun(secret, wanted, typed)


@room.page("/sign-in/<link>", PUBLIC)
def link_page(link: str) -> Response:
    """Shows whom the link signs in. It is used up by the button, not by being opened: mail programs open links."""
    refuse_insecure(this_request())
    name = services().sessions.person_of_link(link)
    if name is None:
        return _used_up()
    return show("sign_in_link", person_name=name, action=f"{HERE}/{link}")


@room.form("/sign-in/<link>", PUBLIC)
def use_link(link: str) -> Response:
    """Begins a session by the link, which is then used up."""
    refuse_insecure(this_request())
    secret = services().sessions.sign_in_by_link(link, _browser())
    return _used_up() if secret is None else _begun(secret, "", "")


@room.form("/sign-out")
def sign_out() -> Response:
    """Ends this session."""
    me = signed_in()
    services().sessions.end(me.subject.name, me.session_id)
    return drop(go_to(HERE))


def show_sign_in(wanted: str, typed: str = "", *, error: str | None = None, status: int = 200) -> Response:
    """Returns the sign-in page. `wanted`: the path to go on to. `typed`: the fields of a form that was sent there."""
    return show("sign_in", status=status, error=error, kept=_kept(next=wanted, typed=typed))


def _kept(**values: str) -> Sequence[tuple[str, str]]:
    return [(name, value) for name, value in values.items() if value]


def _used_up() -> Response:
    return show_sign_in("", error=own_texts()("sign_in.link_used"), status=404)


def _begun(secret: str, wanted: str, typed: str) -> Response:
    """Ends the browser's session before, and leads to the page that was wanted, or shows what was typed there."""
    request, sessions = this_request(), services().sessions
    before = sessions.signed_in(secret_of(request))
    if before is not None:
        sessions.end(before.subject.name, before.session_id)
    if not (wanted and typed):
        return keep(go_to(wanted or ROOT), secret)
    request.session_secret, request.signed_in = secret, sessions.signed_in(secret)
    return keep(show("send_again", action=wanted, typed=parse_qsl(typed, keep_blank_values=True)), secret)


def _own_path(path: str) -> str:
    """Returns the path if it is one of the console for people who are signed in, else an empty text."""
    return "" if path.startswith(HERE) else own_path(path)


def _browser() -> str:
    return this_request().headers.get("User-Agent", "")
