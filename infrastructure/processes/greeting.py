"""Finds out whether the web process answers."""

import select
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from typing import Self

from infrastructure.processes.web import HOST

PATH = "/health/live"
LONGEST_SECONDS = 5.0


class Greeting:
    """One request that waits in the listening socket's queue until a worker takes it."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection(HOST, port, timeout=LONGEST_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def answered(self, *, within: float) -> bool:
        """True once the answer is good; False if there is none after so many seconds."""
        with suppress(OSError, HTTPException):
            if self._connection.sock is None:
                self._connection.request("GET", PATH)
            if not select.select([self._connection.sock], [], [], within)[0]:
                return False
            if self._connection.getresponse().status == 200:
                return True
        self._connection.close()
        return False
