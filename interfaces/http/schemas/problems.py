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
    read and that are paused before it, or, with 412, those that still show an older version. `version`: the current
    one, with 412.
    """

    type = Text(required=True)
    title = Text(required=True)
    status = Whole(required=True, low=400, high=599)
    detail = Prose(required=True)
    correlation_id = Id(required=True)
    errors = Many(Part(FieldErrorOut))
    position = Position()
    version = Text()
    paused_projections = Many(Part(PausedProjectionOut))
