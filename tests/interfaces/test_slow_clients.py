"""A request occupies a thread only when it is whole; slow clients cost nobody else anything."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ipaddress import ip_network
from itertools import cycle, islice

import pytest

from infrastructure.web_server import limits
from tests.interfaces.conftest import Api
from tests.interfaces.served import Served, answers, everything, own_address, served

LIVE = b"GET /health/live HTTP/1.1\r\nHost: farley\r\n\r\n"
LARGE = b"GET /openapi.json HTTP/1.1\r\nHost: farley\r\n\r\n"
HALF_HEAD = b"POST /api/customers HTTP/1.1\r\nHost: far"
HALF_BODY = HALF_HEAD + b"ley\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
HALF_CHUNK = HALF_HEAD + b"ley\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"
UNREAD = b"GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: farley\r\n\r\n" * 4
SLOW = (HALF_HEAD, HALF_BODY, HALF_CHUNK, UNREAD)
"""What a slow client sends; the answers to the last are more than the kernel takes, and are never read."""


@contextmanager
def slow_clients(server: Served, number: int) -> Iterator[list[socket.socket]]:
    with ExitStack() as closed:
        connections = [closed.enter_context(socket.socket()) for _ in range(number)]
        for connection, sent in zip(connections, cycle(SLOW), strict=False):
            # so that the kernel soon takes no more of an answer
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(server.address)
            connection.sendall(sent)
        yield connections


def seconds_of(server: Served, sent: bytes) -> float:
    began = time.monotonic()
    (answer,) = server.ask(sent)
    assert answer.status in (200, 201), answer
    return time.monotonic() - began


def test_with_two_hundred_slow_connections_every_other_request_is_answered_within_a_second(api: Api) -> None:
    body = b'{"kind": "person"}'
    head = f"POST /api/customers HTTP/1.1\r\nHost: farley\r\nAuthorization: Bearer {api.key}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    others = [LIVE, head.encode() + body] * 10
    with served(api.app, threads=2) as server, slow_clients(server, 200):
        # whole requests are answered first, also those whose answers nobody reads
        for sent in others[:2]:
            seconds_of(server, sent)
        assert max(seconds_of(server, sent) for sent in others) < 1


def test_what_does_not_arrive_in_time_is_a_408_and_the_connection_is_closed(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HEAD_SECONDS", "BODY_SECONDS"):
        monkeypatch.setattr(f"infrastructure.web_server.channel.{name}", 1.0)
    with served(api.app) as server:
        for sent in (HALF_HEAD, HALF_BODY, HALF_CHUNK):
            began = time.monotonic()
            answer = server.refused(sent)
            assert (answer.status, answer.problem["type"]) == (408, "/problems/request-too-slow")
            assert time.monotonic() - began < 5


def test_a_byte_now_and_then_does_not_lengthen_the_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infrastructure.web_server.channel.HEAD_SECONDS", 1.0)
    with served(api.app) as server, server.connection() as connection:
        connection.settimeout(0.1)
        received = b""
        for byte in islice(cycle(b"GET /aaaaaaaaaaaaaaaaaaaaaaaaaa"), 60):
            connection.sendall(bytes([byte]))
            try:
                received = connection.recv(10_000)
                break
            except TimeoutError:
                pass
        assert received.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("sent", [b"", LIVE, b"\r\n"])
def test_a_connection_without_a_request_is_closed_in_silence(
    api: Api, monkeypatch: pytest.MonkeyPatch, sent: bytes
) -> None:
    for name in ("HEAD_SECONDS", "IDLE_SECONDS"):
        monkeypatch.setattr(f"infrastructure.web_server.channel.{name}", 1.0)
    with served(api.app) as server, server.connection() as connection:
        connection.sendall(sent)
        statuses = [answer.status for answer in answers(everything(connection))]
    assert statuses == {b"": [], LIVE: [200], b"\r\n": [408]}[sent]


def test_an_answer_that_nobody_takes_is_dropped_in_time(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infrastructure.web_server.channel.ANSWER_SECONDS", 1.0)
    with served(api.app) as server, server.connection() as connection:
        connection.sendall(LARGE * 100)
        time.sleep(4)
        with pytest.raises((ConnectionError, AssertionError)):
            assert len(list(answers(everything(connection)))) == 100


def test_an_answer_that_is_taken_slowly_is_whole(api: Api) -> None:
    with served(api.app) as server, server.connection() as connection:
        connection.sendall(LARGE * 20)
        connection.shutdown(socket.SHUT_WR)
        time.sleep(2.5)
        assert [answer.status for answer in answers(everything(connection))] == [200] * 20


def test_requests_in_one_packet_are_answered_in_their_order(api: Api) -> None:
    ready = LIVE.replace(b"live", b"nothing")
    with served(api.app) as server:
        assert [answer.status for answer in server.ask((LIVE + ready) * 50)] == [200, 404] * 50
        assert len(server.ask(LARGE * 30)) == 30


def test_connections_of_one_address_are_bounded_but_for_this_machine_and_trusted_proxies(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CONNECTIONS_OF_AN_ADDRESS", 3)
    elsewhere = own_address()
    for source, trusted, expected in (
        ("", (), 10),
        (elsewhere, (), 3),
        (elsewhere, (ip_network(elsewhere),), 10),
    ):
        with served(api.app, trusted=trusted) as server, ExitStack() as closed:
            connections = [closed.enter_context(server.connection(source)) for _ in range(10)]
            assert sum(map(is_answered, connections)) == expected


def is_answered(connection: socket.socket) -> bool:
    try:
        connection.sendall(LIVE)
        return connection.recv(12) == b"HTTP/1.1 200"
    except ConnectionError:
        return False
