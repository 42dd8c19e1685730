"""Waitress's request parser, but stricter: it refuses requests that two programs could read in different ways."""

import re
import time
from typing import Any, ClassVar

from waitress.parser import HTTPRequestParser, ParsingError, TransferEncodingNotImplemented
from waitress.utilities import BadRequest, RequestHeaderFieldsTooLarge

from infrastructure.web_server.chunks import Chunks
from infrastructure.web_server.limits import LONGEST_REQUEST_LINE, SMALL_BODY
from infrastructure.web_server.uploads import Upload, Uploads, larger

_REQUEST_LINE = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Z]+ [!-~\x80-\xff]+ HTTP/1\.[01]")
_FOLDED = re.compile(rb"\r\n[ \t]")
_ENDED_BY_LINE_FEEDS = re.compile(rb"\n\r?\n")
_LENGTH = re.compile(rb"[0-9]{1,15}")
_CODING = re.compile(rb"(?!chunked[ \t]*(;|$))[!#$%&'*+\-.^_`|~0-9a-z]+([ \t]*;.*)?")
"""A transfer coding other than chunked, perhaps with parameters."""
_FRAMING = (b"content-length", b"transfer-encoding")


class RequestTargetTooLong(BadRequest):  # type: ignore[misc] # waitress has no types
    code = 414
    reason = "URI Too Long"


class ClientTooSlow(BadRequest):  # type: ignore[misc]
    code = 408
    reason = "Request Timeout"


class NoRoom(BadRequest):  # type: ignore[misc]
    code = 503
    reason = "Service Unavailable"


class StrictParser(HTTPRequestParser):  # type: ignore[misc]
    """One request, from its first byte, which came at `began`, to its last."""

    uploads: ClassVar[Uploads] = Uploads()
    adj: Any
    error: BadRequest | None
    completed: bool
    body_rcv: Any

    def __init__(self, adj: object) -> None:
        super().__init__(adj)
        self.began = time.time()
        self.upload: Upload | None = None
        self.is_handed_on = False
        """Whether a thread answers the upload already, while it arrives."""

    @property
    def largest_body(self) -> int:
        """How large the body may become. A small chunked body counts the bytes read so far, a larger one the limit."""
        if self.upload is not None:
            return 0  # it is never held as a whole
        if not self.chunked:
            return int(self.content_length)
        received = self.body_bytes_received
        return int(received if received < SMALL_BODY else self.adj.max_request_body_size)

    def received(self, data: bytes) -> int:
        seen = self.header_plus[-2:]
        self.empty = self.is_handed_on  # waitress would hand it on again when it is complete
        consumed: int = super().received(data)
        if isinstance(self.error, RequestHeaderFieldsTooLarge) and self._is_line_too_long(data):
            self.error = RequestTargetTooLong("")
        elif not self.completed and self.body_rcv is None and _ENDED_BY_LINE_FEEDS.search(seen + data):
            self.error, self.completed = BadRequest("Lines end with a line feed alone."), True
        if self.error is not None or self.body_rcv is None:
            self.expect_continue = False
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        line, _, fields = header_plus.partition(b"\r\n")
        if len(line) > LONGEST_REQUEST_LINE:
            self.error = RequestTargetTooLong("")
            return
        if _REQUEST_LINE.fullmatch(line) is None or _FOLDED.search(header_plus):
            raise ParsingError("The request line or a folded header is malformed.")
        _refuse_ambiguous_framing(line, fields)
        super().parse_header(header_plus)
        host = self.headers.get("HOST")
        if (host is None and self.version == "1.1") or "," in (host or ""):
            raise ParsingError("There must be one Host header.")
        if self.chunked:
            self.body_rcv = Chunks(self.body_rcv.getbuf())
        elif self.content_length and self.uploads.takes(self.command, self.path):
            self.adj = larger(self.adj, self.uploads.largest)
            self.body_rcv = self.upload = Upload(self.content_length)

    def _is_line_too_long(self, data: bytes) -> bool:
        return b"\r\n" not in (self.header_plus + data)[: LONGEST_REQUEST_LINE + 2]


def _refuse_ambiguous_framing(line: bytes, fields: bytes) -> None:
    """Refuses a request unless at most one header gives the body's length, in the form that all programs read alike."""
    named = [field.partition(b":") for field in fields.split(b"\r\n")]
    framing = [(name.lower(), value.strip(b" \t")) for name, _, value in named if name.lower() in _FRAMING]
    if not framing:
        return
    if len(framing) > 1:
        raise ParsingError("More than one header says how long the body is.")
    name, value = framing[0]
    if name == b"content-length":
        if _LENGTH.fullmatch(value) is None:
            raise ParsingError("Content-Length is not a number.")
    elif line.endswith(b"1.0"):
        raise ParsingError("HTTP/1.0 has no Transfer-Encoding.")
    else:
        _refuse_other_codings(value.lower())


def _refuse_other_codings(value: bytes) -> None:
    """Raises an error for all but `chunked`: without it as the last coding, once, a body has no clear end."""
    *codings, last = [coding.strip(b" \t") for coding in value.split(b",")]
    if last != b"chunked" or any(_CODING.fullmatch(coding) is None for coding in codings):
        raise ParsingError("The last transfer coding must be chunked, after other ones.")
    if codings:
        raise TransferEncodingNotImplemented("The only transfer coding is chunked.")
