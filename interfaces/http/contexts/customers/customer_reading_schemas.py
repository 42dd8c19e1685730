"""Schemas of the look-up, the 360, the timeline and the history of customers."""

from domain.campaigns.events import MessageClass
from domain.customers.details import Channel, CustomerKind
from domain.customers.mailability import Mailability
from domain.deciding.codes import Verdict
from domain.messages.events import MessageOutcome
from domain.plain_text import MARGINS
from interfaces.http.contexts.complaints.complaint_reading_schemas import ComplaintSummaryOut
from interfaces.http.contexts.customers.schemas import LONGEST_LANGUAGE, LONGEST_PERSON_NAME
from interfaces.http.schemas.base import BodyOut, QueryIn
from interfaces.http.schemas.common import MomentQuery, PageOut, PageQuery, ReadOut
from interfaces.http.schemas.fields import (
    LONGEST_NUMBER,
    Amount,
    Currency,
    Day,
    Flag,
    Id,
    Instant,
    Many,
    Open,
    Part,
    Position,
    QueriedAddress,
    QueriedInstant,
    Text,
    Tree,
    Whole,
    Word,
)
from interfaces.http.schemas.fields.numbers import MANY
from interfaces.http.schemas.fields.texts import CONTROLS
from projections.timeline.reading import KINDS, About

VERDICTS = [verdict for verdict in Verdict if verdict is not Verdict.HELD_OUT]
"""Who is held out is told as suppressed."""


SOURCE_AND_NUMBER = (
    rf"^[{MARGINS}]*[^:{CONTROLS}{MARGINS}][^:{CONTROLS}]*:[^{CONTROLS}]*[^{CONTROLS}{MARGINS}][{MARGINS}]*$"
)


class CustomersQuery(QueryIn):
    """Exactly one identifier. A phone may have any usual notation; an external id is source:number."""

    email = Text(longest=LONGEST_NUMBER)
    phone = QueriedAddress(longest=LONGEST_NUMBER)
    external_id = Text(longest=2 * LONGEST_NUMBER, pattern=SOURCE_AND_NUMBER)


class TimelineQuery(PageQuery, MomentQuery):
    """Filters of timeline entries. `since` is inclusive, `until` is exclusive.

    `channel` may be any text, because orders and complaints may come from any channel.
    """

    about = Word(list(About))
    channel = Text()
    kind = Word(KINDS)
    since = QueriedInstant()
    until = QueriedInstant()


class ContactPointOut(BodyOut):
    """A contact point. `value` is null once its profile key is deleted.

    `address_id` and `domain_ids`: the profiles of the address, of its domain and of the parent domains. Suppressions
    name them as `profile_id`. `mailability` of an e-mail address: which next hops can deliver mail to it.
    """

    contact_point_id = Id(required=True)
    customer_id = Id(required=True)
    channel = Word(list(Channel), required=True)
    value = Open(required=True, allow_none=True)
    label = Text(allow_none=True)
    added_at = Instant(required=True)
    address_id = Id(required=True)
    domain_ids = Many(Id(), required=True)
    mailability = Word(list(Mailability), required=True, allow_none=True)


class ExternalIdOut(BodyOut):
    """The number that another system, the source, gives the customer."""

    customer_id = Id(required=True)
    source = Text(required=True)
    number = Text(required=True, allow_none=True, longest=LONGEST_NUMBER)


class ConsentOut(BodyOut):
    """The newest consent or withdrawal for a scope. A null field of the scope means all."""

    customer_id = Id(required=True)
    channel = Text(allow_none=True)
    contact_point_id = Id(allow_none=True)
    purpose = Text(allow_none=True)
    topic = Text(allow_none=True)
    brand = Text(allow_none=True)
    granted = Flag(required=True)
    occurred_at = Instant(required=True)
    expires_at = Instant(allow_none=True)
    position = Position(required=True)


class ComplaintTotalsOut(BodyOut):
    """The number of complaints that are not closed, the number of all, and the one opened last."""

    open = Whole(required=True, low=0, high=MANY)
    total = Whole(required=True, low=0, high=MANY)
    last = Part(ComplaintSummaryOut, required=True, allow_none=True)


class MoneyOut(BodyOut):
    """An amount in its currency."""

    currency = Currency(required=True)
    amount = Amount(required=True)


class OrderTotalsOut(BodyOut):
    """Totals of orders. `value`: amounts less refunds and cancelled orders, by currency."""

    count = Whole(required=True, low=0, high=MANY)
    value = Many(Part(MoneyOut), required=True)
    last_at = Instant(required=True, allow_none=True)


