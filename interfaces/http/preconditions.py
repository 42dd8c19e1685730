"""If-Match: the version on which a client based its command."""

import re
from uuid import UUID

from application.requests import Expected
from domain.errors import InvalidInput, PreconditionRequired
from interfaces.http.current import this_request

HEADER = "If-Match"
IF_MATCH = "farley_if_match"
"""A route declares under this name whether If-Match is required or OPTIONAL. Other routes ignore the header."""
OPTIONAL = "optional"

_TAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
LIST = re.compile(rf"[ \t,]*+{_TAG}(?:[ \t]*+,[ \t,]*+{_TAG})*+[ \t,]*+")
"""A list of entity tags (RFC 9110, 8.8.3 and 5.6.1): a recipient takes empty elements, too."""
TAGS = r'^([*]|(W/)?"[!#-~]*"(, ?(W/)?"[!#-~]*")*)$'
"""The usual notation of the header, for the OpenAPI document."""
_OURS = re.compile(r'"([0-9]{1,18})(?:-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))?"')


def expected() -> frozenset[Expected] | None:
    """Returns the versions that If-Match names, one of which must be current; None if any version will do.

    Tags that Farley did not make and weak tags name no version: If-Match compares strongly (RFC 9110, 13.1.1).
    Raises PreconditionRequired if the route requires the header and the request has none, and InvalidInput if the
    header is malformed.
    """
    request = this_request()
    requirement = getattr(request.view, IF_MATCH, None)
    if not requirement:
        return None
    given = (request.seen_version or request.headers.get(HEADER, "")).strip(" \t")
    if given == "*" or (not given and requirement == OPTIONAL):
        return None
    if not given:
        raise PreconditionRequired(
            "This command needs If-Match with the version that the client has seen: the ETag of the GET of this"
            " resource, or of the last command's answer."
        )
    if not LIST.fullmatch(given):
        raise InvalidInput(
            'If-Match is not a quoted entity tag. Write the ETag as it was answered, such as "3", with the quotes.',
            path=HEADER,
            code="invalid_tag",
        )
    named = (_OURS.fullmatch(tag) for tag in re.findall(_TAG, given))
    return frozenset(
        Expected(version=int(match[1]), aggregate_id=UUID(match[2]) if match[2] else None)
        for match in named
        if match
    )


def etag(version: int, aggregate_id: str | None = None) -> str:
    """Returns the ETag of a version. `aggregate_id`: the person id, if the request named a merged id."""
    return f'"{version}-{aggregate_id}"' if aggregate_id else f'"{version}"'
