"""Next hops of a test's own: raw servers that answer as a script says, and mail for them."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from application.mail import Delivery, OutgoingMail, SendResult
from infrastructure.mail.smtp import SmtpTransport

ACCEPTED, REFUSED, FOR_NOW = SendResult.ACCEPTED, SendResult.REFUSED, SendResult.REFUSED_FOR_NOW
UNKNOWN, NOT_BEGUN = SendResult.UNKNOWN, SendResult.NOT_BEGUN
MAIL = OutgoingMail(
    rfc_message_id="<1@farley.example>",
    sender="Farley <news@farley.example>",
    recipient="jane.doe@customer.example",
    subject="Your order",
    body="Hello,\n.\n..two dots\n. and one\nbye",
    date=datetime(2026, 11, 21, 10, 0, tzinfo=UTC),
)
Script = Callable[[socket.socket], None]


def send(transport: SmtpTransport, message: OutgoingMail = MAIL, *, within: float = 10.0) -> Delivery:
    return transport.send(message, begin_before=time.monotonic() + within)


@contextmanager
def transport_to(url: str, *, timeout: float = 5.0, connect_timeout: float = 5.0) -> Iterator[SmtpTransport]:
    transport = SmtpTransport(url, timeout=timeout, connect_timeout=connect_timeout)
    try:
        yield transport
    finally:
        transport.close()


@contextmanager
def raw_server(script: Script) -> Iterator[str]:
    """One connection is served by `script`, then closed; those after it are refused."""

    def serve() -> None:
        peer, _ = listener.accept()
        listener.close()
        with peer:
            peer.settimeout(5)
            try:
                script(peer)
            except OSError:
                return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"smtp://127.0.0.1:{port}"
        finally:
            thread.join(5)
            assert not thread.is_alive()


def converse(peer: socket.socket, *, until: bytes) -> None:
    """Answers as a server does, up to the line `until`, which is read and left without an answer."""
    peer.sendall(b"220 hi\r\n")
    with peer.makefile("rb") as lines:
        in_content = False
        for line in lines:
            if line.strip() == until or (line.startswith(until) and not in_content and until != b"."):
                return
            if line.startswith(b"DATA"):
                in_content = True
                peer.sendall(b"354 go on\r\n")
            elif not in_content:
                peer.sendall(b"250 ok\r\n")
