"""Where a link in a message may lead: what every browser reads alike, and nothing else."""

import re
from typing import NamedTuple

from domain.errors import InvalidInput

LONGEST_TARGET = 1_500
"""Characters; the link that stands for it is a third longer and still fits a request line."""

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]"
_REST = r"[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*"
_TARGET = re.compile(rf"(?P<scheme>https?)://(?P<host>{_HOST})(?P<port>:[0-9]{{1,5}})?(?:{_REST})?", re.I)


class InvalidLinkTarget(InvalidInput):
    """A link leads to an absolute http or https address of at most 1,500 ASCII characters."""


class LinkTarget(NamedTuple):
    """`url` as it was written, and the host with its port, where one is named, to be shown."""

    url: str
    host: str


def link_target(url: str) -> LinkTarget:
    """InvalidLinkTarget for anything but an absolute http or https URL in RFC 3986's characters.

    No user name, no backslash, no control character: a browser and this pattern agree on the host.
    """
    found = _TARGET.fullmatch(url) if len(url) <= LONGEST_TARGET else None
    if found is None or int((found["port"] or ":0")[1:]) > 65535:
        raise InvalidLinkTarget(code="invalid_target")
    return LinkTarget(url=url, host=f"{found['host'].lower()}{found['port'] or ''}")
