"""Schemas of the figures of a period."""

from domain.complaints.complaint import LONGEST_ROOT_CAUSE
from domain.deciding.codes import ReasonCode
from interfaces.http.contexts.customers.customer_reading_schemas import MoneyOut
from interfaces.http.contexts.customers.schemas import LONGEST_ZONE
from interfaces.http.schemas.base import BodyOut, QueryIn
from interfaces.http.schemas.common import ReadOut
from interfaces.http.schemas.fields import Day, Instant, Many, Part, Position, Prose, Text, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY
from projections.figures.periods import MOST_DAYS, MOST_PARTS, By


def _count(*, allow_none: bool = False) -> Whole:
    return Whole(required=True, low=0, high=MANY, allow_none=allow_none)


def _described(description: str, example: str) -> dict[str, str]:
    return {"description": description, "example": example}


class FiguresQuery(QueryIn):
    """The period, its parts, and what is counted: everything, or one channel or brand."""

    since = Day(
        data_key="from",
        metadata=_described(
            f"The first day. A period has at most {MOST_DAYS} days. Default: 29 days before `to`.",
            "2026-11-01",
        ),
    )
    until = Day(data_key="to", metadata=_described("The last day. Default: today.", "2026-11-30"))
    time_zone = Text(
        longest=LONGEST_ZONE,
        metadata=_described(
            "Whose days these are: a name of the time zone database. Default: the installation's.",
            "Asia/Kathmandu",
        ),
    )
    by = Word(
        list(By),
        load_default=By.DAY.value,
        metadata=_described(
            f"The length of the parts, {MOST_PARTS} at most. A week begins on Monday. The first and the last part"
            " may be shorter.",
            By.DAY,
        ),
    )
    channel = Text(metadata=_described("Only this channel, as it was stated.", "phone"))
    brand = Text(
        metadata=_described("Only this brand, in any spelling that is the same declared name.", "north")
    )


class SummaryOut(BodyOut):
    """How much happened.

    Contacts of machines are not counted. `messages_stopped`: by a decision. `opted_out`: withdrawals by the link of a
    message, which are among `consents_withdrawn`. `order_value` is less refunds and cancelled orders, also later ones.
    `customers_registered` is null in figures of one channel, because a registration has none.
    """

    contacts_inbound = _count()
    contacts_outbound = _count()
    complaints_opened = _count()
    complaints_closed = _count()
    complaints_reopened = _count()
    messages_sent = _count()
    messages_held_out = _count()
    messages_stopped = _count()
    consents_granted = _count()
    consents_withdrawn = _count()
    opted_out = _count()
    orders = _count()
    order_value = Many(Part(MoneyOut), required=True)
    customers_registered = _count(allow_none=True)


class NamedSummaryOut(BodyOut):
    """What happened on a channel, or for a brand. `name`: null where none was named."""

    name = Text(required=True, allow_none=True)
    summary = Part(SummaryOut, required=True)


class NamedSummariesOut(BodyOut):
    """What happened for the hundred names with most figures, the highest first, and for all others together."""

    names = Many(Part(NamedSummaryOut), required=True)
    others = Part(SummaryOut, required=True, allow_none=True)


class PartSummaryOut(BodyOut):
    """What happened from `since` on and before `until`."""

    since = Instant(required=True)
    until = Instant(required=True)
    summary = Part(SummaryOut, required=True)


class ReasonCountOut(BodyOut):
    """How many messages this was the first reason to stop."""

    code = Word(list(ReasonCode), required=True)
    count = _count()


class RootCauseCountOut(BodyOut):
    """How many complaints about a product were closed with this root cause. `product`: null where none was named."""

    product = Text(required=True, allow_none=True)
    root_cause = Prose(required=True, longest=LONGEST_ROOT_CAUSE)
    count = _count()


class WaitingComplaintsOut(BodyOut):
    """How many complaints are not closed: at both ends of the period, and `now` by their age.

    An age counts from the quarter of an hour of the opening. A day is 24 hours, and `one_to_three_days` begins at one.
    """

    at_start = Whole(required=True, low=-MANY, high=MANY)
    at_end = Whole(required=True, low=-MANY, high=MANY)
    now = _count()
    under_a_day = _count()
    one_to_three_days = _count()
    three_to_seven_days = _count()
    over_seven_days = _count()


class FiguresOut(ReadOut):
    """The figures of a period from `since` on and before `until`, up to a position of the log. Ages count at `at`.

    `totals`: of the whole period. `root_causes`: the hundred most frequent ones; `other_root_causes`: closings with
    another one.
    """

    since = Instant(required=True)
    until = Instant(required=True)
    time_zone = Text(required=True)
    by = Word(list(By), required=True)
    at = Instant(required=True)
    totals = Part(SummaryOut, required=True)
    complaints_waiting = Part(WaitingComplaintsOut, required=True, attribute="waiting")
    stopped_by_reason = Many(Part(ReasonCountOut), required=True)
    root_causes = Many(Part(RootCauseCountOut), required=True)
    other_root_causes = _count()
    by_channel = Part(NamedSummariesOut, required=True)
    by_brand = Part(NamedSummariesOut, required=True)
    parts = Many(Part(PartSummaryOut), required=True)
    position = Position(required=True)
