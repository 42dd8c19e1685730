"""Schemas of campaigns."""

from application.campaigns.checklist import CheckName
from domain.campaigns.campaign import CampaignState
from domain.campaigns.events import MessageClass
from domain.customers.details import Channel
from domain.deciding.codes import ReasonCode, Verdict
from interfaces.http.contexts.customers.customer_reading_schemas import StoredFactOut
from interfaces.http.contexts.segments.schemas import AudienceCountedOut, CriteriaField
from interfaces.http.schemas.base import BodyIn, BodyOut, QueryIn
from interfaces.http.schemas.common import PageOut, PageQuery, ReadOut, StoredOut
from interfaces.http.schemas.fields import (
    Amount,
    Currency,
    Flag,
    Id,
    Instant,
    Many,
    Money,
    Part,
    Position,
    Prose,
    Share,
    Text,
    Whole,
    Word,
)
from interfaces.http.schemas.fields.numbers import FROM_ZERO, MANY

CAMPAIGN_CHANNELS = (Channel.EMAIL,)
LONGEST_SUBJECT = 1_000
LONGEST_REASON = 1_000
LONGEST_BODY = 200_000


class TemplateIn(BodyIn):
    """Liquid templates of the subject and the text.

    They may print what is known of the person: `{{ name }}`, `{{ language }}`, `{{ country }}` and
    `{{ attributes.NAME }}`. The body of a promotional e-mail has to print `{{ unsubscribe_url }}`, the person's own
    link; no other template may name it. An unknown value is nil in a condition; printing it fails that person's
    message, unless `| default: "..."` gives a value. `| date: "%-d %B %Y"` writes a date with the names of months and
    days in the person's language.
    """

    subject = Text(required=True, longest=LONGEST_SUBJECT)
    body = Prose(required=True, longest=LONGEST_BODY)


class MeasuredIn(BodyIn):
    """The measurement of a campaign: its hold-out, the days in which a response counts, and its cost.

    `seed` makes the draw of the hold-out repeatable: a person is held out if the first 8 bytes of
    sha256(seed + ":" + unit), divided by 2^64, are below the share. Without `seed`, a random seed is drawn.
    """

    hold_out = Share(allow_none=True)
    seed = Text(longest=100)
    attribution_window_days = Whole(low=1, high=365, allow_none=True)
    cost_per_contact = Money(notation=FROM_ZERO, allow_none=True)
    currency = Currency()
    recheck_segment = Flag()


class DraftCampaignIn(MeasuredIn):
    """A new campaign: its message, its audience and its measurement."""

    name = Text(required=True)
    message_class = Word(list(MessageClass), required=True)
    purpose = Text(required=True)
    channel = Word(CAMPAIGN_CHANNELS, required=True)
    audience = CriteriaField(required=True)
    brand = Text()
    topic = Text()
    template = Part(TemplateIn, required=True)
    sender = Text(data_key="from", longest=512)
    ends_at = Instant()


class ReviseCampaignIn(MeasuredIn):
    """Changes of a campaign. An omitted field stays; null empties a field."""

    name = Text()
    message_class = Word(list(MessageClass))
    purpose = Text()
    channel = Word(CAMPAIGN_CHANNELS)
    audience = CriteriaField()
    brand = Text(allow_none=True)
    topic = Text(allow_none=True)
    template = Part(TemplateIn)
    sender = Text(data_key="from", allow_none=True, longest=512)
    ends_at = Instant(allow_none=True)


class ReasonIn(BodyIn):
    """The reason, which the campaign's history shows."""

    reason = Text(longest=LONGEST_REASON)


class CampaignStoredOut(StoredOut):
    """The campaign that the command was about."""

    campaign_id = Id(required=True)


class DoubtfulAttributesOut(BodyOut):
    """Attributes in the templates that nobody may have. They are no error, because attributes may arrive later.

    `undeclared_attributes`: the catalogue has no such attribute of customers. `absent_attributes`: no customer has
    them, by the facts that the projection `customers` has folded, which lacks newer ones while it is paused; an
    encrypted attribute is only listed by the preview, where nobody in the sample has it.
    """

    undeclared_attributes = Many(Text(), required=True)
    absent_attributes = Many(Text(), required=True)


class CampaignSaidOut(CampaignStoredOut, DoubtfulAttributesOut):
    """The campaign, and the attributes in its templates that nobody may have."""


class TemplateOut(BodyOut):
    """Liquid templates of the subject and the text."""

    subject = Text(required=True, longest=LONGEST_SUBJECT)
    body = Prose(required=True, longest=LONGEST_BODY)


