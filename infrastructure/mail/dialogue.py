"""smtplib's client, with a time limit for an answer as a whole instead of for each of its bytes."""

import io
import smtplib
import socket
import ssl
from collections.abc import Callable

Remaining = Callable[[], float]
"""Seconds that are left; raises TimeoutError when there are none."""


class Dialogue(smtplib.SMTP):
    """One connection, which is opened at once. `remaining` limits each answer and may be replaced between commands.

    Every failure is an OSError, smtplib's own exceptions included.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        tls: ssl.SSLContext | None,
        connect_seconds: float,
        remaining: Remaining,
    ) -> None:
        self.remaining = remaining
        self._tls = tls
        super().__init__(host, port, local_hostname="localhost", timeout=connect_seconds)
        self.command_encoding = "utf-8"

    # smtplib's own SMTP_SSL hangs itself in here too.
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = socket.create_connection((host, port), timeout)
        # The final dot is a write of its own; it must not wait for the message's acknowledgement.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._tls.wrap_socket(sock, server_hostname=host) if self._tls else sock

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = io.BufferedReader(_TimedReader(self.sock, self))
        return super().getreply()

    def push(self, content: bytes, *, seconds: float) -> None:
        """Writes `content` to the socket. If this raises, the last byte of `content` was not sent."""
        if self.sock is not None:
            self.sock.settimeout(seconds)
        self.send(content)


class _TimedReader(io.RawIOBase):
    """Reads a socket. Each read may take only the time that is left for the answer."""

    def __init__(self, sock: socket.socket, dialogue: Dialogue) -> None:
        self._sock = sock
        self._dialogue = dialogue

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self._sock.settimeout(self._dialogue.remaining())
        return self._sock.recv_into(buffer)
