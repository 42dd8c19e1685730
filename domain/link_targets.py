"""The addresses that a link in a message may lead to: only URLs that every browser reads alike."""

import re
from typing import NamedTuple

from domain.errors import InvalidInput

LONGEST_TARGET = 1_500
"""The limit in characters. The click link for a target is a third longer and still fits a request line."""

_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]"
_REST = r"[/?#][A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*"
_TARGET = re.compile(rf"(?P<scheme>https?)://(?P<host>{_HOST})(?P<port>:[0-9]{{1,5}})?(?:{_REST})?", re.I)


class InvalidLinkTarget(InvalidInput):
    """A link leads to an absolute http or https address of at most 1,500 ASCII characters."""


class LinkTarget(NamedTuple):
    """`url` is the address as written. `host` is the host to show, with the port if the URL names one."""

    url: str
    host: str


def link_target(url: str) -> LinkTarget:
    """Returns the target. Raises InvalidLinkTarget unless it is an absolute http or https URL as in RFC 3986.

    User names, backslashes and control characters are refused, so that a browser finds the same host.
    """
    match = _TARGET.fullmatch(url) if len(url) <= LONGEST_TARGET else None
    if match is None or int((match["port"] or ":0")[1:]) > 65535:
        raise InvalidLinkTarget(code="invalid_target")
    return LinkTarget(url=url, host=f"{match['host'].lower()}{match['port'] or ''}")
