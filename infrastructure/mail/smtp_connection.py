"""One connection to the next hop. It always knows whether a message can have been accepted."""

import contextlib
import re
import select
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from application.mail import Delivery, OutgoingMail, SendResult
from infrastructure.mail import headers
from infrastructure.mail.bounces import tells_of_a_bounce
from infrastructure.mail.dialogue import Dialogue, Remaining
from infrastructure.mail.mime import mime_bytes
from infrastructure.mail.replies import without_addresses
from infrastructure.mail.smtp_address import SmtpAddress

_FINAL_DOT = b".\r\n"
_LINE_THAT_STARTS_WITH_A_DOT = re.compile(rb"(?m)^\.")
_CLOSING = 421
_ABOUT_THE_ACCOUNT = frozenset((530, 534, 535, 538))
"""5xx answers that speak of this installation's login, not of the message."""
_SECONDS_TO_TIDY_UP = 2.0


@dataclass(frozen=True, kw_only=True)
class NextHop:
    """The next hop and its time limits, in seconds of `clock`.

    `connect_timeout` limits opening a connection, up to the answer to its login. A mail's own `begin_before` limits
    its dialogue before DATA. From then on `timeout` limits each answer and each write. `tls` is None only if the
    address asks for neither TLS nor STARTTLS.
    """

    address: SmtpAddress
    tls: ssl.SSLContext | None
    timeout: float
    connect_timeout: float
    clock: Callable[[], float]


