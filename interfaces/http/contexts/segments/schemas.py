"""Schemas of criteria, segments and previews of audiences."""

from inspect import getdoc
from typing import Any, ClassVar

from application.previews.counting import MOST_SHOWN
from domain.campaigns.events import MessageClass
from domain.customers.details import Channel
from interfaces.http.contexts.customers.customer_reading_schemas import VERDICTS
from interfaces.http.contexts.customers.schemas import LONGEST_PERSON_NAME
from interfaces.http.contexts.eligibility.schemas import RulingOut
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import PageOut, ReadOut, StoredOut
from interfaces.http.schemas.criteria import REFERENCE
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Position, Text, Tree, Whole, Word
from interfaces.http.schemas.fields.numbers import MANY


class CriteriaField(Tree):
    """Criteria: `all`, `any` and `not` over comparisons of fields, what somebody did or spent, and segments.

    A comparison is met only where the value is known. `ne` is met by people who have another value, not by people
    who have none. `not` reverses the answer: `{"not": {"field": "country", "op": "eq", "value": "DE"}}` is met by
    people who have another country and by people whose country is unknown. `exists` asks whether a value is known
    (`true`) or unknown (`false`). What somebody did or spent is never unknown: it counts from zero.
    """

    def described(self) -> dict[str, Any]:
        return {"allOf": [REFERENCE], "description": getdoc(CriteriaField)}


class DefineSegmentIn(BodyIn):
    """A new segment: criteria with a name."""

    name = Text(required=True)
    criteria = CriteriaField(required=True)
    example: ClassVar = {
        "name": "Spaniards who bought lately",
        "criteria": {
            "all": [
                {"field": "country", "op": "eq", "value": "ES"},
                {"did": {"kind": "order", "within_days": 90}},
            ]
        },
    }


class PreviewAudienceIn(BodyIn):
    """Criteria, and optionally a possible message.

    With `channel` and `purpose`, which need each other, the preview also counts the people who could be
    reached and the reasons that stop others. `message_class`: promotional by default. `explain`: the id of a
    person; the answer explains why they are in the audience or not. `parts`: whether to count the people who meet each
    criterion, of at most 100. `sample`: how many people to list as an example. `exact`: whether to decide
    about everybody, however large the audience is; the answer is then a job. `known_at` and `as_of`: the past
    moment of the preview, as for the 360; the answer is then a job. With both instants, a fact counts only if it
    meets both conditions.
    """

    audience = CriteriaField(required=True)
    channel = Word(list(Channel))
    purpose = Text()
    message_class = Word(list(MessageClass))
    explain = Id()
    parts = Flag()
    sample = Whole(low=0, high=MOST_SHOWN)
    exact = Flag()
    known_at = Instant()
    as_of = Instant()
    rules: ClassVar = {
        "dependentRequired": {
            "channel": ["purpose"],
            "purpose": ["channel"],
            "message_class": ["channel", "purpose"],
        }
    }
    example: ClassVar = {
        "audience": {
            "all": [
                {"field": "kind", "op": "eq", "value": "person"},
                {"not": {"field": "country", "op": "eq", "value": "DE"}},
                {"spent": {"op": "ge", "value": "100.00", "currency": "EUR", "within_days": 365}},
            ]
        },
        "channel": "email",
        "purpose": "marketing",
        "message_class": "promotional",
    }


class ReviseSegmentIn(BodyIn):
    """Changes of a segment. An omitted field stays.

    Campaigns and segments that name it mean the new criteria from now on. A run that has begun keeps its audience.
    """

    name = Text()
    criteria = CriteriaField()
    example: ClassVar = {"criteria": {"field": "country", "op": "in", "value": ["ES", "PT"]}}


class SegmentStoredOut(StoredOut):
    """The segment, whose id criteria may name.

    `same_name`: the ids of other segments that have the same name, compared without case, the newest first.
    """

    segment_id = Id(required=True)
    same_name = Many(Id(), required=True)


