"""Schemas of the suppression policy and its versions."""

from typing import Any, ClassVar

from application.policies.commands import GivenReason
from domain.campaigns.events import MessageClass
from domain.complaints.events import Severity
from domain.deciding.policy import IMPOSABLE, YIELD_TO_LIFTING_ONLY
from domain.policies.suppression import LONGEST_DAYS, always_stopped
from domain.policies.versions import VersionState
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import PageOut, StoredOut
from interfaces.http.schemas.fields import Instant, Part, Position, Prose, Text, Whole, Word
from interfaces.http.schemas.fields import Many as Listed
from interfaces.http.schemas.fields.numbers import MANY

MOST_PURPOSES = 100
LONGEST_NOTE = 2_000


class ReasonPolicyIn(BodyIn):
    """The classes a reason stops, and the days until it expires if imposed without an end; null: never."""

    stops = Listed(Word(list(MessageClass)), most=len(MessageClass))
    expires_after_days = Whole(low=1, high=LONGEST_DAYS, allow_none=True)
    makes: ClassVar = GivenReason


class ReasonPolicyOut(BodyOut):
    """The classes a reason stops, and the days of 24 hours until it expires by default; null: never."""

    stops = Listed(Word(list(MessageClass)), required=True)
    expires_after_days = Whole(low=1, high=LONGEST_DAYS, required=True, allow_none=True)


def _days(**kwargs: Any) -> Whole:
    return Whole(low=0, high=LONGEST_DAYS, **kwargs)


CoolingOffIn = BodyIn.from_dict({severity: _days() for severity in Severity}, name="CoolingOffIn")
CoolingOffOut = BodyOut.from_dict(
    {severity: _days(required=True) for severity in Severity}, name="CoolingOffOut"
)
CoolingOffIn.__doc__ = "Days of 24 hours after the closing of a complaint, by severity."
CoolingOffOut.__doc__ = CoolingOffIn.__doc__
ReasonsIn = BodyIn.from_dict({reason: Part(ReasonPolicyIn) for reason in IMPOSABLE}, name="ReasonsIn")
ReasonsOut = BodyOut.from_dict(
    {reason: Part(ReasonPolicyOut, required=True) for reason in IMPOSABLE}, name="ReasonsOut"
)


def _bounds_of(reason: str) -> dict[str, Any]:
    """Returns what a reason always stops, and that it may never expire, as JSON Schema."""
    always = [{"contains": {"const": message_class}} for message_class in always_stopped(reason)]
    expires = {"expires_after_days": {"type": "null"}} if reason in YIELD_TO_LIFTING_ONLY else {}
    return {"properties": {"stops": {"allOf": always}, **expires}}


_BOUNDS = {"properties": {reason: _bounds_of(reason) for reason in IMPOSABLE}}
ReasonsIn.rules = {"allOf": [_BOUNDS]}  # type: ignore[attr-defined]
ReasonsIn.__doc__ = ReasonsOut.__doc__ = "By reason code."


class AdoptSuppressionPolicyIn(BodyIn):
    """A new version. An omitted field is as in the version that would otherwise hold at that instant.

    Without `takes_effect_at` the version holds from now on. Versions planned for later stay as they were
    adopted.

    `cooling_off_days`: days of 24 hours after a complaint's closing, by severity. `credit_purposes`: the
    purposes that DELINQUENT stops.
    """

    takes_effect_at = Instant()
    cooling_off_days = Part(CoolingOffIn)
    reasons = Part(ReasonsIn)
    credit_purposes = Listed(Text(), most=MOST_PURPOSES)
    note = Prose(longest=LONGEST_NOTE)


class PlannedVersionOut(BodyOut):
    """A planned version, and the instant from which it holds."""

    version = Whole(low=1, high=MANY, required=True)
    takes_effect_at = Instant(required=True)


class SuppressionPolicyStoredOut(StoredOut):
    """The adopted version, and the instant from which it holds.

    `followed_by`: the versions that were already planned for later instants. Each of them, unless withdrawn,
    will replace this version without its changes.
    """

    version = Whole(low=1, high=MANY, required=True)
    takes_effect_at = Instant(required=True)
    followed_by = Listed(Part(PlannedVersionOut), required=True)


class WithdrawSuppressionPolicyIn(BodyIn):
    """The withdrawal of a planned version, which then never takes effect."""

    version = Whole(low=1, high=MANY, required=True)
    reason = Prose(longest=LONGEST_NOTE)


class SuppressionPolicyWithdrawnOut(StoredOut):
    """The withdrawn version, which never takes effect."""

    version = Whole(low=1, high=MANY, required=True)


class SuppressionPolicyOut(BodyOut):
    """A whole version. Version 1 came with Farley: nobody adopted it, and it held from the beginning."""

    version = Whole(low=1, high=MANY, required=True)
    state = Word(list(VersionState), required=True)
    takes_effect_at = Instant(required=True, allow_none=True)
    cooling_off_days = Part(CoolingOffOut, required=True)
    reasons = Part(ReasonsOut, required=True)
    credit_purposes = Listed(Text(), required=True)
    note = Prose(allow_none=True, longest=LONGEST_NOTE)
    adopted_at = Instant(required=True, allow_none=True)
    adopted_by = Text(required=True, allow_none=True)
    position = Position(required=True, allow_none=True)
    withdrawn_at = Instant(required=True, allow_none=True)
    withdrawn_by = Text(required=True, allow_none=True)
    withdrawal_reason = Prose(required=True, allow_none=True, longest=LONGEST_NOTE)


class SuppressionPoliciesOut(PageOut):
    """Versions, the newest first."""

    items = Listed(Part(SuppressionPolicyOut), required=True)
