"""Clients that keep their connections: one thread asks on all of them, so that it takes little of the machine."""

import math
import selectors
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass

HOST = "127.0.0.1"
LONGEST_WAIT = 10.0


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The seconds until each answer, and the seconds that all of them took together."""

    seconds: list[float]
    during: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.during

    def milliseconds(self, share: float) -> float:
        """The time within which this share of the answers came."""
        return sorted(self.seconds)[min(int(len(self.seconds) * share), len(self.seconds) - 1)] * 1000


def ask(port: int, requests: Iterator[bytes], *, clients: int, seconds: float = math.inf) -> Asked:
    """Sends requests on `clients` connections, each the next one when its answer has come.

    It ends when the seconds are over or no request is left.

    Raises SystemExit with the answer if one is no success.
    """
    answered: list[float] = []
    with selectors.DefaultSelector() as selector:
        end = time.perf_counter() + seconds
        for _ in range(clients):
            client = _Client(port)
            selector.register(client.connection, selectors.EVENT_READ, client)
            client.send(next(requests))
        began = time.perf_counter()
        busy = clients
        while busy:
            ready = selector.select(LONGEST_WAIT)
            if not ready:
                raise SystemExit(f"no answer within {LONGEST_WAIT} seconds")
            for key, _ in ready:
                took = key.data.receive()
                if took is None:
                    continue
                answered.append(took)
                following = next(requests, None) if time.perf_counter() < end else None
                if following is not None:
                    key.data.send(following)
                else:
                    selector.unregister(key.fileobj)
                    key.data.connection.close()
                    busy -= 1
        return Asked(seconds=answered, during=time.perf_counter() - began)


def post(path: str, key: str, body: bytes, *fields: str) -> bytes:
    """Returns the bytes of a POST of JSON."""
    head = [f"POST {path} HTTP/1.1", "Host: farley", f"Authorization: Bearer {key}", *fields]
    head += ["Content-Type: application/json", f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(head).encode() + body


def get(path: str, key: str = "") -> bytes:
    """Returns the bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nHost: farley\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


class _Client:
    def __init__(self, port: int) -> None:
        self.connection = socket.create_connection((HOST, port), LONGEST_WAIT)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self._sent = 0.0

    def send(self, request: bytes) -> None:
        self._received, self._sent = b"", time.perf_counter()
        self.connection.sendall(request)

    def receive(self) -> float | None:
        """Returns the seconds that the answer took, None while it is not whole."""
        piece = self.connection.recv(262_144)
        if not piece:
            raise SystemExit(f"the server closed a connection after {self._received[:300]!r}")
        self._received += piece
        head, ended, body = self._received.partition(b"\r\n\r\n")
        if not ended:
            return None
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        if len(body) < length:
            return None
        if head[9:10] != b"2":
            raise SystemExit(f"refused: {self._received[:500]!r}")
        return time.perf_counter() - self._sent