class TimelineEntryOut(BodyOut):
    """An entry of the timeline. `late`: the entry is dated before the opening of its complaint."""

    position = Position(required=True)
    customer_id = Id(required=True)
    occurred_at = Instant(required=True)
    recorded_at = Instant(required=True)
    about = Word(list(About), required=True)
    kind = Text(required=True)
    channel = Text(required=True, allow_none=True)
    subject_id = Id(required=True)
    brand = Text(allow_none=True)
    division = Text(allow_none=True)
    late = Flag(required=True)
    outcome = Word(list(MessageOutcome), allow_none=True)
    details = Tree(required=True)


class TouchpointTotalsOut(BodyOut):
    """The number of touchpoints, in total and by channel, and the newest ones."""

    total = Whole(required=True, low=0, high=MANY)
    by_channel = Tree(required=True)
    last_at = Instant(required=True, allow_none=True)
    recent = Many(Part(TimelineEntryOut), required=True)


class CampaignTotalsOut(BodyOut):
    """Totals of contacts by campaigns and of the customer's responses."""

    contacts = Whole(required=True, low=0, high=MANY)
    responses = Whole(required=True, low=0, high=MANY)
    last_contact_at = Instant(required=True, allow_none=True)


class VerdictOut(BodyOut):
    """Whether a message of this class and purpose may be sent on this channel at the moment of the answer."""

    channel = Text(required=True)
    purpose = Text(required=True)
    message_class = Word(list(MessageClass), required=True)
    verdict = Word(VERDICTS, required=True)
    reasons = Many(Text(), required=True)


class CustomerOut(ReadOut):
    """The 360: everything known about a person, from all linked profiles.

    `asked_for` is present if the request named another id. `position`: of the newest fact in this answer.
    """

    customer_id = Id(required=True)
    asked_for = Id()
    profiles = Many(Id(), required=True)
    kind = Word(list(CustomerKind), required=True)
    name = Text(required=True, allow_none=True, longest=LONGEST_PERSON_NAME)
    language = Text(required=True, allow_none=True, longest=LONGEST_LANGUAGE)
    country = Text(required=True, allow_none=True)
    time_zone = Text(required=True, allow_none=True)
    birth_date = Day(required=True, allow_none=True)
    year_of_birth = Whole(required=True, allow_none=True, low=0, high=9999)
    registered_at = Instant(required=True)
    attributes = Tree(required=True)
    contact_points = Many(Part(ContactPointOut), required=True)
    external_ids = Many(Part(ExternalIdOut), required=True)
    consents = Many(Part(ConsentOut), required=True)
    complaints = Part(ComplaintTotalsOut, required=True)
    orders = Part(OrderTotalsOut, required=True)
    touchpoints = Part(TouchpointTotalsOut, required=True)
    campaigns = Part(CampaignTotalsOut, required=True)
    eligibility = Many(Part(VerdictOut), required=True)
    position = Position(required=True)


class FoundCustomerOut(BodyOut):
    """A customer who holds the identifier that was asked for."""

    customer_id = Id(required=True)
    kind = Word(list(CustomerKind), required=True)
    name = Text(required=True, allow_none=True, longest=LONGEST_PERSON_NAME)
    language = Text(required=True, allow_none=True, longest=LONGEST_LANGUAGE)
    country = Text(required=True, allow_none=True)
    contact_points = Many(Part(ContactPointOut), required=True)
    external_ids = Many(Part(ExternalIdOut), required=True)


class FoundCustomersOut(ReadOut):
    """All holders of the identifier that was asked for."""

    items = Many(Part(FoundCustomerOut), required=True)


class TimelineOut(PageOut):
    """The timeline of the customer, newest entry first.

    `position`: of the newest fact in this answer, 0 if it has none.
    """

    customer_id = Id(required=True)
    asked_for = Id()
    items = Many(Part(TimelineEntryOut), required=True)
    position = Position(required=True)


class StoredFactOut(BodyOut):
    """A stored fact. Personal fields whose profile key is deleted are null and named in `forgotten`."""

    position = Position(required=True)
    type = Text(required=True)
    version = Whole(required=True, low=1, high=MANY)
    recorded_at = Instant(required=True)
    occurred_at = Instant(required=True)
    actor = Text(required=True)
    correlation_id = Id(required=True)
    causation_id = Id(allow_none=True)
    stream_id = Id(required=True)
    stream_version = Whole(required=True, low=1, high=MANY)
    data = Tree(required=True)
    forgotten = Many(Text(), required=True)


class HistoryOut(PageOut):
    """Every stored fact about the customer, in the log's order."""

    customer_id = Id(required=True)
    asked_for = Id()
    items = Many(Part(StoredFactOut), required=True)