class _AnswerError(Exception):
    """The next hop did not go along."""

    def __init__(self, code: int, text: bytes, stage: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = text
        self.stage = stage


def as_sent(mail: OutgoingMail) -> bytes:
    """Returns the message as sent after DATA, without the final dot. Raises InvalidInput as `mime_bytes` does."""
    return _LINE_THAT_STARTS_WITH_A_DOT.sub(b"..", mime_bytes(mail))


class SmtpConnection:
    """A connection that is opened, then lent to one thread at a time until it ends. It can then be opened again."""

    def __init__(self, next_hop: NextHop) -> None:
        self._next_hop = next_hop
        self._clock = next_hop.clock
        self._dialogue: Dialogue | None = None
        self._has_served = False
        self._begun = False
        self._tell_begun: Callable[[], object] = lambda: None
        self.used_at = float("-inf")
        """When it was made or last sent on, by the clock."""

    @property
    def is_open(self) -> bool:
        """Whether the next hop has greeted us and hears us, as far as we know."""
        return self._dialogue is not None

    def make(self) -> None:
        """Opens the connection. Raises OSError if the next hop does not accept it within `connect_timeout`."""
        address, seconds = self._next_hop.address, self._next_hop.connect_timeout
        dialogue = Dialogue(
            address.host,
            address.port,
            tls=self._next_hop.tls if address.tls else None,
            connect_seconds=seconds,
            remaining=self._until(self._clock() + seconds),
        )
        try:
            self._introduce(dialogue, address)
        except BaseException:
            dialogue.close()
            raise
        self._dialogue, self._has_served, self.used_at = dialogue, False, self._clock()

    def has_ended(self) -> bool:
        """Whether the next hop has ended the idle connection, or announced that. The connection is then dropped."""
        if self._dialogue is not None and self._dialogue.sock is not None:
            unasked = select.poll()
            unasked.register(self._dialogue.sock, select.POLLIN)
            if not unasked.poll(0):
                return False
        self._drop()
        return True

    def send(
        self, mail: OutgoingMail, content: bytes, begin_before: float, begun: Callable[[], object]
    ) -> Delivery | None:
        """Makes one attempt. Returns None if a connection that was used before is gone, and nothing was sent.

        Calls `begun` when DATA begins.
        """
        has_served, self._has_served, self._tell_begun = self._has_served, True, begun
        delivery = self._attempt(mail, content, begin_before)
        self.used_at = self._clock()
        return None if has_served and self._was_gone(delivery) else delivery

    def close(self) -> None:
        if self._dialogue is not None:
            self._ask_in_passing(self._dialogue, "QUIT")
        self._drop()

    def _attempt(self, mail: OutgoingMail, content: bytes, begin_before: float) -> Delivery:
        self._begun = False
        if self._clock() >= begin_before:
            return Delivery(result=SendResult.NOT_BEGUN)
        try:
            return self._converse(mail, content, begin_before)
        except _AnswerError as answer:
            return self._refused(answer, mail)
        except smtplib.SMTPNotSupportedError as lacking:
            return refused_for_now(lacking, mail)
        except OSError as lost:
            self._drop()
            too_late = not self._begun and self._clock() >= begin_before
            return Delivery(result=SendResult.NOT_BEGUN) if too_late else refused_for_now(lost, mail)
        except BaseException:
            # Interrupted between a command and its answer: this connection would answer the wrong question.
            self._drop()
            raise

    def _converse(self, mail: OutgoingMail, content: bytes, begin_before: float) -> Delivery:
        dialogue = self._dialogue
        if dialogue is None:
            raise smtplib.SMTPServerDisconnected("This connection has ended.")
        dialogue.remaining = self._until(min(begin_before, self._clock() + self._next_hop.timeout))
        sender = headers.address(mail.sender, "sender")
        recipient = headers.address(mail.recipient, "recipient", smtputf8=True)
        _expect(2, "MAIL", dialogue.docmd("MAIL", f"FROM:<{sender}>{_extensions(dialogue, recipient)}"))
        _expect(2, "RCPT", dialogue.docmd("RCPT", f"TO:<{recipient}>"))
        dialogue.remaining()
        self._begun = True
        self._tell_begun()
        self._allow(dialogue, self._next_hop.timeout)
        _expect(3, "DATA", dialogue.docmd("DATA"))
        dialogue.push(content, seconds=self._next_hop.timeout)
        dialogue.push(_FINAL_DOT, seconds=self._next_hop.timeout)
        return self._answer(dialogue, mail)

    def _answer(self, dialogue: Dialogue, mail: OutgoingMail) -> Delivery:
        """Reads the answer after the final dot. Only a complete answer tells whether the message was accepted."""
        self._allow(dialogue, self._next_hop.timeout)
        try:
            code, text = dialogue.getreply()
        except OSError as lost:
            self._drop()
            return Delivery(result=SendResult.UNKNOWN, reply=type(lost).__name__)
        reply = without_addresses(text, mail)
        if 200 <= code <= 299:
            return Delivery(result=SendResult.ACCEPTED, code=code, reply=reply)
        if 400 <= code <= 599:
            raise _AnswerError(code, text, "END")
        self._drop()
        return Delivery(result=SendResult.UNKNOWN, reply=reply)

    def _introduce(self, dialogue: Dialogue, address: SmtpAddress) -> None:
        if address.starttls:
            dialogue.starttls(context=self._next_hop.tls)
        dialogue.ehlo_or_helo_if_needed()
        if address.user:
            try:
                dialogue.login(address.user, address.password)
            except ValueError as error:
                raise smtplib.SMTPException("The login's challenge cannot be read.") from error

    def _refused(self, answer: _AnswerError, mail: OutgoingMail) -> Delivery:
        if 400 <= answer.code <= 599 and answer.code != _CLOSING and self._dialogue is not None:
            self._ask_in_passing(self._dialogue, "RSET")
        else:
            self._drop()
        for_good = 500 <= answer.code <= 599 and answer.code not in _ABOUT_THE_ACCOUNT
        return Delivery(
            result=SendResult.REFUSED if for_good else SendResult.REFUSED_FOR_NOW,
            code=_known(answer.code),
            reply=without_addresses(answer.text, mail),
            bounced=for_good
            and answer.stage in ("RCPT", "END")
            and tells_of_a_bounce(answer.code, answer.text),
        )

    def _was_gone(self, delivery: Delivery) -> bool:
        """Whether the connection had ended before DATA, so that nothing was sent."""
        return not self.is_open and not self._begun and delivery.result is SendResult.REFUSED_FOR_NOW

    def _allow(self, dialogue: Dialogue, seconds: float) -> None:
        dialogue.remaining = self._until(self._clock() + seconds)

    def _until(self, instant: float) -> Remaining:
        def remaining() -> float:
            left = instant - self._clock()
            if left <= 0:
                raise TimeoutError("the time for an answer is over")
            return left

        return remaining

    def _ask_in_passing(self, dialogue: Dialogue, command: str) -> None:
        self._allow(dialogue, _SECONDS_TO_TIDY_UP)
        try:
            code, _ = dialogue.docmd(command)
        except OSError:
            code = -1
        if code != 250:
            self._drop()

    def _drop(self) -> None:
        if self._dialogue is not None:
            with contextlib.suppress(OSError):
                self._dialogue.close()
        self._dialogue = None


def refused_for_now(lost: OSError, mail: OutgoingMail) -> Delivery:
    """Returns the result for a mail whose connection broke before the final dot, or could not be opened."""
    if isinstance(lost, smtplib.SMTPResponseException):
        code, text = _known(lost.smtp_code), lost.smtp_error
    else:
        code, text = None, f"{type(lost).__name__}: {lost}"
    return Delivery(result=SendResult.REFUSED_FOR_NOW, code=code, reply=without_addresses(text, mail))


def _extensions(dialogue: Dialogue, recipient: str) -> str:
    """Returns the options of MAIL for a message with a head in UTF-8 (RFC 6531, 3.4), or none for any other.

    Raises SMTPNotSupportedError if the next hop does not support it.
    """
    if recipient.isascii():
        return ""
    if not dialogue.has_extn("smtputf8"):
        raise smtplib.SMTPNotSupportedError("The next hop has no SMTPUTF8: set FARLEY_SMTPUTF8 to 0.")
    return " BODY=8BITMIME SMTPUTF8"


def _expect(family: int, stage: str, answer: tuple[int, bytes]) -> None:
    code, text = answer
    if code // 100 != family:
        raise _AnswerError(code, text, stage)


def _known(code: int) -> int | None:
    return code if 200 <= code <= 599 else None
