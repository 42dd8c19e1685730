"""Criteria, segments and audiences."""

from domain.campaigns.campaign import MessageClass
from interfaces.http.schemas.base import BodyIn, BodyOut
from interfaces.http.schemas.common import PageOut, PageQuery, StoredOut
from interfaces.http.schemas.complaints import MANY
from interfaces.http.schemas.fields import Id, Instant, Many, Part, Position, Text, Tree, Whole, Word


class CriteriaField(Tree):
    """A tree of criteria; the domain reads it."""


class DefineSegmentIn(BodyIn):
    """Criteria that get a name."""

    name = Text(required=True)
    criteria = CriteriaField(required=True)


class PreviewAudienceIn(BodyIn):
    """Criteria, and perhaps the message that is thought of."""

    audience = CriteriaField(required=True)
    channel = Text()
    purpose = Text()
    message_class = Word(list(MessageClass))


class SegmentStoredOut(StoredOut):
    """The segment, to be named in criteria."""

    segment_id = Id(required=True)


class SegmentOut(BodyOut):
    """A segment as it was defined."""

    segment_id = Id(required=True)
    name = Text(required=True)
    criteria = CriteriaField(required=True)
    defined_at = Instant(required=True)
    position = Position(required=True)


class SegmentsOut(PageOut):
    """Segments, the last defined first."""

    items = Many(Part(SegmentOut), required=True)


class SegmentsQuery(PageQuery):
    """Which part of the list."""


class AudienceSizeOut(StoredOut):
    """How many people match, counted at `position`."""

    size = Whole(required=True, low=0, high=MANY)
