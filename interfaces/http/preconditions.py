"""If-Match: the version that a client decided on."""

import re
from uuid import UUID

from flask import request

from application.requests import Expected
from domain.errors import PreconditionRequired
from interfaces.http.current import declared

IF_MATCH = "farley_if_match"
"""A route declares by this that it needs If-Match, or that it may be given; on others the header does not matter."""
OPTIONAL = "optional"

_TAG = re.compile(r'(?:W/)?"[^"]*"')
_OURS = re.compile(r'"([0-9]{1,18})(?:-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?"')


def expected() -> frozenset[Expected] | None:
    """The versions that If-Match names, of which one has to be the current one.

    None where the route asks for none, or for any version (`*`). A tag that is none of ours names no version, nor
    does a weak one: If-Match compares strongly (RFC 9110, 13.1.1). PreconditionRequired where the header is missing.
    """
    wanted = declared(IF_MATCH)
    given = request.headers.get("If-Match", "").strip()
    if not wanted or given == "*" or (not given and wanted == OPTIONAL):
        return None
    if not given:
        raise PreconditionRequired()
    named = (_OURS.fullmatch(tag) for tag in _TAG.findall(given))
    return frozenset(
        Expected(version=int(one[1]), aggregate_id=UUID(one[2]) if one[2] else None) for one in named if one
    )


def etag(version: int, aggregate_id: str | None = None) -> str:
    """The ETag of a version. `aggregate_id`: whose, where the answer is about another than was asked for."""
    return f'"{version}-{aggregate_id}"' if aggregate_id else f'"{version}"'
