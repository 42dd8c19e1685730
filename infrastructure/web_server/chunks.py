"""The chunked transfer coding of RFC 9112, section 7.1, as strictly as it is written there."""

import re
from collections.abc import Callable

from waitress.buffers import OverflowableBuffer
from waitress.utilities import BadRequest

from infrastructure.web_server.limits import LARGEST_HEAD, LONGEST_CHUNK_LINE

_SIZE = re.compile(rb"[0-9a-fA-F]{1,15}")
_END = b"\r\n"


class Chunks:
    """Takes a chunked body from the stream, as waitress's own receivers do.

    Waitress's receiver takes a line feed alone as the end of a size, empty lines between chunks, and lines of
    any length. This one takes no chunk extensions either; it reads the trailer and drops it.
    """

    def __init__(self, buffer: OverflowableBuffer) -> None:
        self.completed = False
        self.error: BadRequest | None = None
        self._buffer = buffer
        self._waiting = b""
        self._missing = 0
        self._trailer_bytes = 0
        self._step: Callable[[], bool] = self._read_size

    def __len__(self) -> int:
        return int(self._buffer.__len__())

    def received(self, data: bytes) -> int:
        """How many of these bytes belong to the body."""
        self._waiting += data
        while not self.completed and self.error is None and self._step():
            pass
        return len(data) - len(self._waiting) if self.completed else len(data)

    def getfile(self) -> object:
        return self._buffer.getfile()

    def getbuf(self) -> OverflowableBuffer:
        return self._buffer

    def _read_size(self) -> bool:
        line = self._line(LONGEST_CHUNK_LINE)
        if line is None:
            return False
        if _SIZE.fullmatch(line) is None:
            return self._fail("The size of a chunk is not a hexadecimal number.")
        self._missing = int(line, 16)
        self._step = self._read_chunk if self._missing else self._read_trailer
        return True

    def _read_chunk(self) -> bool:
        piece, self._waiting = self._waiting[: self._missing], self._waiting[self._missing :]
        self._buffer.append(piece)
        self._missing -= len(piece)
        if self._missing:
            return False
        self._step = self._read_end
        return True

    def _read_end(self) -> bool:
        if len(self._waiting) < len(_END) and _END.startswith(self._waiting):
            return False
        if not self._waiting.startswith(_END):
            return self._fail("A chunk is longer than its size.")
        self._waiting = self._waiting[len(_END) :]
        self._step = self._read_size
        return True

    def _read_trailer(self) -> bool:
        line = self._line(LARGEST_HEAD)
        if line is None:
            return False
        self._trailer_bytes += len(line)
        if self._trailer_bytes > LARGEST_HEAD or b"\n" in line:
            return self._fail("The trailer is too long or broken.")
        self.completed = not line
        return True

    def _line(self, longest: int) -> bytes | None:
        """Returns the next line without its end, or None while it is incomplete."""
        line, end, rest = self._waiting.partition(_END)
        if end:
            self._waiting = rest
            return line
        if len(self._waiting) > longest or b"\n" in self._waiting:
            self._fail("A line of the body is too long or broken.")
        return None

    def _fail(self, reason: str) -> bool:
        self.error = BadRequest(reason)
        return False
