"""If-Match: the version that a client decided on."""

import re

from flask import request

from domain.errors import PreconditionRequired
from interfaces.http.current import declared

IF_MATCH = "farley_if_match"
"""A route declares by this that it needs If-Match, or that it may be given; on others the header does not matter."""
OPTIONAL = "optional"

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,18})"')
_NEVER = -1
"""No stream has this version."""


def expected_version() -> int | None:
    """The version that If-Match names, None where the route asks for none.

    PreconditionRequired where it is missing. `*` is any version; a tag that is none of ours is one that no
    stream has.
    """
    wanted = declared(IF_MATCH)
    if not wanted:
        return None
    given = request.headers.get("If-Match", "").strip()
    if not given and wanted == OPTIONAL:
        return None
    if not given:
        raise PreconditionRequired()
    if given == "*":
        return None
    found = _ETAG.fullmatch(given)
    return int(found.group(1)) if found is not None else _NEVER


def etag(version: int) -> str:
    """The ETag of a stream's version."""
    return f'"{version}"'
