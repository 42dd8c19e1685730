"""May this person get such a message, now or at another instant, and why (not)?"""

from typing import ClassVar

from domain.campaigns.campaign import MessageClass
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import StoredOut
from interfaces.http.schemas.complaints import MANY
from interfaces.http.schemas.customer_reading import VERDICTS
from interfaces.http.schemas.customers import CHANNELS
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Position, Text, Whole, Word


class AskEligibilityIn(BodyIn):
    """A message that might be sent; of a campaign: its channel, purpose and class.

    `at`: past, with what was known then, or future, with the facts of today. `known_to_position`, with `at`: with
    what the log held up to there, as a decision did that was made then: its `decided_at` and `read_position`.
    """

    customer_id = Id(required=True)
    channel = Word(CHANNELS, required=True)
    purpose = Text(required=True)
    message_class = Word(list(MessageClass), required=True)
    campaign_id = Id()
    at = Instant()
    known_to_position = Position()
    rules: ClassVar = {"dependentRequired": {"known_to_position": ["at"]}}


class RulingOut(BodyOut):
    """One rule: whether it passed, on which facts, and until when it does not."""

    code = Text(required=True)
    passed = Flag(required=True)
    facts = Many(Position(), required=True)
    until = Instant(allow_none=True)


class EligibilityOut(StoredOut):
    """The verdict with every rule in order, for the instant `at`, by all that is in the log up to a position."""

    customer_id = Id(required=True)
    asked_for = Id()
    verdict = Word(VERDICTS, required=True)
    rules = Many(Part(RulingOut), required=True)
    policy_version = Whole(required=True, low=1, high=MANY)
    rules_version = Whole(required=True, low=1, high=MANY)
    eligible_from = Instant(allow_none=True)
    at = Instant(required=True)
    known_to_position = Position(required=True)
