"""Schemas of problem details."""

from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import PausedProjectionOut
from interfaces.http.schemas.fields import Id, Many, Part, Position, Prose, Text, Whole


class FieldErrorOut(BodyOut):
    """One invalid field."""

    path = Prose(required=True, shortest=0)
    code = Text(required=True)
    message = Prose(required=True)


class ProblemOut(BodyOut):
    """The reason for a refusal (RFC 9457). Some kinds have members of their own.

    `position`: where the read models had to be, if they were behind. `paused_projections`: those that this answer would
    read and that are paused before it.
    """

    type = Text(required=True)
    title = Text(required=True)
    status = Whole(required=True, low=400, high=599)
    detail = Prose(required=True)
    correlation_id = Id(required=True)
    errors = Many(Part(FieldErrorOut))
    position = Position()
    paused_projections = Many(Part(PausedProjectionOut))
