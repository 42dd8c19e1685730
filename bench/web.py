"""Measures the requests a second and the response times of the web process, with and without slow clients.

    python -m bench.web [--seconds 5] [--clients 16] [--slow 200]

The benchmark starts a throw-away `farley up` with its real fsync. If gunicorn is installed, the same run also
measures `wsgi:app` under gunicorn, on the same databases and with as many processes and threads.
"""

import argparse
import importlib.util
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from bench.clients import HOST, LONGEST_WAIT
from bench.servers import KEY, THREADS, WORKERS, environment_of, farley, free_port, serving

BODY = json.dumps({"kind": "person", "language": "es"}).encode()
LIVE = b"GET /health/live HTTP/1.1\r\nHost: farley\r\n\r\n"
REGISTER = (
    f"POST /api/customers HTTP/1.1\r\nHost: farley\r\nAuthorization: Bearer {KEY}\r\n"
    f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
).encode() + BODY
SLOW = (LIVE[:20], REGISTER[:-5], LIVE * 3)
"""What slow clients send: half a head, half a body, and requests whose answers they do not read."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """The seconds until each answer, in a measurement of `during` seconds.

    A missing answer counts as LONGEST_WAIT.
    """

    seconds: list[float]
    during: float

    @property
    def rate(self) -> float:
        return sum(second < LONGEST_WAIT for second in self.seconds) / self.during

    def percentile(self, share: float) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * share)] * 1000


def main() -> None:
    asked = _arguments()
    with ExitStack() as stack:
        running = stack.enter_context(farley())
        servers = {"farley": running.port}
        if importlib.util.find_spec("gunicorn"):
            servers["gunicorn"] = stack.enter_context(_gunicorn(running.home))
        print(f"load {os.getloadavg()[0]:.1f}, {asked.clients} clients, {asked.seconds} s each", flush=True)
        for slow in (0, asked.slow):
            for name, request in (("GET /health/live", LIVE), ("POST /api/customers", REGISTER)):
                _compare(f"{name}, {slow} slow", servers, request, slow, asked)


def _compare(
    title: str, servers: dict[str, int], request: bytes, slow: int, asked: argparse.Namespace
) -> None:
    base = None
    for name, port in reversed(servers.items()):
        with _slow_clients(port, slow):
            found = _measure(port, request, asked.clients, asked.seconds)
        base = base or found.rate
        print(
            f"{title:32} {name:9} {found.rate:7.0f}/s  ratio {found.rate / base if base else 0:6.2f}"
            f"  median {found.percentile(0.5):8.1f} ms  p99 {found.percentile(0.99):8.1f} ms",
            flush=True,
        )


def _measure(port: int, request: bytes, clients: int, seconds: float) -> Measured:
    answered: list[float] = []
    end = time.perf_counter() + seconds
    asking = [threading.Thread(target=_ask, args=(port, request, end, answered)) for _ in range(clients)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    return Measured(seconds=answered, during=seconds)


def _ask(port: int, request: bytes, end: float, answered: list[float]) -> None:
    """Sends requests on one connection until `end`, and opens a new connection when the server closes it."""
    connection = None
    while (began := time.perf_counter()) < end:
        try:
            connection = connection or socket.create_connection((HOST, port), LONGEST_WAIT)
            connection.sendall(request)
            _read_answer(connection)
            answered.append(time.perf_counter() - began)
        except OSError:
            connection = None
            answered.append(LONGEST_WAIT)


def _read_answer(connection: socket.socket) -> None:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = connection.recv(65536)
        if not piece:
            raise ConnectionError
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    if b" 200 " not in head[:13] and b" 201 " not in head[:13]:
        raise SystemExit(f"refused: {received[:300]!r}")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
    while len(body) < length:
        body += connection.recv(65536)


@contextmanager
def _slow_clients(port: int, number: int) -> Iterator[None]:
    with ExitStack() as opened:
        for _, sent in zip(range(number), cycle(SLOW), strict=False):
            opened.enter_context(socket.create_connection((HOST, port))).sendall(sent)
        yield


@contextmanager
def _gunicorn(home: Path) -> Iterator[int]:
    port = free_port()
    number = ("--workers", str(WORKERS), "--threads", str(THREADS), "--worker-class", "gthread")
    command = ("-m", "gunicorn", *number, "--bind", f"{HOST}:{port}", "wsgi:app")
    with serving(port, b"/health/ready", environment_of(home, port), *command):
        yield port


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--slow", type=int, default=200)
    return parser.parse_args()


if __name__ == "__main__":
    main()
