"""A proxy between Farley and PostgreSQL that reads the protocol, and cuts connections around statements.

The moment of a commit is ambiguous to a client that loses its connection: `Cut.BEFORE` closes the connection before
the server sees the statement, `Cut.DURING` right after it was passed on, `Cut.AFTER` when the server has answered, and
before the client gets the answer.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Self

READ_AT_ONCE = 262_144
SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102
READY = b"Z\0\0\0\5"
"""The message with which the server ends its answer, but for the last byte."""
UNENCRYPTED = "sslmode=disable&gssencmode=disable"


class Cut(StrEnum):
    """Where the connection is cut."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


Plan = Callable[[str], Cut | None]
"""Decides from the text of a statement that is about to be executed."""


def never(_: str) -> Cut | None:
    return None


class Proxy:
    """Listens on TCP while a `with` block runs, and passes everything on to the server's socket.

    `plan` is asked about every statement, in the order in which they arrive; it may be replaced at any time.
    """

    def __init__(self, server_socket: Path) -> None:
        self.plan: Plan = never
        self.port = 0
        self._socket = server_socket
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._listening: asyncio.Server | None = None
        self._open: set[_Connection] = set()
        self._closing = False

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}?{UNENCRYPTED}"

    def cut_all(self) -> None:
        """Cuts every connection, as the end of the client's process would."""

        async def cut() -> None:
            for connection in list(self._open):
                connection.cut()

        asyncio.run_coroutine_threadsafe(cut(), self._loop).result(10)

    async def _listen(self) -> None:
        self._listening = await asyncio.start_server(self._accept, "127.0.0.1", 0, limit=READ_AT_ONCE)
        self.port = self._listening.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        """Lets every connection end by itself: a task that is cancelled before its first step closes nothing."""
        assert self._listening is not None
        self._closing = True
        self._listening.close()
        for connection in list(self._open):
            connection.cut()
        if tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(tasks, timeout=5)
        await asyncio.sleep(0.05)  # the transports close in the loop's next rounds

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            above = await asyncio.open_unix_connection(str(self._socket), limit=READ_AT_ONCE)
        except OSError:
            writer.close()
            return
        connection = _Connection(self, reader, writer, *above)
        self._open.add(connection)
        if self._closing:
            connection.cut()
        try:
            await connection.run()
        finally:
            self._open.discard(connection)


@dataclass(eq=False)
class _Connection:
    """One connection of a client, and the one to the server that belongs to it."""

    proxy: Proxy
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    server_reader: asyncio.StreamReader
    server_writer: asyncio.StreamWriter
    statements: dict[bytes, str] = field(default_factory=dict)
    bound: str = ""
    withholds: bool = False
    """Whether the server's answers are kept back until it is ready again, when the connection is cut."""

    async def run(self) -> None:
        tasks = [asyncio.ensure_future(self._upwards()), asyncio.ensure_future(self._downwards())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.cut()
            for writer in (self.writer, self.server_writer):
                with suppress(OSError):
                    await writer.wait_closed()

    def cut(self) -> None:
        """The client gets nothing more; the server still gets what was passed on."""
        self.writer.transport.abort()
        self.server_writer.close()

    async def _upwards(self) -> None:
        await self._begin()
        cut: Cut | None = None
        while True:
            kind, message = await self._message()
            cut = cut or self._cut_at(kind, message)
            if cut is Cut.BEFORE:
                return
            self.withholds = self.withholds or cut is Cut.AFTER
            self.server_writer.write(message)
            if kind in b"QS":
                await self.server_writer.drain()
                if cut is Cut.DURING:
                    return
                if cut is Cut.AFTER:
                    await asyncio.Event().wait()

    async def _begin(self) -> None:
        """Passes on what comes before the first typed message."""
        while True:
            length = await self.reader.readexactly(4)
            rest = await self.reader.readexactly(int.from_bytes(length) - 4)
            self.server_writer.write(length + rest)
            if int.from_bytes(rest[:4]) not in (SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST):
                return

    async def _message(self) -> tuple[bytes, bytes]:
        head = await self.reader.readexactly(5)
        return head[:1], head + await self.reader.readexactly(int.from_bytes(head[1:]) - 4)

    def _cut_at(self, kind: bytes, message: bytes) -> Cut | None:
        """Notes what a statement's name stands for, and asks the plan when one is about to be executed."""
        if kind == b"P":
            name, text, _ = message[5:].split(b"\0", 2)
            self.statements[name] = text.decode()
        elif kind == b"B":
            self.bound = self.statements.get(message[5:].split(b"\0", 2)[1], "")
        elif kind == b"E":
            return self.proxy.plan(self.bound)
        elif kind == b"Q":
            return self.proxy.plan(message[5:-1].decode())
        return None

    async def _downwards(self) -> None:
        end = b""
        while answer := await self.server_reader.read(READ_AT_ONCE):
            if not self.withholds:
                self.writer.write(answer)
                await self.writer.drain()
                continue
            end = (end + answer)[-len(READY) - 1 :]
            if end.startswith(READY):
                return
