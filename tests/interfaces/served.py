"""The application behind its real server, in a thread of the test's, asked byte by byte."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pytest

from infrastructure.processes.web import HOST, taken_over
from infrastructure.web_server.server import Server
from infrastructure.web_server.uploads import Uploads
from interfaces.http.requests_in import LARGEST_BATCH, LARGEST_UPLOAD, UPLOAD_PATHS

PATIENCE = 30.0
UPLOADS = Uploads(paths=UPLOAD_PATHS, largest=LARGEST_UPLOAD)


class Answer(NamedTuple):
    """`headers` by their names in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json", self.body
        problem: dict[str, Any] = json.loads(self.body)
        assert problem["status"] == self.status
        return problem


class Served:
    """Where the server listens, and connections to it."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.address = address

    @property
    def url(self) -> str:
        return "http://{}:{}".format(*self.address)

    def connection(self, source: str = "") -> socket.socket:
        return socket.create_connection(self.address, PATIENCE, (source, 0) if source else None)

    def ask(self, *pieces: bytes) -> list[Answer]:
        """Every answer to these bytes on one connection, whose sending half is then closed."""
        with self.connection() as connection:
            for piece in pieces:
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
            return list(answers(everything(connection)))

    def refused(self, sent: bytes) -> Answer:
        """The one answer to a request that is not sent to its end, after which the connection is closed."""
        with self.connection() as connection:
            connection.sendall(sent)
            (answer,) = answers(everything(connection))
            return answer


@contextmanager
def served(app: Any, *, threads: int = 4, **settings: Any) -> Iterator[Served]:
    with socket.create_server((HOST, 0), backlog=1024) as listening:
        address = listening.getsockname()
        server = Server(
            app,
            taken_over(listening.detach()),
            threads=threads,
            largest_body=LARGEST_BATCH,
            uploads=UPLOADS,
            **settings,
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield Served(address)
        finally:
            server.stop()
            thread.join(PATIENCE)
            server.trigger.close()


def own_address() -> str:
    """An address of this machine that is not the loopback's; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has no address but the loopback's")
        return str(probe.getsockname()[0])


def everything(connection: socket.socket) -> bytes:
    """All that comes until the server closes its half."""
    received = b""
    while piece := connection.recv(65536):
        received += piece
    return received


def answers(received: bytes) -> Iterator[Answer]:
    """The answers in these bytes; each says how long it is."""
    while received:
        head, end, rest = received.partition(b"\r\n\r\n")
        assert end, received
        line, *fields = head.decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (field.partition(": ") for field in fields)}
        length = int(headers.get("content-length", "0"))
        assert len(rest) >= length, received
        yield Answer(int(line.split()[1]), headers, rest[:length])
        received = rest[length:]
