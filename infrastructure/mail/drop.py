"""Mail put into a folder as .eml files, for an installation that has no next hop yet."""

import contextlib
import hashlib
import os
import re
import time
from collections.abc import Callable
from pathlib import Path

from application.mail import Delivery, OutgoingMail, SendResult, Transport
from infrastructure.mail.mime import mime_bytes

_UNSAFE = re.compile(r"[^A-Za-z0-9@._-]")
_LONGEST_NAME = 180
"""Characters, so that the suffixes fit into a file name's 255 bytes."""


class DropFolder:
    """Writes a file for each Message-ID, readable only by its owner. A second mail with its id changes nothing."""

    name = Transport.DROP

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        content = mime_bytes(mail)
        if self._clock() >= begin_before:
            return Delivery(result=SendResult.NOT_BEGUN)
        try:
            self._put(f"{_file_name(mail.rfc_message_id)}.eml", content)
        except OSError as error:
            return Delivery(result=SendResult.REFUSED_FOR_NOW, reply=f"drop folder: {error.strerror}")
        return Delivery(result=SendResult.ACCEPTED)

    def close(self) -> None:
        """Nothing is held open."""

    def _put(self, name: str, content: bytes) -> None:
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        final = self._path / name
        if final.exists():
            return
        unfinished = self._path / f".{name}.{os.getpid()}"
        try:
            _write(unfinished, content)
            unfinished.rename(final)
        except OSError:
            with contextlib.suppress(OSError):
                unfinished.unlink()
            raise


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _file_name(message_id: str) -> str:
    """Returns the Message-ID if it fits into a file name, or else its beginning and a hash of the whole."""
    bare = message_id.strip("<>")
    safe = _UNSAFE.sub("_", bare)[:_LONGEST_NAME]
    if safe == bare:
        return safe
    return f"{safe}-{hashlib.sha256(bare.encode()).hexdigest()[:16]}"
