"""The page that the console opens with."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from flask import Response

from interfaces.console.asking import ask, may
from interfaces.console.campaigns.waiting import waiting_campaigns
from interfaces.console.complaints.pages import OPEN
from interfaces.console.formats import Formats
from interfaces.console.languages import Texts
from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import formats, go_to, own_texts, show
from interfaces.http.auth import PUBLIC, action
from interfaces.http.current import this_request

room = Room("home")
COUNT = "complaint-reading.count_complaints"
COUNT_UNKNOWN, SETTLE = "messages.count_unknown_messages", "messages.resolve_messages"
HEALTH, INTERVENE = "health.show_ready", "interventions.pause_projection"
KEYS = "keys.list_keys"
EXPIRES_SOON = timedelta(days=14)


@room.page("")
def home_page() -> Response:
    """Shows what waits for this person, by role."""
    return show("home", waiting=list(_waiting()))


def _waiting() -> Iterator[dict[str, Any]]:
    t, f = own_texts(), formats()
    yield from _of_operation(t, f)
    if may(COUNT):
        unanswered = ask(COUNT, {"status": OPEN, "answered": "false"})["total"]
        if unanswered:
            yield {
                "title": t("home.complaints"),
                "count": f.number(unanswered),
                "text": t("home.complaints_text"),
                "href": f"{ROOT}/complaints?answered=false",
                "link": t("home.complaints_link"),
                "icon": "message-square-warning",
                "state": "stop",
            }
    if may(SETTLE):
        unknown = ask(COUNT_UNKNOWN)["total"]
        if unknown:
            yield {
                "title": t("home.unknown"),
                "count": f.number(unknown),
                "text": t("home.unknown_text"),
                "href": f"{ROOT}/messages",
                "link": t("home.unknown_link"),
                "icon": "mail",
                "state": "warn",
            }
    yield from waiting_campaigns()


def _of_operation(t: Texts, f: Formats) -> Iterator[dict[str, Any]]:
    """Yields what waits for an operator: what is wrong, and keys that expire soon."""
    if may(INTERVENE):
        problems = len(ask(HEALTH)["problems"])
        if problems:
            yield _operation("health", f.number(problems), "activity", "stop", t)
    if may(KEYS):
        until = this_request().received_at + EXPIRES_SOON
        expiring = ask(KEYS, {"state": "live", "expires_before": until.isoformat()})
        if expiring["items"]:
            more = "+" if expiring["next_cursor"] else ""
            yield _operation("keys", f"{f.number(len(expiring['items']))}{more}", "key-round", "warn", t)


def _operation(name: str, count: str, icon: str, state: str, t: Texts) -> dict[str, Any]:
    return {
        "title": t(f"home.{name}"),
        "count": count,
        "text": t(f"home.{name}_text"),
        "href": f"{ROOT}/{name}",
        "link": t(f"home.{name}_link"),
        "icon": icon,
        "state": state,
    }


@room.page("/help")
def help_page() -> Response:
    """Shows the keys, for whoever opens the help without a script."""
    return show("help_page")


@room.page("/", PUBLIC)
def with_slash() -> Response:
    """Leads to the same page without a slash at the end."""
    return go_to(ROOT)


@room.route("/", methods=["GET"])
@action(PUBLIC)
def root() -> Response:
    """Leads from the service's root to the console."""
    return go_to(ROOT)
