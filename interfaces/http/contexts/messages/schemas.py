"""Schemas of messages of all runs whose outcome is unknown."""

from domain.messages.events import MessageOutcome
from domain.messages.message import RESOLUTIONS
from interfaces.http.contexts.customers.schemas import LONGEST_PERSON_NAME
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import PageOut, PageQuery, ReadOut, StoredOut
from interfaces.http.schemas.fields import Id, Instant, Many, Part, Position, Text, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY

MOST_AT_ONCE = 100
MOST_COUNTED = 10_000


class UnknownMessagesQuery(PageQuery):
    """`outcome`: only the messages with an unknown outcome are listed over all runs."""

    outcome = Word([MessageOutcome.UNKNOWN], load_default=MessageOutcome.UNKNOWN.value)


class UnknownMessageOut(BodyOut):
    """A message of which nobody knows whether the next hop took it, with its run.

    `customer_name`: null if there is none, or it is forgotten. Only keys with the scope customers:read get it.
    """

    message_id = Id(required=True)
    campaign_id = Id(required=True)
    campaign_name = Text(required=True, allow_none=True)
    run_id = Id(required=True)
    customer_id = Id(required=True)
    customer_name = Text(allow_none=True, longest=LONGEST_PERSON_NAME)
    outcome = Word(list(MessageOutcome), required=True)
    attempt = Whole(required=True, low=0, high=MANY)
    handed_over_at = Instant(required=True, allow_none=True)
    occurred_at = Instant(required=True)
    position = Position(required=True)


class UnknownMessagesOut(PageOut):
    """Messages whose outcome is unknown, the oldest first."""

    items = Many(Part(UnknownMessageOut), required=True)


class MessageCountsOut(ReadOut):
    """The number of messages whose outcome is unknown. 10000 stands for that many or more."""

    total = Whole(required=True, low=0, high=MOST_COUNTED)


class ResolveMessagesIn(BodyIn):
    """The outcome of messages whose outcome was unknown, 100 at most, and in `note` how you know it."""

    message_ids = Many(Id(), required=True, least=1, most=MOST_AT_ONCE)
    outcome = Word(RESOLUTIONS, required=True)
    note = Text(required=True, longest=1_000)


class MessagesResolvedOut(StoredOut):
    """The messages with their outcome."""

    message_ids = Many(Id(), required=True)
    outcome = Word(list(MessageOutcome), required=True)
