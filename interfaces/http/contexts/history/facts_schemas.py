"""Schemas of facts by their position."""

from interfaces.http.contexts.customers.customer_reading_schemas import StoredFactOut
from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import ReadOut
from interfaces.http.schemas.fields import Flag, Id, Instant, Many, Part, Position, Text


class FollowingFactOut(BodyOut):
    """A later fact of the same stream."""

    position = Position(required=True)
    type = Text(required=True)
    recorded_at = Instant(required=True)
    occurred_at = Instant(required=True)
    actor = Text(required=True)


class FactOut(ReadOut):
    """A stored fact with the next facts of its stream, at most twenty. `more`: the stream has further ones.

    `customer_id`: the profile that the fact is about; null for a fact about no single profile.
    """

    fact = Part(StoredFactOut, required=True)
    customer_id = Id(required=True, allow_none=True)
    following = Many(Part(FollowingFactOut), required=True)
    more = Flag(required=True)
