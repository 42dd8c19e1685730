"""Tables as CSV that a spreadsheet opens without computing anything."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from flask import Response

FORMULAS = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins so is a formula to a spreadsheet."""
MARK = "\ufeff"
"""The byte order mark, by which spreadsheets recognise UTF-8."""
MEDIA_TYPE = "text/csv; charset=utf-8"
AT_ONCE = 500


def harmless(value: Any) -> Any:
    """Returns the cell; a text that a spreadsheet would take for a formula gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """Yields CSV of RFC 4180 in pieces of some hundred rows, each cell harmless."""
    yield MARK.encode()
    piece = io.StringIO()
    writer = csv.writer(piece)
    for place, row in enumerate(rows, start=1):
        writer.writerow(map(harmless, row))
        if place % AT_ONCE == 0:
            yield _taken(piece)
    yield _taken(piece)


def csv_response(rows: Iterable[Sequence[Any]], file_name: str) -> Response:
    """Returns the table as a file to download. `file_name`: in ASCII, without quotes."""
    answer = Response(csv_lines(rows), content_type=MEDIA_TYPE)
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return answer


def _taken(piece: io.StringIO) -> bytes:
    text = piece.getvalue().encode("utf-8", "replace")  # what was not in a file's encoding cannot be written
    piece.seek(0)
    piece.truncate()
    return text
