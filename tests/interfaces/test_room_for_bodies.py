"""Large bodies that arrive at once have a bounded room in memory: the others wait, then are refused with a 503."""

import resource
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from ipaddress import ip_network
from pathlib import Path
from select import select
from socket import MSG_PEEK, SO_LINGER, SOL_SOCKET, socket
from threading import Barrier
from time import sleep

import pytest

from infrastructure.web_server import limits
from infrastructure.web_server.room import Room
from interfaces.http.requests_in import LARGEST_BATCH
from tests.interfaces.conftest import Api
from tests.interfaces.served import PATIENCE, Answer, Served, answers, everything, own_address, served

EMPTY_BATCH = b'{"touchpoints": []'
BODY = EMPTY_BATCH + b" " * (LARGEST_BATCH - len(EMPTY_BATCH) - 1) + b"}"
# the framing of chunks counts, too
CHUNK = EMPTY_BATCH + b" " * 8_000_000 + b"}"
CHUNKED_BODY = f"{len(CHUNK):x}\r\n".encode() + CHUNK + b"\r\n0\r\n\r\n"
LENGTH = f"Content-Length: {len(BODY)}"
CHUNKED = "Transfer-Encoding: chunked"


def head(api: Api, framing: str) -> bytes:
    lines = [
        "POST /api/touchpoints/batch HTTP/1.1",
        f"Host: farley\r\nAuthorization: Bearer {api.key}",
        "Content-Type: application/json\r\nConnection: close",
        framing,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def at_once(clients: int, send: Callable[[socket], Answer], server: Served) -> list[Answer]:
    def ask(_: int) -> Answer:
        with server.connection() as connection:
            return send(connection)

    with ThreadPoolExecutor(clients) as threads:
        return list(threads.map(ask, range(clients)))


def answer_on(connection: socket, sent: bytes) -> Answer:
    # a refused client may be unable to send its body to the end
    with suppress(ConnectionError):
        connection.sendall(sent)
    (answer,) = answers(everything(connection))
    return answer


@pytest.mark.parametrize(
    ("framing", "body"), [(LENGTH, BODY), (CHUNKED, CHUNKED_BODY)], ids=["length", "chunked"]
)
def test_bodies_beyond_the_room_wait_until_there_is_a_place(
    api: Api, monkeypatch: pytest.MonkeyPatch, framing: str, body: bytes
) -> None:
    monkeypatch.setattr("infrastructure.web_server.server.Room", lambda: Room(2 * (LARGEST_BATCH + 1)))
    sent = head(api, framing) + body
    with served(api.app) as server:
        answered = at_once(8, lambda connection: answer_on(connection, sent), server)
    assert [answer.status for answer in answered] == [200] * 8


def test_sixty_bodies_of_8_mib_at_once_take_at_most_twice_the_room(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each client holds its last byte back while those that find no place are refused."""
    monkeypatch.setattr("infrastructure.web_server.channel.ROOM_SECONDS", 1.0)
    sent, last, clients = head(api, LENGTH) + BODY[:-1], BODY[-1:], 60
    before, resident = resident_bytes(), list[int]()
    all_have_looked = Barrier(clients)

    def send(connection: socket) -> Answer:
        connection.settimeout(5)
        with suppress(ConnectionError, TimeoutError):
            connection.sendall(sent)
            connection.recv(1, MSG_PEEK)
        resident.append(resident_bytes())
        all_have_looked.wait(PATIENCE)
        connection.settimeout(PATIENCE)
        return answer_on(connection, last)

    with served(api.app) as server:
        answered = at_once(clients, send, server)
        refused = [answer for answer in answered if answer.status == 503]
        assert len(refused) == clients - limits.ROOM_FOR_BODIES // LARGEST_BATCH
        assert {answer.status for answer in answered} == {200, 503}
        assert {answer.problem["type"] for answer in refused} == {"/problems/no-room-for-body"}
        assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert max(resident) - before < 2 * limits.ROOM_FOR_BODIES


def test_small_requests_are_answered_while_the_room_is_full(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infrastructure.web_server.server.Room", lambda: Room(LARGEST_BATCH))
    small = head(api, f"Content-Length: {len(EMPTY_BATCH) + 1}") + EMPTY_BATCH + b"}"
    with served(api.app) as server, server.connection() as holder:
        holder.sendall((head(api, LENGTH) + BODY)[:100_000])
        assert server.refused(small).status == 200


def test_a_client_that_goes_away_leaves_its_place(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infrastructure.web_server.server.Room", lambda: Room(LARGEST_BATCH))
    sent = head(api, LENGTH) + BODY
    with served(api.app) as server:
        for _ in range(3):
            with server.connection() as gone:
                gone.sendall(sent[:100_000])
                gone.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        assert server.refused(sent).status == 200


def test_one_address_takes_only_its_share_of_the_room_but_for_this_machine_and_trusted_proxies(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infrastructure.web_server.channel.ROOM_SECONDS", 1.0)
    share = limits.ROOM_OF_AN_ADDRESS // LARGEST_BATCH
    clients, elsewhere = share + 2, own_address()
    for source, trusted, expected in (
        ("", (), clients),
        (elsewhere, (), share),
        (elsewhere, (ip_network(elsewhere),), clients),
    ):
        with served(api.app, trusted=trusted) as server, ExitStack() as closed:
            holders = [closed.enter_context(server.connection(source)) for _ in range(clients)]
            for holder in holders:
                holder.sendall((head(api, LENGTH) + BODY)[:100_000])
            sleep(3)
            refused, _, _ = select(holders, [], [], 0)
            assert [holder.recv(12) for holder in refused] == [b"HTTP/1.1 503"] * (clients - expected)
            assert server.refused(head(api, LENGTH) + BODY).status == 200


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
