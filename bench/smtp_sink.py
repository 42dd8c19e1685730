"""A fast next hop that speaks the least SMTP that a client accepts, and keeps no message."""

import asyncio
import sys

ANSWERS = {b"EHLO": b"250 sink\r\n", b"HELO": b"250 sink\r\n", b"QUIT": b"221 bye\r\n"}


class _Session(asyncio.Protocol):
    """Answers each command at once. Lines between DATA and the final dot are content."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self._held, self._in_content = transport, b"", False
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        self._held += data
        while self._in_content or b"\r\n" in self._held:
            if self._in_content:
                end = self._held.find(b"\r\n.\r\n")
                if end < 0:
                    return
                self._held, self._in_content = self._held[end + 5 :], False
                self._transport.write(b"250 2.0.0 taken\r\n")
            else:
                line, _, self._held = self._held.partition(b"\r\n")
                self._answer(line[:4].upper())

    def _answer(self, verb: bytes) -> None:
        if verb == b"DATA":
            self._in_content = True
            self._transport.write(b"354 go on\r\n")
            return
        self._transport.write(ANSWERS.get(verb, b"250 2.0.0 ok\r\n"))
        if verb == b"QUIT":
            self._transport.close()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Session, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve())
