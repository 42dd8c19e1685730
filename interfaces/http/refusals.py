"""Errors that only the HTTP interface raises. Their docstrings are the messages."""

from domain.errors import FarleyError, Unavailable

REFUSED = "farley.refused"
"""The WSGI environment's name for the status with which the server refuses an unreadable request."""


class InvalidFields(FarleyError):
    """Some fields are not valid."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__()
        self.errors = errors


class BodyTooLarge(FarleyError):
    """The body is too large."""


class EmptyBody(FarleyError):
    """The body is empty: send a JSON object."""


class UnsupportedMediaType(FarleyError):
    """The body must be application/json in UTF-8, not compressed."""


class MalformedRequest(FarleyError):
    """The request is not HTTP/1.1 as RFC 9112 defines it: check its request line, headers and framing."""


class RequestTooSlow(FarleyError):
    """The request did not arrive in time: send it again, whole."""


class TargetTooLong(FarleyError):
    """The request line is too long: shorten the query."""


class HeadTooLarge(FarleyError):
    """The headers are too large: send fewer or shorter ones."""


class NoRoomForBody(Unavailable):
    """Too many large bodies arrive at once: send the request again after the seconds of Retry-After."""


class UnknownTransferCoding(FarleyError):
    """The only transfer coding that is understood is chunked."""


def refused_by_server(status: int) -> FarleyError:
    """Returns the error for a status with which the server refuses a request."""
    named: dict[int, type[FarleyError]] = {
        408: RequestTooSlow,
        413: BodyTooLarge,
        414: TargetTooLong,
        431: HeadTooLarge,
        503: NoRoomForBody,
        501: UnknownTransferCoding,
    }
    return named.get(status, MalformedRequest)()
