"""Mail by SMTP, which knows at every moment whether the next hop can have accepted the message."""

import contextlib
import re
import smtplib
import ssl
import threading
import time
from collections.abc import Callable

from application.mail import Delivery, OutgoingMail, SendResult
from infrastructure.mail import headers
from infrastructure.mail.dialogue import Dialogue, Remaining
from infrastructure.mail.mime import mime_bytes
from infrastructure.mail.replies import without_addresses
from infrastructure.mail.smtp_address import parse_smtp_url

_FINAL_DOT = b".\r\n"
_LINE_THAT_STARTS_WITH_A_DOT = re.compile(rb"(?m)^\.")
_CLOSING = 421
_ABOUT_THE_ACCOUNT = frozenset((530, 534, 535, 538))
"""5xx answers that speak of this installation's login, not of the message."""
_SECONDS_TO_TIDY_UP = 2.0


class _AnswerError(Exception):
    """The next hop did not go along."""

    def __init__(self, code: int, text: bytes) -> None:
        super().__init__(code)
        self.code = code
        self.text = text


class SmtpTransport:
    """Keeps one connection, made when first needed and again when the next hop has dropped it.

    Before DATA everything is bounded by `begin_before`, a connection also by `connect_timeout`; from then on
    each answer and each write by `timeout`. Seconds of `clock`. May be called from several threads.
    """

    name = "smtp"

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 30.0,
        connect_timeout: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Raises NotConfigured when `url` is not as `parse_smtp_url` wants it."""
        self._address = parse_smtp_url(url)
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._clock = clock
        self._tls = tls or ssl.create_default_context()
        self._turn = threading.Lock()
        self._dialogue: Dialogue | None = None
        self._begun = False

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        content = _LINE_THAT_STARTS_WITH_A_DOT.sub(b"..", mime_bytes(mail))
        with self._turn:
            kept = self._dialogue is not None
            delivery = self._attempt(mail, content, begin_before)
            if kept and self._was_stale(delivery):
                return self._attempt(mail, content, begin_before)
            return delivery

    def close(self) -> None:
        with self._turn:
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
        except OSError as lost:
            self._drop()
            return self._lost(lost, mail, begin_before)
        except BaseException:
            # Interrupted between a command and its answer: this connection would answer the wrong question.
            self._drop()
            raise

    def _converse(self, mail: OutgoingMail, content: bytes, begin_before: float) -> Delivery:
        dialogue = self._opened(begin_before)
        _expect(2, dialogue.docmd("MAIL", f"FROM:<{headers.address(mail.sender, 'sender')}>"))
        _expect(2, dialogue.docmd("RCPT", f"TO:<{headers.address(mail.recipient, 'recipient')}>"))
        dialogue.remaining()
        self._begun = True
        self._allow(dialogue, self._timeout)
        _expect(3, dialogue.docmd("DATA"))
        dialogue.push(content, seconds=self._timeout)
        dialogue.push(_FINAL_DOT, seconds=self._timeout)
        return self._verdict(dialogue, mail)

    def _verdict(self, dialogue: Dialogue, mail: OutgoingMail) -> Delivery:
        """The final dot has left: only a whole answer tells what became of the message."""
        self._allow(dialogue, self._timeout)
        try:
            code, text = dialogue.getreply()
        except OSError as lost:
            self._drop()
            return Delivery(result=SendResult.UNKNOWN, reply=type(lost).__name__)
        reply = without_addresses(text, mail)
        if 200 <= code <= 299:
            return Delivery(result=SendResult.ACCEPTED, code=code, reply=reply)
        if 400 <= code <= 599:
            raise _AnswerError(code, text)
        self._drop()
        return Delivery(result=SendResult.UNKNOWN, reply=reply)

    def _opened(self, begin_before: float) -> Dialogue:
        remaining = self._until(min(begin_before, self._clock() + self._timeout))
        if self._dialogue is None:
            self._dialogue = Dialogue(
                self._address.host,
                self._address.port,
                tls=self._tls if self._address.tls else None,
                connect_seconds=min(self._connect_timeout, remaining()),
                remaining=remaining,
            )
            self._introduce(self._dialogue)
        self._dialogue.remaining = remaining
        return self._dialogue

    def _introduce(self, dialogue: Dialogue) -> None:
        if self._address.starttls:
            dialogue.starttls(context=self._tls)
        dialogue.ehlo_or_helo_if_needed()
        if self._address.user:
            try:
                dialogue.login(self._address.user, self._address.password)
            except ValueError as error:
                raise smtplib.SMTPException("The login's challenge cannot be read.") from error

    def _refused(self, answer: _AnswerError, mail: OutgoingMail) -> Delivery:
        if 400 <= answer.code <= 599 and answer.code != _CLOSING and self._dialogue is not None:
            self._ask_in_passing(self._dialogue, "RSET")
        else:
            self._drop()
        for_good = 500 <= answer.code <= 599 and answer.code not in _ABOUT_THE_ACCOUNT
        result = SendResult.REFUSED if for_good else SendResult.REFUSED_FOR_NOW
        return Delivery(result=result, code=_known(answer.code), reply=without_addresses(answer.text, mail))

    def _lost(self, lost: OSError, mail: OutgoingMail, begin_before: float) -> Delivery:
        if not self._begun and self._clock() >= begin_before:
            return Delivery(result=SendResult.NOT_BEGUN)
        if isinstance(lost, smtplib.SMTPResponseException):
            code, text = _known(lost.smtp_code), lost.smtp_error
        else:
            code, text = None, f"{type(lost).__name__}: {lost}"
        return Delivery(result=SendResult.REFUSED_FOR_NOW, code=code, reply=without_addresses(text, mail))

    def _was_stale(self, delivery: Delivery) -> bool:
        """The kept connection was gone before DATA; nothing was lost with it."""
        gone = self._dialogue is None and not self._begun
        return gone and delivery.result is SendResult.REFUSED_FOR_NOW

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


def _expect(family: int, answer: tuple[int, bytes]) -> None:
    code, text = answer
    if code // 100 != family:
        raise _AnswerError(code, text)


def _known(code: int) -> int | None:
    return code if 200 <= code <= 599 else None
