"""If-Match: the version that a client decided on."""

import re
from typing import Any
from uuid import UUID

from flask import request

from domain.errors import PreconditionRequired
from interfaces.http.current import declared

IF_MATCH = "farley_if_match"
"""A route declares by this that it needs If-Match, or that it may be given; on others the header does not matter."""
OPTIONAL = "optional"

_ETAG = re.compile(r'(?:W/)?"([0-9]{1,18})(?:-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?"')
_NEVER = -1
"""No stream has this version."""


def expected() -> dict[str, Any]:
    """The version that If-Match names, and the stream where it names one, by the names that a Request has.

    Nothing where the route asks for none, or for any version (`*`). A tag that is none of ours is a version that
    no stream has. PreconditionRequired where the header is missing.
    """
    wanted = declared(IF_MATCH)
    given = request.headers.get("If-Match", "").strip()
    if not wanted or given == "*" or (not given and wanted == OPTIONAL):
        return {}
    if not given:
        raise PreconditionRequired()
    found = _ETAG.fullmatch(given)
    if found is None:
        return {"expected_version": _NEVER}
    version, stream = found.groups()
    return {"expected_version": int(version), "expected_stream": UUID(stream) if stream else None}


def etag(version: int, stream: str | None = None) -> str:
    """The ETag of a stream's version. `stream`: its id, where the answer is about another than was asked for."""
    return f'"{version}-{stream}"' if stream else f'"{version}"'
