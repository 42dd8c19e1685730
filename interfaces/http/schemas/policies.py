"""The suppression policy and its versions."""

from typing import Any

import marshmallow as ma

from application.policies.commands import GivenReason
from domain.deciding.policy import IMPOSABLE, MESSAGE_CLASSES, SEVERITIES
from domain.policies.suppression import LONGEST_DAYS
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import PageOut, PageQuery, StoredOut
from interfaces.http.schemas.complaints import MANY
from interfaces.http.schemas.fields import Instant, Part, Position, Prose, Text, Whole, Word
from interfaces.http.schemas.fields import Many as Listed

STATES = ("planned", "in_effect", "past", "withdrawn")
MOST_PURPOSES = 100
LONGEST_NOTE = 2_000


class ReasonPolicyIn(BodyIn):
    """What a reason stops, and when it ends by itself where it was imposed without an end; null: never."""

    stops = Listed(Word(MESSAGE_CLASSES), most=len(MESSAGE_CLASSES))
    expires_after_days = Whole(low=1, high=LONGEST_DAYS, allow_none=True)

    @ma.post_load
    def _given(self, body: dict[str, Any], **_: Any) -> GivenReason:
        if "stops" in body:
            body["stops"] = tuple(body["stops"])
        return GivenReason(**body)


class ReasonPolicyOut(BodyOut):
    """What a reason stops, and after how many days of 24 hours it ends by itself; null: never."""

    stops = Listed(Word(MESSAGE_CLASSES), required=True)
    expires_after_days = Whole(low=1, high=LONGEST_DAYS, required=True, allow_none=True)


def _days(**kwargs: Any) -> Whole:
    return Whole(low=0, high=LONGEST_DAYS, **kwargs)


CoolingOffIn = BodyIn.from_dict({severity: _days() for severity in SEVERITIES}, name="CoolingOffIn")
CoolingOffOut = BodyOut.from_dict(
    {severity: _days(required=True) for severity in SEVERITIES}, name="CoolingOffOut"
)
CoolingOffIn.__doc__ = "Days of 24 hours after the closing of a complaint, by severity."
CoolingOffOut.__doc__ = CoolingOffIn.__doc__
ReasonsIn = BodyIn.from_dict({reason: Part(ReasonPolicyIn) for reason in IMPOSABLE}, name="ReasonsIn")
ReasonsOut = BodyOut.from_dict(
    {reason: Part(ReasonPolicyOut, required=True) for reason in IMPOSABLE}, name="ReasonsOut"
)
ReasonsIn.__doc__ = ReasonsOut.__doc__ = "By reason code."


class AdoptSuppressionPolicyIn(BodyIn):
    """A new version, whole: what is left out is as in the version that would else hold at its instant.

    Without `takes_effect_at` it holds from now on. Versions planned for later stay as they were adopted.

    `cooling_off_days`: by severity, days of 24 hours after a complaint's closing. `credit_purposes`: what
    DELINQUENT stops.
    """

    takes_effect_at = Instant()
    cooling_off_days = Part(CoolingOffIn)
    reasons = Part(ReasonsIn)
    credit_purposes = Listed(Text(), most=MOST_PURPOSES)
    note = Prose(longest=LONGEST_NOTE)


class PlannedVersionOut(BodyOut):
    """A version, and from when on it holds."""

    version = Whole(low=1, high=MANY, required=True)
    takes_effect_at = Instant(required=True)


class SuppressionPolicyStoredOut(StoredOut):
    """The version, and from when on it holds.

    `followed_by`: the versions that were planned before for a later instant. Each will replace this one as it was
    adopted, without what this one says, unless it is withdrawn.
    """

    version = Whole(low=1, high=MANY, required=True)
    takes_effect_at = Instant(required=True)
    followed_by = Listed(Part(PlannedVersionOut), required=True)


class WithdrawSuppressionPolicyIn(BodyIn):
    """A planned version that shall never take effect."""

    version = Whole(low=1, high=MANY, required=True)
    reason = Prose(longest=LONGEST_NOTE)


class SuppressionPolicyWithdrawnOut(StoredOut):
    """The version that never takes effect."""

    version = Whole(low=1, high=MANY, required=True)


class SuppressionPoliciesQuery(PageQuery):
    """Which part of the list."""


class SuppressionPolicyOut(BodyOut):
    """A version, whole. The first came with Farley: it was adopted by nobody and held from the first."""

    version = Whole(low=1, high=MANY, required=True)
    state = Word(STATES, required=True)
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
