"""Decodes a file's lines. The encoding comes from a byte order mark, the zero bytes of UTF-16, or the plan."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import BinaryIO

UTF_8 = "utf-8"
LINE_ENDS = ("\n", "\r")
LARGEST_ROW = 1024 * 1024
"""The most characters of a row; the limit of a body over HTTP is as large, in bytes."""
MARKS = {
    codecs.BOM_UTF8: UTF_8,
    codecs.BOM_UTF32_LE: "utf-32-le",  # before utf-16-le, whose mark is a prefix of this one
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
WIDE = {
    "utf-16": "utf-16-le",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-32": "utf-32-le",
    "utf-32-le": "utf-32-le",
    "utf-32-be": "utf-32-be",
}
"""Encodings with several bytes for each character, by name. Without a mark, a name without a byte order means
little-endian."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_UNREADABLE = "wide-unreadable"
_ASCII_IN_UTF_16_LE = re.compile(rb"\A(?:[\x01-\x7f]\x00){2}")
_ASCII_IN_UTF_16_BE = re.compile(rb"\A(?:\x00[\x01-\x7f]){2}")

codecs.register_error(_UNREADABLE, lambda error: ("\udcff", getattr(error, "end", 0)))


class TextLines:
    """Iterates over the lines with their ends: LF, CRLF, or the CR of old Macintosh files.

    Bytes that the encoding cannot decode become lone surrogates.

    A line that is too long loses its end, but stays longer than `LARGEST_ROW`, so that the reader refuses it.
    """

    def __init__(self, file: BinaryIO, encoding: str) -> None:
        self._file = file
        self.beginning = file.readline(LARGEST_ROW)
        self.mark = next((mark for mark in MARKS if self.beginning.startswith(mark)), b"")
        self.encoding = MARKS.get(self.mark) or _by_zeros(self.beginning) or WIDE.get(encoding, encoding)

    def encode(self, text: str) -> bytes:
        """Returns the bytes of a line in the file."""
        return text.encode(self.encoding, "surrogatepass" if self._is_wide else "surrogateescape")

    def __iter__(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder(self.encoding)(
            _UNREADABLE if self._is_wide else "surrogateescape"
        )
        # In UTF-16 a chunk may end within a character. After a CR, the LF may be in the next chunk.
        decoded = io.IncrementalNewlineDecoder(decoder, translate=False)
        text = ""
        for data in self._bytes():
            if not text and self._is_one_line(data):
                yield data.decode()
                continue
            *lines, text = _lines(text + decoded.decode(data))
            yield from lines
            text = text[: LARGEST_ROW + 1]
        yield from filter(None, _lines(text + decoded.decode(b"", True)))

    @property
    def _is_wide(self) -> bool:
        return self.encoding in WIDE

    def _is_one_line(self, data: bytes) -> bool:
        """Says quickly of most lines that they need no decoder: ASCII with one end of a line."""
        return self.encoding == UTF_8 and data.isascii() and data[-1:] == b"\n" and b"\r" not in data

    def _bytes(self) -> Iterator[bytes]:
        yield self.beginning.removeprefix(self.mark)
        while data := self._file.readline(LARGEST_ROW):
            yield data


def is_undecodable(text: str) -> bool:
    """Says whether bytes of the text are not in the file's encoding."""
    return not text.isascii() and _SURROGATE.search(text) is not None


def _lines(text: str) -> list[str]:
    """Returns the lines with their ends. The last one is the text after the last end, which may be empty."""
    lines = list(io.StringIO(text, newline=""))
    return lines if lines and not lines[-1].endswith(LINE_ENDS) else [*lines, ""]


def _by_zeros(data: bytes) -> str | None:
    if _ASCII_IN_UTF_16_LE.match(data):
        return "utf-16-le"
    return "utf-16-be" if _ASCII_IN_UTF_16_BE.match(data) else None
