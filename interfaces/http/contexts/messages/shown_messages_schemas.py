"""Schemas of messages as they were sent."""

from domain.messages.events import MessageOutcome
from interfaces.http.schemas.base import QueryIn
from interfaces.http.schemas.common import ReadOut
from interfaces.http.schemas.fields import Digits, Flag, Id, Instant, Prose, Text, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY

LONGEST_MESSAGE = 8 * 1024 * 1024
"""Characters: a body of one MiB in quoted-printable, with its headers."""


class MessageQuery(QueryIn):
    """`attempt`: which handover of the message is meant, counted from 1. By default it is the last one."""

    attempt = Digits(low=1, high=1_000_000)


class ShownMessageOut(ReadOut):
    """A message as it was handed over.

    `content`: the whole message (RFC 5322) with CRLF line ends; in UTF-8 these are the bytes that were sent. It is null
    if they cannot be made any more, and `fault` says why, such as that the person was forgotten. `mime_sha256`: the
    SHA-256 of the bytes that the handover recorded, in hex. `same`: whether `content` has that digest; if not, somebody
    changed the log. `outcome`: the present one.
    """

    message_id = Id(required=True)
    customer_id = Id(required=True)
    attempt = Whole(required=True, low=1, high=MANY)
    handed_over_at = Instant(required=True)
    outcome = Word(list(MessageOutcome), required=True)
    content = Prose(required=True, allow_none=True, longest=LONGEST_MESSAGE)
    mime_sha256 = Text(required=True)
    same = Flag(required=True, allow_none=True)
    fault = Text(required=True, allow_none=True, longest=1_000)