class UsedByOut(BodyOut):
    """How many other segments, and how many campaigns, name the segment in their newest criteria."""

    segments = Whole(required=True, low=0, high=MANY)
    campaigns = Whole(required=True, low=0, high=MANY)


class SegmentOut(BodyOut):
    """A segment with its newest name and criteria. `position`: that of the fact with them."""

    segment_id = Id(required=True)
    name = Text(required=True)
    criteria = CriteriaField(required=True)
    defined_at = Instant(required=True)
    used_by = Part(UsedByOut, required=True)
    position = Position(required=True)


class SegmentsOut(PageOut):
    """Segments, the last defined first."""

    items = Many(Part(SegmentOut), required=True)


class SegmentVersionOut(BodyOut):
    """The name and the criteria that a segment had from this fact on. `actor`: who stated it."""

    version = Whole(required=True, low=1, high=MANY)
    name = Text(required=True)
    criteria = CriteriaField(required=True)
    stated_at = Instant(required=True)
    actor = Text(required=True)
    position = Position(required=True)


class UsingSegmentOut(BodyOut):
    """Another segment that names the segment."""

    segment_id = Id(required=True)
    name = Text(required=True)


class UsingCampaignOut(BodyOut):
    """A campaign whose audience names the segment."""

    campaign_id = Id(required=True)
    name = Text(required=True)


class SegmentUsersOut(BodyOut):
    """What names the segment, the newest first, at most 20 of each kind."""

    segments = Many(Part(UsingSegmentOut), required=True)
    campaigns = Many(Part(UsingCampaignOut), required=True)


class SegmentShownOut(SegmentOut, ReadOut):
    """A segment, what names it, and what it meant before: its versions, the newest first, at most 20."""

    users = Part(SegmentUsersOut, required=True)
    versions = Many(Part(SegmentVersionOut), required=True)


class CriterionMetOut(BodyOut):
    """One criterion of the tree, its path as in error messages, and whether the person meets it."""

    path = Text(required=True)
    criterion = CriteriaField(required=True)
    met = Flag(required=True)


class WhyInAudienceOut(BodyOut):
    """Whether the person is in the audience, criterion by criterion, and what a run would decide."""

    customer_id = Id(required=True)
    in_audience = Flag(required=True)
    criteria = Many(Part(CriterionMetOut), required=True)
    verdict = Word(VERDICTS)
    rules = Many(Part(RulingOut))


class IntervalOut(BodyOut):
    """The limits of a 95 % interval, in people."""

    low = Whole(required=True, low=0, high=MANY)
    high = Whole(required=True, low=0, high=MANY)


class AudienceCountedOut(StoredOut):
    """The number of people who match, counted at `position`.

    `loss`: the number of people that each reason stops; several reasons may stop one person. `stopped_by`: the number
    of people by the first reason that stops each of them; with `reachable` they add up to `size`. `estimated`: these
    three are estimated from a sample of 20,000 people. `interval`: of `reachable`.
    """

    size = Whole(required=True, low=0, high=MANY)
    reachable = Whole(low=0, high=MANY)
    loss = Tree()
    stopped_by = Tree()
    estimated = Flag()
    interval = Part(IntervalOut)


class PartSizeOut(BodyOut):
    """One criterion of the tree, its path as in error messages, and the number of people who meet it alone."""

    path = Text(required=True)
    size = Whole(required=True, low=0, high=MANY)


class PersonInAudienceOut(BodyOut):
    """A person in the audience.

    `name`: for keys with `customers:read`; null if there is none, or nobody can read it any more.
    """

    customer_id = Id(required=True)
    name = Text(allow_none=True, longest=LONGEST_PERSON_NAME)


class AudiencePreviewOut(AudienceCountedOut, ReadOut):
    """The number of people who match, and the explanation of one person.

    `parts`: each criterion with its own size. `sample`: people of the audience, drawn by a fixed seed, without names in
    the result of a job and in the answer to a repeated Idempotency-Key.
    """

    explanation = Part(WhyInAudienceOut)
    parts = Many(Part(PartSizeOut))
    sample = Many(Part(PersonInAudienceOut))
