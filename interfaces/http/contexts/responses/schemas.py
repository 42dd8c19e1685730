"""Schemas of the responses to a campaign, and its lift."""

import marshmallow as ma

from application.kept_responses import Older
from domain.responses.lift import LiftWarning
from interfaces.http.contexts.customers.customer_reading_schemas import MoneyOut
from interfaces.http.schemas.base import BodyOut, QueryIn
from interfaces.http.schemas.common import ReadOut
from interfaces.http.schemas.fields import (
    Amount,
    Currency,
    Flag,
    Id,
    Instant,
    Many,
    Part,
    Position,
    Prose,
    Text,
    Whole,
    Word,
)
from interfaces.http.schemas.fields.coded import Coded, Messages
from interfaces.http.schemas.fields.numbers import MANY


class Proportion(Coded, ma.fields.Float):
    """A share, or a difference of shares: a number from -1 to 1."""

    default_error_messages: Messages = {"invalid": "This must be a number."}


def _count() -> Whole:
    return Whole(required=True, low=0, high=MANY)


class ArmOut(BodyOut):
    """One arm of the campaign: the people who were to get the message, or the people held out.

    `sent`, `refused`, `bounced` and `delivered` count messages, everything else counts people, each once.
    `revenue` is less refunds and cancelled orders; `cost` is null where the campaign has no cost per contact.
    """

    variant = Text(required=True, allow_none=True)
    hold_out = Flag(required=True)
    people = _count()
    sent = _count()
    refused = _count()
    bounced = _count()
    delivered = _count()
    opened = _count()
    clicked = _count()
    machine_opened = _count()
    machine_clicked = _count()
    responded = _count()
    opted_out = _count()
    converted = _count()
    revenue = Many(Part(MoneyOut), required=True)
    cost = Part(MoneyOut, required=True, allow_none=True)


class ConversionLiftOut(BodyOut):
    """The share of treated people who ordered, less that share of the people held out, with a 95 % interval."""

    estimate = Proportion(required=True)
    low = Proportion(required=True, allow_none=True)
    high = Proportion(required=True, allow_none=True)


class RevenueLiftOut(BodyOut):
    """Revenue per treated person less revenue per person held out, or of all of them, with a 95 % interval."""

    currency = Currency(required=True)
    estimate = Amount(required=True)
    low = Amount(required=True, allow_none=True)
    high = Amount(required=True, allow_none=True)


class ExtraBuyersOut(BodyOut):
    """How many of the treated people ordered who would not have ordered without a message, with a 95 % interval."""

    estimate = Whole(required=True, low=-MANY, high=MANY)
    low = Whole(required=True, allow_none=True, low=-MANY, high=MANY)
    high = Whole(required=True, allow_none=True, low=-MANY, high=MANY)


class LiftOut(BodyOut):
    """The campaign's lift. Both lifts are null without people to compare; a lift may have no limits.

    `extra_buyers` and `extra_revenue` are the lifts of all treated people together. `warning` is in words what
    `warned_of` lists.
    """

    conversion = Part(ConversionLiftOut, required=True, allow_none=True)
    revenue_per_person = Part(RevenueLiftOut, required=True, allow_none=True)
    extra_buyers = Part(ExtraBuyersOut, required=True, allow_none=True)
    extra_revenue = Part(RevenueLiftOut, required=True, allow_none=True)
    warned_of = Many(Word(list(LiftWarning)), required=True)
    warning = Prose(allow_none=True)


class NotesOut(BodyOut):
    """Explanations of the figures, by name."""

    people = Prose(required=True)
    window = Prose(required=True)
    delivered = Prose(required=True)
    responded = Prose(required=True)
    converted = Prose(required=True)
    lift = Prose(required=True)


class ResponseQuery(QueryIn):
    """Which response is wanted. It takes long to compute for a large campaign, so the last one is kept."""

    older = Word(
        list(Older),
        load_default=Older.NEVER.value,
        metadata={
            "description": "never: the answer counts all facts that the read models have. while_computing: while the"
            " response is being computed for somebody else, the answer is the one before. always: the last response"
            " that was computed; it is computed only if there is none. An older one is `outdated`.",
            "example": Older.NEVER,
        },
    )


class ComputedOut(ReadOut):
    """A response that was computed once. `position`: the last position that is counted.

    `outdated`: facts have come since it was computed.
    """

    campaign_id = Id(required=True)
    window_days = Whole(required=True, low=1, high=MANY)
    computed_at = Instant(required=True)
    outdated = Flag(required=True)
    position = Position(required=True)


class CampaignResponseOut(ComputedOut):
    """The response to a campaign by arm, and its lift."""

    arms = Many(Part(ArmOut), required=True)
    lift = Part(LiftOut, required=True)
    notes = Part(NotesOut, required=True)


class ArmDayOut(BodyOut):
    """What the people of one arm did on one day.

    `converted`, `responded`: people whose first order, or first response, was on that day: over all days they add up to
    those of the arm. `revenue`: of the orders of the day, less refunds and cancelled orders.
    """

    hold_out = Flag(required=True)
    converted = _count()
    responded = _count()
    revenue = Many(Part(MoneyOut), required=True)


class ResponseDayOut(BodyOut):
    """A day of 24 hours of each person's own window: the first begins with the handover, or the planned send time."""

    day = Whole(required=True, low=1, high=MANY)
    arms = Many(Part(ArmDayOut), required=True)


class ResponseDaysOut(ComputedOut):
    """The response to a campaign by day of the window and arm."""

    days = Many(Part(ResponseDayOut), required=True)
