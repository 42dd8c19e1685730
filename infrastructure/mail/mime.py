"""Writes an OutgoingMail as one RFC 5322 message: the same bytes for the same mail on every Python."""

import hashlib
import quopri
import re
from collections.abc import Iterator
from datetime import UTC
from email.utils import format_datetime

from application.mail import OutgoingMail
from domain.errors import InvalidInput
from domain.messages.errors import InvalidMailHeader
from infrastructure.mail import headers

LONGEST_BODY = 1_048_576
"""Characters."""

_LINE_BREAK = re.compile(r"\r\n?")
_PLAIN_BODY = re.compile(r"(?:[\t -~]{0,76}\n)*")


def mime_bytes(mail: OutgoingMail) -> bytes:
    """Returns the whole message with CRLF line ends, also at its end.

    It is 7-bit clean, unless the recipient's address has a local part in UTF-8 (RFC 6532).

    Raises InvalidMailHeader or InvalidInput with the field's name as path.
    """
    encoding, body = _body(mail.body)
    head = "".join(f"{name}: {value}\r\n" for name, value in _fields(mail, encoding))
    return head.encode() + b"\r\n" + body


def mime_digest(mail: OutgoingMail) -> str:
    """SHA-256 of the message as it is sent, in hex."""
    return hashlib.sha256(mime_bytes(mail)).hexdigest()


def _fields(mail: OutgoingMail, encoding: str) -> Iterator[tuple[str, str]]:
    yield "From", headers.mailbox(mail.sender, "sender")
    yield "To", headers.mailbox(mail.recipient, "recipient", smtputf8=True)
    yield "Subject", headers.text(mail.subject, "subject")
    yield "Date", _date(mail)
    yield "Message-ID", headers.message_id(mail.rfc_message_id, "rfc_message_id")
    yield from _extra_fields(mail)
    yield "MIME-Version", "1.0"
    yield "Content-Type", "text/plain; charset=utf-8"
    yield "Content-Transfer-Encoding", encoding


def _extra_fields(mail: OutgoingMail) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for name, value in mail.headers.items():
        if name.lower() in seen:
            raise InvalidMailHeader("The same mail header twice.", path="headers")
        seen.add(name.lower())
        yield headers.additional(name, value, "headers")


def _date(mail: OutgoingMail) -> str:
    if mail.date.tzinfo is None:
        raise InvalidInput("A mail's date has an offset.", path="date")
    return format_datetime(mail.date.astimezone(UTC))


def _body(body: str) -> tuple[str, bytes]:
    if len(body) > LONGEST_BODY:
        raise InvalidInput(f"A mail's body has at most {LONGEST_BODY} characters.", path="body")
    text = _LINE_BREAK.sub("\n", body)
    text = text if text.endswith("\n") else text + "\n"
    if _PLAIN_BODY.fullmatch(text):
        return "7bit", text.encode("ascii").replace(b"\n", b"\r\n")
    return "quoted-printable", quopri.encodestring(_utf8(text)).replace(b"\n", b"\r\n")


def _utf8(text: str) -> bytes:
    if "\0" in text:
        raise InvalidInput("A mail's body may not contain NUL.", path="body")
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidInput("A mail's body may not contain lone surrogates.", path="body") from None
