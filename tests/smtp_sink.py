"""An SMTP server that keeps what it is sent: for the demo, and with planned faults for the tests."""

import asyncio
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from enum import StrEnum
from types import TracebackType
from typing import AnyStr, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

PLANNED = "planned"
"""The text of an answer that refuses."""


class Act(StrEnum):
    """What goes wrong with one message."""

    ANSWER = "answer"
    """The stage is answered with `code`; after 421 the connection is closed."""
    CUT = "cut"
    """The connection is closed instead of an answer."""
    DROP_AFTER = "drop_after"
    """The connection is closed right after the usual answer to the whole message."""
    STALL = "stall"
    """No answer until the client gives up."""
    DRIP = "drip"
    """The answer comes byte by byte and never ends."""


class Stage(StrEnum):
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    END = "END"
    """The whole message is here, the final dot included."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    act: Act
    stage: Stage = Stage.END
    code: int = 451


@dataclass(frozen=True)
class ReceivedMail:
    """A message that came whole. `confirmed` is false when its sender was left without the 250."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    confirmed: bool = True

    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


class SmtpSink:
    """`with SmtpSink() as sink:` listens until the block ends; `sink.url` is what FARLEY_SMTP_URL wants.

    `faults` are by the message's number among all MAIL commands, from 1; `faults_of` by recipient, from RCPT on;
    `refused` gives recipients' codes. More than `most_connections` at a time are greeted with 421; others are
    greeted after `greets_after` seconds. `smtputf8`: whether the extension of that name is offered.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        faults: Mapping[int, Fault] | None = None,
        faults_of: Mapping[str, Fault] | None = None,
        refused: Mapping[str, int] | None = None,
        most_connections: int | None = None,
        greets_after: float = 0.0,
        smtputf8: bool = False,
    ) -> None:
        self.host = host
        self.port = port
        self.faults = dict(faults or {})
        self.faults_of = {address.lower(): fault for address, fault in (faults_of or {}).items()}
        self.most_connections = most_connections
        self.greets_after = greets_after
        self.smtputf8 = smtputf8
        self.refused = {address.lower(): code for address, code in (refused or {}).items()}
        self._received: deque[ReceivedMail] = deque()
        self._offered = 0
        self._connections = 0
        self._sessions: set[_Session] = set()
        self._loop = asyncio.new_event_loop()
        self._server: asyncio.Server | None = None
        self._thread = threading.Thread(target=self._loop.run_forever, name="smtp-sink", daemon=True)

    @property
    def url(self) -> str:
        return f"smtp://{self.host}:{self.port}"

    @property
    def received(self) -> tuple[ReceivedMail, ...]:
        """All messages up to now, in the order of their final dots; may be read from any thread."""
        return tuple(self._received.copy())

    @property
    def offered(self) -> int:
        """How many MAIL commands there were up to now."""
        return self._offered

    @property
    def connections(self) -> int:
        return self._connections

    @property
    def open_connections(self) -> int:
        return len(self._sessions)

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(self._session, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _hang_up(self) -> None:
        if self._server is not None:
            self._server.close()
        for session in list(self._sessions):
            session.hang_up()
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _session(self) -> "_Session":
        return _Session(self, self._loop)

    def connected(self, session: "_Session") -> None:
        self._connections += 1
        self._sessions.add(session)

    @property
    def is_crowded(self) -> bool:
        return self.most_connections is not None and len(self._sessions) > self.most_connections

    def disconnected(self, session: "_Session") -> None:
        self._sessions.discard(session)

    def fault_of_next_message(self) -> Fault | None:
        self._offered += 1
        return self.faults.get(self._offered)

    def keep(self, mail: ReceivedMail) -> None:
        self._received.append(mail)


class _Session(SMTP):
    """One connection; aiosmtpd speaks the protocol, this class departs from it where a fault says so."""

    def __init__(self, sink: SmtpSink, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(
            _Mailbox(sink),
            hostname="sink.invalid",
            ident="ESMTP",
            loop=loop,
            enable_SMTPUTF8=sink.smtputf8,
        )
        self._sink = sink
        self._fault: Fault | None = None
        self._last_answer = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._sink.connected(self)
        if self._sink.is_crowded:
            self._write(b"421 4.7.0 too many connections\r\n")
            self.hang_up()

    async def _handle_client(self) -> None:
        await asyncio.sleep(self._sink.greets_after)
        await super()._handle_client()

    def connection_lost(self, error: Exception | None) -> None:
        self._sink.disconnected(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        if self.transport is not None:
            self.transport.close()

    def _write(self, content: bytes) -> None:
        assert isinstance(self.transport, asyncio.WriteTransport)
        self.transport.write(content)

    async def push(self, status: AnyStr) -> None:
        await super().push(status)
        if self._last_answer:
            self.hang_up()

    async def smtp_MAIL(self, arg: str | None) -> None:
        self._fault = self._sink.fault_of_next_message()
        if not await self._departs(Stage.MAIL):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        recipient = (arg or "").partition("<")[2].partition(">")[0].lower()
        self._fault = self._sink.faults_of.get(recipient, self._fault)
        if not await self._departs(Stage.RCPT):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self._departs(Stage.DATA):
            await super().smtp_DATA(arg)

    async def _departs(self, stage: Stage) -> bool:
        fault = self.fault_at(stage)
        if fault is None:
            return False
        await self.push(await self.answer_with(fault))
        return True

    def fault_at(self, stage: Stage) -> Fault | None:
        return self._fault if self._fault is not None and self._fault.stage is stage else None

    async def answer_with(self, fault: Fault) -> str:
        if fault.act is Act.CUT:
            self.hang_up()
        while fault.act is Act.DRIP:
            self._write(b"2")
            await asyncio.sleep(0.05)
        if fault.act in (Act.CUT, Act.STALL):
            await asyncio.Event().wait()  # ends when the connection does: its task is cancelled
        self._last_answer = fault.act is Act.DROP_AFTER or fault.code == 421
        return "250 OK" if fault.act is Act.DROP_AFTER else f"{fault.code} {PLANNED}"


class _Mailbox:
    """What aiosmtpd asks about recipients and messages."""

    def __init__(self, sink: SmtpSink) -> None:
        self._sink = sink

    async def handle_RCPT(
        self, server: _Session, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        code = self._sink.refused.get(address.lower())
        if code is not None:
            return f"{code} 5.1.1 <{address}>: no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: _Session, session: Session, envelope: Envelope) -> str:
        fault = server.fault_at(Stage.END)
        if fault is None or fault.act not in (Act.ANSWER, Act.DRIP):
            self._keep(envelope, confirmed=fault is None or fault.act is Act.DROP_AFTER)
        return "250 OK" if fault is None else await server.answer_with(fault)

    def _keep(self, envelope: Envelope, *, confirmed: bool) -> None:
        content = envelope.original_content or b""
        recipients = tuple(envelope.rcpt_tos)
        self._sink.keep(ReceivedMail(envelope.mail_from or "", recipients, content, confirmed))
