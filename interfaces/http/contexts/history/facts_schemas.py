"""Schemas of facts by their position."""

from interfaces.http.contexts.customers.customer_reading_schemas import StoredFactOut
from interfaces.http.schemas.base import BodyOut, QueryIn
from interfaces.http.schemas.common import ReadOut
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Position, QueriedPositions, Text


class FactsQuery(QueryIn):
    """The positions of some facts."""

    positions = QueriedPositions(required=True)


class BriefFactOut(BodyOut):
    """What happened at a position, and when."""

    position = Position(required=True)
    type = Text(required=True)
    occurred_at = Instant(required=True)


class FactsOut(ReadOut):
    """Facts in the log's order."""

    items = Many(Part(BriefFactOut), required=True)


class FollowingFactOut(BriefFactOut):
    """A later fact of the same stream, with when it was recorded and who stated it."""

    recorded_at = Instant(required=True)
    actor = Text(required=True)


class FactOut(ReadOut):
    """A stored fact with the next facts of its stream, at most twenty. `more`: the stream has further ones.

    `customer_id`: the profile that the fact is about; null for a fact about no single profile.
    """

    fact = Part(StoredFactOut, required=True)
    customer_id = Id(required=True, allow_none=True)
    following = Many(Part(FollowingFactOut), required=True)
    more = Flag(required=True)
