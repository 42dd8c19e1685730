"""The web process as it runs: what it logs, that it restarts unnoticed, what its workers count together."""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

import pytest

from tests.processes.conftest import erase, make_home
from tests.processes.up import Up, eventually, free_port, running

CANARY = "canary5f1e"
"""Stands in every part of what is sent; the log may hold none of it."""


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    home = make_home()
    with running(home, free_port(), FARLEY_WORKERS="2") as started:
        yield started
    erase(home)


def head(*fields: str, line: str = "GET /health/live HTTP/1.1") -> bytes:
    return "\r\n".join([line, "Host: farley", *fields, "", ""]).encode("latin-1")


def corpus(key: str) -> Iterator[bytes]:
    """Requests that are broken, refused, unknown or fail half way, with the canary in each part in turn."""
    authorised = f"Authorization: Bearer {key}"
    body = json.dumps({"kind": CANARY, CANARY: f"{CANARY}@example.org"}).encode()
    length = f"Content-Length: {len(body)}"
    media_type = "Content-Type: application/json"
    post = "POST /api/customers HTTP/1.1"
    yield head(line=f"GET /{CANARY}?{CANARY}={CANARY} HTTP/1.1")
    yield head(line=f"{CANARY} /health/live HTTP/1.1")
    yield head(line=f"{CANARY.upper()} /health/live HTTP/1.1")
    yield head(line=f"GET /health/live HTTP/{CANARY}")
    yield head(line=f"GET http://{CANARY}/{CANARY} HTTP/1.1")
    yield head(line=f"GET http://[{CANARY}/ HTTP/1.1")
    yield head(line=f"GET /u/{CANARY} HTTP/1.1")
    yield head(line=f"POST /u/{CANARY} HTTP/1.1")
    yield head(line=f"GET /c/{CANARY} HTTP/1.1")
    yield head(line=f"GET /%ff%fe{CANARY} HTTP/1.1")
    yield head(line=f"GET /api/customers?email={CANARY}@example.org HTTP/1.1")
    yield head(authorised, line=f"GET /api/customers?email={CANARY}@example.org HTTP/1.1")
    yield head(authorised, line=f"GET /api/customers?{CANARY}=1 HTTP/1.1")
    yield head(authorised, line=f"GET /api/customers/{CANARY} HTTP/1.1")
    yield head(authorised, line=f"GET /api/customers?cursor={CANARY} HTTP/1.1")
    yield head(f"Authorization: Bearer {CANARY}", line="GET /api/purposes HTTP/1.1")
    yield head(f"Authorization: {CANARY}", line="GET /api/purposes HTTP/1.1")
    for name in ("Content-Length", "Transfer-Encoding", "Expect", "Connection", "Host", "Upgrade", "Cookie"):
        yield head(authorised, f"{name}: {CANARY}", media_type, line=post)
    for name in (
        "X-Correlation-Id",
        "If-Match",
        "Idempotency-Key",
        "Farley-Wait-For",
        "Accept",
        "User-Agent",
    ):
        yield head(authorised, f"{name}: {CANARY}", line="GET /api/purposes HTTP/1.1")
        yield head(authorised, f"{name}: {CANARY}\xe9", media_type, length, line=post) + body
    yield head(f"{CANARY} : a")
    yield head(f"{CANARY}(: a")
    yield head(f"X: {CANARY}\n{CANARY}")
    yield head(f"X: {CANARY}\0")
    yield head(CANARY)
    yield head(f" {CANARY}: folded")
    yield head(f"X: {CANARY * 5000}")
    yield head(line=f"GET /{CANARY * 2000} HTTP/1.1")
    yield head(authorised, media_type, length, line=post) + body
    yield head(authorised, media_type, length, line=post) + body[:-4]
    yield head(authorised, f"Content-Type: {CANARY}/json", length, line=post) + body
    yield head(authorised, f"Content-Type: application/json; charset={CANARY}", length, line=post) + body
    yield head(authorised, media_type, "Content-Length: 10", line=post) + CANARY.encode()
    yield head(authorised, media_type, "Content-Length: 4", line=post) + b"{}  " + CANARY.encode() * 3
    for chunks in (f"{CANARY}\r\n", f"5;{CANARY}\r\n", f"a\r\n{CANARY}{CANARY}\r\n", f"0\r\n{CANARY}\n\r\n"):
        yield head(authorised, media_type, "Transfer-Encoding: chunked", line=post) + chunks.encode()
    yield CANARY.encode()
    yield CANARY.encode() + b"\r\n\r\n"
    yield b"\x16\x03\x01" + CANARY.encode() * 10 + b"\r\n\r\n"


def say(port: int, sent: bytes, *, leave: bool = False) -> bytes:
    """What is answered; `leave` closes the connection at once, with what is on its way."""
    with socket.create_connection(("127.0.0.1", port), 20) as connection:
        connection.sendall(sent)
        if leave:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            return b""
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
        received = b""
        with suppress(ConnectionError):
            while piece := connection.recv(65536):
                received += piece
        return received


def test_nothing_that_a_client_sent_stands_in_a_log_line(up: Up) -> None:
    key = up.banner["administrator"].split()[0]
    for sent in corpus(key):
        answered = say(up.port, sent)
        assert b"HTTP/1.1 5" not in answered.replace(b"HTTP/1.1 501", b""), (sent, answered)
        say(up.port, sent, leave=True)
    followed = str(uuid4())
    say(up.port, head(f"X-Correlation-Id: {followed}"))
    assert eventually(lambda: followed in Path(up.log.name).read_text())
    logged = Path(up.log.name).read_text() + (up.home / "postgres" / "postgres.log").read_text()
    assert CANARY.lower() not in logged.lower()
    assert key not in logged
    assert up.events()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart_refuses_no_connection_and_cuts_no_answer(up: Up, how: signal.Signals) -> None:
    failures: list[str] = []
    answered = [0]
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            connection = HTTPConnection("127.0.0.1", up.port, timeout=60)
            try:
                connection.connect()
                if how is signal.SIGTERM:
                    connection.request("GET", "/api/purposes")
                    assert connection.getresponse().status == 401
                answered[0] += 1
            except (OSError, AssertionError) as error:
                failures.append(repr(error))
            finally:
                connection.close()

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    before = up.web_processes()
    os.kill(before[0], how)
    assert eventually(lambda: len(set(up.web_processes()) - set(before)) == 3)
    time.sleep(1)
    assert eventually(lambda: answered[0] > 4)
    ended.set()
    for thread in asking:
        thread.join()
    assert failures == []


def test_a_worker_that_dies_is_started_again(up: Up) -> None:
    before = up.web_processes()
    os.kill(before[-1], signal.SIGKILL)
    assert eventually(lambda: before[-1] not in up.web_processes() and len(up.web_processes()) == 3)
    assert set(before[:-1]) <= set(up.web_processes())


def test_what_the_workers_count_is_one_sum(up: Up) -> None:
    line = 'farley_http_requests_total{method="GET",route="/health/live",status="200"}'

    def counted() -> float:
        connection = HTTPConnection("127.0.0.1", up.port, timeout=20)
        connection.request("GET", "/metrics")
        text = connection.getresponse().read().decode()
        connection.close()
        return float(next(row for row in text.splitlines() if row.startswith(line)).split()[-1])

    say(up.port, head())
    before = counted()
    for _ in range(40):
        say(up.port, head())
    assert counted() == before + 40
