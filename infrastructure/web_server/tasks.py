"""A thread's task for one request: the application's answer, or its refusal of a broken request."""

import re
from typing import Any

from waitress.task import WSGITask

from infrastructure.web_server.parser import StrictParser
from interfaces.http.refusals import REFUSED

_STAND_IN = b"- /- HTTP/1.1\r\nHost: -\r\nConnection: close\r\n"
"""Replaces a request that cannot be read, so that the application sees nothing of its content."""
_NOWHERE = "/-"
"""A path that no route has."""
_ORIGIN = re.compile(r"^https?://[^/]*", re.IGNORECASE)
_SPELLED_OTHERWISE = re.compile(r"//|\\|%2f|%5c|%00|/(?:\.|%2e){1,2}(?:/|$)", re.IGNORECASE)


class AnswerTask(WSGITask):  # type: ignore[misc] # waitress has no types
    """Answers a request by calling the application."""

    def get_environment(self) -> dict[str, Any]:
        environ: dict[str, Any] = super().get_environment()
        if not _is_plain(self.request.request_uri):
            environ["PATH_INFO"] = _NOWHERE
        return environ

    def build_response_header(self) -> bytes:
        upload = self.request.upload
        if self.channel.server.stopping or (upload is not None and not upload.completed):
            self.request.headers["CONNECTION"] = "close"
        head: bytes = super().build_response_header()
        return head


class RefusalTask(AnswerTask):
    """Lets the application refuse a request that the server could not read, in the form of all its errors."""

    def __init__(self, channel: Any, request: Any) -> None:
        self._status: int = request.error.code
        stand_in = StrictParser(channel.adj)
        stand_in.parse_header(_STAND_IN)
        super().__init__(channel, stand_in)

    def get_environment(self) -> dict[str, Any]:
        return {**super().get_environment(), REFUSED: self._status}


def _is_plain(target: str) -> bool:
    """Whether a proxy reads the path as Farley does: it has no empty or dot segments and no encoded slashes."""
    path = _ORIGIN.sub("", re.split("[?#]", target, maxsplit=1)[0], count=1)
    return path.startswith("/") and _SPELLED_OTHERWISE.search(path) is None
