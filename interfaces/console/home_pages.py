"""The page that the console opens with."""

from flask import Response

from interfaces.console.rooms import ROOT, Room
from interfaces.console.showing import go_to, show
from interfaces.http.auth import PUBLIC, action

room = Room("home")


@room.page("")
def home_page() -> Response:
    """Shows what waits for this person, by role."""
    return show("home", waiting=[])


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
