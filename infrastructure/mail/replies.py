"""Prepares a next hop's reply for storing: short, printable, and without addresses."""

import re

from application.mail import OutgoingMail
from infrastructure.mail import headers

LONGEST_REPLY = 200
"""Characters."""

_ANY_ADDRESS = re.compile(r"[^\s<>@:]{1,64}@[^\s<>@:]{1,255}")
_WHITE_SPACE_AND_CONTROLS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_SHORTEST_TELLING_NAME = 3
"""A local part of one or two letters would be found inside ordinary words."""


def without_addresses(text: bytes | str, mail: OutgoingMail) -> str:
    """Returns `text` in one short line, with every address and the recipient's local part as `<address>`."""
    line = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    local_part = headers.address(mail.recipient, "recipient", smtputf8=True).partition("@")[0]
    line = _WHITE_SPACE_AND_CONTROLS.sub(" ", line)
    line = _ANY_ADDRESS.sub("address", line)
    if len(local_part) >= _SHORTEST_TELLING_NAME:
        line = re.sub(rf"(?<!\w){re.escape(local_part)}(?!\w)", "address", line, flags=re.IGNORECASE)
    return line.strip()[:LONGEST_REPLY]
