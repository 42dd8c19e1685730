"""The next hop of the demo's mail: a mail server that takes every message and keeps it."""

import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from socketserver import StreamRequestHandler, ThreadingTCPServer


@dataclass(frozen=True, kw_only=True)
class Mail:
    """A received message with its headers List-Unsubscribe and List-Unsubscribe-Post (`one_click`)."""

    recipient: str
    unsubscribe: str
    one_click: str
    text: str


class MailServer(ThreadingTCPServer):
    """A mail server that listens while a `with` block runs. `url` is the value for FARLEY_SMTP_URL."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.received: list[Mail] = []
        self.url = f"smtp://127.0.0.1:{self.server_address[1]}"

    def __enter__(self) -> "MailServer":
        threading.Thread(target=self.serve_forever, name="mail-server", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class _Conversation(StreamRequestHandler):
    """One connection. The server accepts every command."""

    server: MailServer

    def handle(self) -> None:
        self._answer("220 demo ESMTP")
        recipient = ""
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipient = line.partition(b"<")[2].partition(b">")[0].decode()
            if verb == b"DATA":
                self._answer("354 go on")
                self.server.received.append(_mail(recipient, self._content()))
            self._answer("221 bye" if verb == b"QUIT" else "250 ok")
            if verb == b"QUIT":
                return

    def _content(self) -> bytes:
        """Reads the message up to the final dot, and undoes the doubling of dots at the start of lines."""
        lines = list[bytes]()
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def _answer(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


def _mail(recipient: str, content: bytes) -> Mail:
    message = message_from_bytes(content, policy=policy.default)
    return Mail(
        recipient=recipient,
        unsubscribe=message.get("List-Unsubscribe", ""),
        one_click=message.get("List-Unsubscribe-Post", ""),
        text=message.get_content(),
    )
