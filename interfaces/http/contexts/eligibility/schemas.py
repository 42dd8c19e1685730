"""Schemas of eligibility: whether a person may get a message, and why."""

from typing import ClassVar

from domain.campaigns.events import MessageClass
from domain.customers.details import Channel
from domain.deciding.codes import ReasonCode
from interfaces.http.contexts.customers.customer_reading_schemas import VERDICTS
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import ReadOut, StoredOut
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Position, Text, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY


class AskEligibilityIn(BodyIn):
    """A possible message. For a campaign's message, give the campaign's channel, purpose and class too.

    `at`: the instant of the message. For a past instant, only facts that the log had by then count; for a future
    instant, today's facts count.
    `known_to_position` limits the log that is read. To repeat a decision of a run, give its `decided_at` as
    `at` and its `read_position` as `known_to_position`.
    """

    customer_id = Id(required=True)
    channel = Word(list(Channel), required=True)
    purpose = Text(required=True)
    message_class = Word(list(MessageClass), required=True)
    campaign_id = Id()
    at = Instant()
    known_to_position = Position()
    rules: ClassVar = {"dependentRequired": {"known_to_position": ["at"]}}


class RulingOut(BodyOut):
    """One rule: whether it passed, the positions of the facts it rests on, and until when it does not pass."""

    code = Word(list(ReasonCode), required=True)
    passed = Flag(required=True)
    facts = Many(Position(), required=True)
    until = Instant(allow_none=True)


class EligibilityOut(StoredOut, ReadOut):
    """The verdict with every rule in order, for the instant `at`, by the log up to `known_to_position`."""

    customer_id = Id(required=True)
    asked_for = Id()
    verdict = Word(VERDICTS, required=True)
    rules = Many(Part(RulingOut), required=True)
    policy_version = Whole(required=True, low=1, high=MANY)
    rules_version = Whole(required=True, low=1, high=MANY)
    eligible_from = Instant(allow_none=True)
    at = Instant(required=True)
    known_to_position = Position(required=True)