class CampaignOut(BodyOut):
    """A campaign as it stands."""

    campaign_id = Id(required=True)
    name = Text(required=True)
    state = Word(list(CampaignState), required=True)
    message_class = Word(list(MessageClass), required=True)
    purpose = Text(required=True)
    channel = Word(CAMPAIGN_CHANNELS, required=True)
    audience = CriteriaField(required=True)
    brand = Text(allow_none=True)
    topic = Text(allow_none=True)
    template = Part(TemplateOut, required=True)
    sender = Text(data_key="from", allow_none=True, longest=512)
    ends_at = Instant(allow_none=True)
    hold_out = Share(allow_none=True)
    seed = Text(allow_none=True)
    attribution_window_days = Whole(low=1, high=365, allow_none=True)
    cost_per_contact = Amount(allow_none=True)
    currency = Currency(allow_none=True)
    recheck_segment = Flag(required=True)
    drafted_at = Instant(required=True)
    approved_at = Instant(allow_none=True)
    approved_by = Text(allow_none=True)
    pause_reason = Text(allow_none=True, longest=LONGEST_REASON)
    cancelled_at = Instant(allow_none=True)
    cancellation_reason = Text(allow_none=True, longest=LONGEST_REASON)
    position = Position(required=True)


class CampaignShownOut(CampaignOut, ReadOut):
    """One campaign as it stands."""


class FaultOut(BodyOut):
    """A fault of the message, and how many people in the sample have it."""

    message = Text(required=True, longest=LONGEST_REASON)
    people = Whole(required=True, low=1, high=MANY)


class RenderingOut(DoubtfulAttributesOut):
    """A trial rendering of the campaign's message for at most 1,000 of the people who can be reached.

    `sample`: the number of people, lower if the template is slow. `unrenderable`: the number of these people
    whose message cannot be made. A run fails their messages with RENDER_ERROR.
    """

    sample = Whole(required=True, low=0, high=MANY)
    unrenderable = Whole(required=True, low=0, high=MANY)
    faults = Many(Part(FaultOut), required=True)


class CampaignPreviewOut(AudienceCountedOut, ReadOut):
    """The audience of a run now, counted as by `POST /api/audiences/preview`, and a trial rendering."""

    rendering = Part(RenderingOut, required=True)


class MessageQuery(QueryIn):
    """For whom the message is shown."""

    customer_id = Id(metadata={"description": "Any profile of the customer. Without it, an invented one."})


class CampaignMessageOut(ReadOut):
    """The message as one customer would get it, or the `fault` for which it cannot be made.

    `verdict` and `reasons`: what a run would decide about the customer now; `in_audience`: whether it would be about
    the customer at all. They are null or empty for an invented customer. `asked_for`: the id that was asked for, if it
    is that of a linked profile. Links lead to their targets, and the unsubscribe link belongs to no message.
    """

    campaign_id = Id(required=True)
    customer_id = Id(required=True, allow_none=True)
    asked_for = Id()
    in_audience = Flag(required=True, allow_none=True)
    verdict = Word(list(Verdict), required=True, allow_none=True)
    reasons = Many(Word(list(ReasonCode)), required=True)
    sender = Text(data_key="from", required=True, allow_none=True, longest=512)
    to = Text(required=True, allow_none=True, longest=512)
    subject = Prose(required=True, allow_none=True, longest=LONGEST_BODY)
    body = Prose(required=True, allow_none=True, longest=LONGEST_BODY)
    fault = Text(required=True, allow_none=True, longest=LONGEST_REASON)


class CheckOut(BodyOut):
    """One check of a campaign. `message`: what is wrong and what to do; null if the check is met.

    While a `required` check is not met, the campaign cannot be approved, or a run of it would be over at once. Other
    checks are advice: a hold-out and a cost were stated, and customers have the attributes that the templates name.
    """

    name = Word(list(CheckName), required=True)
    required = Flag(required=True)
    met = Flag(required=True)
    message = Text(required=True, allow_none=True, longest=LONGEST_REASON)


class ChecklistOut(ReadOut):
    """What a campaign lacks for its approval. `approvable`: whether all required checks are met."""

    campaign_id = Id(required=True)
    approvable = Flag(required=True)
    checks = Many(Part(CheckOut), required=True)


class CampaignHistoryOut(PageOut):
    """Every stored fact about the campaign, in the log's order."""

    campaign_id = Id(required=True)
    items = Many(Part(StoredFactOut), required=True)


class CampaignsQuery(PageQuery):
    """A page of campaigns."""

    state = Word(
        list(CampaignState),
        metadata={"description": "Only campaigns in this state now.", "example": "draft"},
    )


class CampaignsOut(PageOut):
    """Campaigns, the newest first."""

    items = Many(Part(CampaignOut), required=True)
