"""Schemas of questions about complaints."""

from domain.campaigns.events import MessageClass
from domain.complaints.events import ComplaintStatus, ComplaintStep, Outcome, Severity
from domain.deciding.codes import ReasonCode
from interfaces.http.contexts.customers.schemas import LONGEST_PERSON_NAME
from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import MomentQuery, PageOut, PageQuery, ReadOut
from interfaces.http.schemas.fields import (
    LONGEST_NUMBER,
    Amount,
    Currency,
    Flag,
    Id,
    Instant,
    Many,
    Part,
    Position,
    Prose,
    QueriedFlag,
    QueriedInstant,
    QueriedWords,
    Text,
    Tree,
    Whole,
    Word,
)
from interfaces.http.schemas.fields.numbers import MANY
from projections.complaints.queue import ComplaintOrder


def _described(description: str, example: str) -> dict[str, str]:
    return {"description": description, "example": example}


class ComplaintsFilterQuery(MomentQuery):
    """Filters of complaints. A complaint must match all given filters. A past moment needs a `customer_id`."""

    customer_id = Id(metadata={"description": "Any profile of the person whose complaints are meant."})
    status = QueriedWords(list(ComplaintStatus))
    severity = QueriedWords(list(Severity))
    category = Text(metadata=_described("The category, as it was stated.", "delivery"))
    product = Text(metadata=_described("The product, as it was stated.", "A-1"))
    brand = Text(metadata=_described("The brand, in any spelling that is the same declared name.", "north"))
    channel = Text(metadata=_described("How the complaint came in, as it was stated.", "phone"))
    answered = QueriedFlag(
        metadata=_described(
            "Whether there is a response since the opening or, if there is one, the newest reopening.",
            "false",
        )
    )
    opened_since = QueriedInstant(
        metadata=_described("Opened at this instant or later.", "2026-01-01T00:00:00Z")
    )
    opened_until = QueriedInstant(metadata=_described("Opened before this instant.", "2026-02-01T00:00:00Z"))


class ComplaintsQuery(PageQuery, ComplaintsFilterQuery):
    """Filters of complaints, and their order. A complaint that changes between two pages may be on both, or on none."""

    order = Word(
        list(ComplaintOrder),
        load_default=ComplaintOrder.NEWEST.value,
        metadata=_described(
            "newest: the complaint recorded last comes first. oldest_unanswered: first the open complaints without an"
            " answer, by their opening; then the open ones with an answer and at last the closed ones, both by their"
            " last step; the oldest first.",
            ComplaintOrder.OLDEST_UNANSWERED,
        ),
    )


class ComplaintSummaryOut(BodyOut):
    """The state of a complaint. Texts are null once their profile key is deleted.

    `customer_id`: the profile that complained. `answered_at`: the earliest response since the opening or, if there is
    one, the newest reopening. `last_step_at`: the latest instant of all steps.
    """

    complaint_id = Id(required=True)
    customer_id = Id(required=True)
    status = Word(list(ComplaintStatus), required=True)
    severity = Word(list(Severity), required=True)
    category = Text(required=True)
    channel = Text(required=True)
    product = Text(allow_none=True)
    source = Text(allow_none=True)
    number = Text(allow_none=True, longest=LONGEST_NUMBER)
    brand = Text(allow_none=True)
    division = Text(allow_none=True)
    subject = Prose(allow_none=True)
    description = Prose(allow_none=True)
    opened_at = Instant(required=True)
    first_responded_at = Instant(allow_none=True)
    answered_at = Instant(allow_none=True)
    last_step_at = Instant(required=True)
    closed_at = Instant(allow_none=True)
    root_cause = Text(allow_none=True)
    outcome = Word(list(Outcome), allow_none=True)
    reopenings = Whole(low=0, high=MANY)
    compensation = Amount(allow_none=True)
    currency = Currency(allow_none=True)
    position = Position(required=True)


class ComplaintOfPersonOut(ComplaintSummaryOut):
    """The state of a complaint, and whose it is.

    `person_id`: the person to whom the profile belongs. `customer_name`: this person's name; null if there is none,
    nobody registered, or the key is deleted. Absent for keys without `customers:read`.
    """

    person_id = Id(required=True)
    customer_name = Text(allow_none=True, longest=LONGEST_PERSON_NAME)


