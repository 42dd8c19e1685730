"""The end of a demo that stays: sign-in links for the console, one for each role, until Ctrl-C."""

import sys
import time

from demo.installation import Installation
from demo.screen import Screen

ROLES = ("agent", "marketer", "approver", "analyst", "auditor")
ADMINISTRATOR = "administrator"
"""The name, and the role, of the first person of an installation."""
A_WHILE = 3_600.0


def stay(farley: Installation, screen: Screen) -> None:
    """Shows the links, and new ones after Enter. Returns at Ctrl-C."""
    screen.act("The console")
    for role in ROLES:
        farley.api.tell("/api/keys", {"name": role, "roles": [role]})
    try:
        while True:
            _show_links(farley, screen)
            _wait_for_enter()
    except KeyboardInterrupt:
        screen.say("")


def _show_links(farley: Installation, screen: Screen) -> None:
    for role in (*ROLES, ADMINISTRATOR):
        link = farley.api.tell("/api/sign-in-links", {"person": role})["link"]
        screen.link(role, link)
    screen.say("Each link signs somebody with this role in, once, within 15 minutes.")
    screen.say("Enter makes new links. Ctrl-C ends the demo and erases what it stored.")


def _wait_for_enter() -> None:
    """Waits until somebody presses Enter; without a keyboard for ever."""
    if not sys.stdin.isatty() or not sys.stdin.readline():
        while True:
            time.sleep(A_WHILE)
