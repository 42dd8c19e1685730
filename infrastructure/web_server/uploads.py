"""Files that are uploaded: the application reads them while they arrive, so that none is held in memory."""

import re
from collections import deque
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from threading import Condition
from typing import Any

from infrastructure.web_server.limits import UPLOAD_AHEAD, UPLOAD_SECONDS


class UploadEnded(ConnectionError):
    """The client went away, or sent nothing for too long, before the whole file was there."""


@dataclass(frozen=True, kw_only=True)
class Uploads:
    """Which requests upload a file, by method and path, and the most bytes of one."""

    paths: Mapping[str, re.Pattern[str]] = field(default_factory=dict)
    largest: int = 0

    def takes(self, method: str, path: str) -> bool:
        return method in self.paths and self.paths[method].fullmatch(path) is not None


class Upload:
    """The body of an upload, from the main thread, which receives it, to the thread that answers the request.

    It takes the place of waitress's receivers, and of the file of a body.
    """

    error = None

    def __init__(self, length: int) -> None:
        self._missing = length
        self._waiting: deque[bytes] = deque()
        self._bytes_waiting = 0
        self._cut_off = False
        self._is_read = False
        self._changed = Condition()
        self.wake: Callable[[], None] = lambda: None
        """Lets the main thread know that there is room again."""

    @property
    def completed(self) -> bool:
        """Whether the whole file was received."""
        return not self._missing

    @property
    def has_room(self) -> bool:
        """Whether more of the file may be received: the application has read most of what was.

        Until it begins to read, only what comes with the head is: who asks is not known yet.
        """
        return self._bytes_waiting < (UPLOAD_AHEAD if self._is_read else 1) and not self._cut_off

    def received(self, data: bytes) -> int:
        """How many of these bytes belong to the file."""
        taken = data[: self._missing]
        with self._changed:
            self._missing -= len(taken)
            self._bytes_waiting += len(taken)
            self._waiting.append(taken)
            self._changed.notify()
        return len(taken)

    def cut_off(self) -> None:
        """Lets the application know that no more will come."""
        with self._changed:
            self._cut_off = True
            self._changed.notify()

    def read(self, size: int = -1) -> bytes:
        """Returns what has arrived, at most so many bytes; nothing at the end. Raises UploadEnded."""
        if not self._is_read:
            self._is_read = True
            self.wake()
        with self._changed:
            if not self._changed.wait_for(self._may_be_read, UPLOAD_SECONDS):
                self._cut_off = True
            if not self._waiting:
                if self._missing:
                    raise UploadEnded
                return b""
            had_room = self.has_room
            data = self._waiting.popleft()
            if 0 < size < len(data):
                self._waiting.appendleft(data[size:])
                data = data[:size]
            self._bytes_waiting -= len(data)
            has_room_again = self.has_room and not had_room
        if has_room_again:
            self.wake()
        return data

    def _may_be_read(self) -> bool:
        return bool(self._waiting) or self.completed or self._cut_off

    def getfile(self) -> "Upload":
        return self

    def getbuf(self) -> "Upload":
        return self

    def close(self) -> None:
        self.cut_off()


def larger(adjustments: Any, largest: int) -> Any:
    """Returns waitress's settings with another limit for the body."""
    other = copy(adjustments)
    # waitress refuses a size that reaches its limit
    other.max_request_body_size = largest + 1
    return other
