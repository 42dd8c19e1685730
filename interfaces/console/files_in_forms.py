"""Forms with a file: the fields before the file are read at once, the file itself as it arrives."""

from collections.abc import Iterator
from typing import IO

from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from interfaces.http.current import Incoming
from interfaces.http.forms import LARGEST_FORM, MOST_FIELDS, fields_of
from interfaces.http.refusals import MalformedRequest

AT_ONCE = 64 * 1024
LONGEST_BUFFER = LARGEST_FORM + AT_ONCE
"""The most bytes that wait to be decoded: what may be the beginning of a boundary is still there at the next piece."""
MEDIA_TYPE = "multipart/form-data"


class FileInForm:
    """A file of a form, with the name that its owner gave it."""

    def __init__(self, name: str, pieces: Iterator[bytes]) -> None:
        self.name = name
        self._pieces = pieces

    def read(self, size: int = -1) -> bytes:
        """Returns the next piece, whatever the size; nothing at the end. Raises MalformedRequest."""
        return next((piece for piece in self._pieces if piece), b"")


def file_in_form(request: Incoming) -> FileInForm | None:
    """Returns the file of the form, or None without one. The fields before it become those of the request's form.

    Raises MalformedRequest, also for fields that are larger than a form.
    """
    fields: list[tuple[str, str]] = []
    request.form_fields = MultiDict()
    if request.mimetype != MEDIA_TYPE:
        request.form_fields = MultiDict(fields_of(request.stream.read(LARGEST_FORM)))
        return None
    events = _events(request.stream, request.mimetype_params.get("boundary", ""))
    left = LARGEST_FORM
    for event in events:
        if isinstance(event, File):
            request.form_fields = MultiDict(fields)
            return FileInForm(event.filename, _pieces(events)) if event.filename else None
        if isinstance(event, Field):
            value = _value(events, left)
            left -= len(value)
            fields.append((event.name, value.decode(errors="replace")))
    request.form_fields = MultiDict(fields)
    return None


def _value(events: Iterator[object], most: int) -> bytes:
    """Returns the content of a field. Raises MalformedRequest if it has more bytes than this."""
    value = bytearray()
    for piece in _pieces(events):
        value += piece
        if len(value) > most:
            raise MalformedRequest()
    return bytes(value)


def _pieces(events: Iterator[object]) -> Iterator[bytes]:
    """Yields the content of one part of the form."""
    for event in events:
        if isinstance(event, Data):
            yield event.data
            if not event.more_data:
                return


def _events(stream: IO[bytes], boundary: str) -> Iterator[object]:
    decoder = MultipartDecoder(
        boundary.encode("latin-1", "replace"), max_form_memory_size=LONGEST_BUFFER, max_parts=MOST_FIELDS
    )
    try:
        while True:
            event = decoder.next_event()
            if isinstance(event, NeedData):
                decoder.receive_data(stream.read(AT_ONCE) or None)
                continue
            yield event
            if isinstance(event, Epilogue):
                return
    except (ValueError, HTTPException) as error:
        raise MalformedRequest() from error