class ComplaintStepOut(BodyOut):
    """A step of a complaint. `late`: the step is dated before the opening."""

    step = Word(list(ComplaintStep), required=True)
    occurred_at = Instant(required=True)
    recorded_at = Instant(required=True)
    actor = Text(required=True)
    brand = Text(allow_none=True)
    division = Text(allow_none=True)
    late = Flag(required=True)
    details = Tree(required=True)
    position = Position(required=True)


class ComplaintStopOut(BodyOut):
    """A class of messages to the customer that the complaint stops, on all channels, for all purposes and brands.

    `until`: when its cooling-off ends; null while it is open.
    """

    message_class = Word(list(MessageClass), required=True)
    reason = Word(list(ReasonCode), required=True)
    until = Instant(required=True, allow_none=True)


class StoppedMessageOut(BodyOut):
    """A message of a run that was not sent. `customer_id`: its member, who may share an address with the customer.

    `position`: of the decision, which may have more reasons.
    """

    campaign_id = Id(required=True)
    run_id = Id(required=True)
    customer_id = Id(required=True, attribute="member_id")
    reason = Word(list(ReasonCode), required=True, attribute="reason_code")
    decided_at = Instant(required=True)
    position = Position(required=True)


class StoppedMessagesOut(BodyOut):
    """How many messages the complaint stopped, and the twenty that were decided last, the newest first."""

    count = Whole(required=True, low=0, high=MANY)
    newest = Many(Part(StoppedMessageOut), required=True)


class ComplaintOut(ComplaintOfPersonOut, ReadOut):
    """A complaint with its steps in the log's order, what it stops, and what it stopped."""

    steps = Many(Part(ComplaintStepOut), required=True)
    stops = Many(Part(ComplaintStopOut), required=True)
    stopped_messages = Part(StoppedMessagesOut, required=True)


class ComplaintsOut(PageOut):
    """Complaints in the order that was asked for."""

    items = Many(Part(ComplaintOfPersonOut), required=True)


OfStatusOut = BodyOut.from_dict(
    {status: Whole(required=True, low=0, high=MANY) for status in ComplaintStatus}, name="OfStatusOut"
)
"""Complaints by status."""
OfSeverityOut = BodyOut.from_dict(
    {severity: Whole(required=True, low=0, high=MANY) for severity in Severity}, name="OfSeverityOut"
)
"""Complaints by severity."""


class NameCountOut(BodyOut):
    """How many complaints have this name. `name`: null for those without a product, or of all brands."""

    name = Text(required=True, allow_none=True)
    count = Whole(required=True, low=0, high=MANY)


class NameCountsOut(BodyOut):
    """The counts of the hundred most frequent names, the highest first. `others`: complaints with any other name."""

    names = Many(Part(NameCountOut), required=True)
    others = Whole(required=True, low=0, high=MANY)


class OpenAgesOut(BodyOut):
    """How many open complaints were opened how long ago. A day is 24 hours, and `one_to_three_days` begins at one."""

    under_a_day = Whole(required=True, low=0, high=MANY)
    one_to_three_days = Whole(required=True, low=0, high=MANY)
    three_to_seven_days = Whole(required=True, low=0, high=MANY)
    over_seven_days = Whole(required=True, low=0, high=MANY)


class ComplaintCountsOut(ReadOut):
    """How many complaints match the filters. `at`: the instant at which the ages of the open ones count."""

    at = Instant(required=True)
    total = Whole(required=True, low=0, high=MANY)
    answered = Whole(required=True, low=0, high=MANY)
    unanswered = Whole(required=True, low=0, high=MANY)
    by_status = Part(OfStatusOut, required=True)
    by_severity = Part(OfSeverityOut, required=True)
    by_category = Part(NameCountsOut, required=True)
    by_product = Part(NameCountsOut, required=True)
    by_brand = Part(NameCountsOut, required=True)
    by_channel = Part(NameCountsOut, required=True)
    open_by_age = Part(OpenAgesOut, required=True)
