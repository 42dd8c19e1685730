"""Schemas of what was done to projections."""

from interfaces.http.schemas.base import BodyOut
from interfaces.http.schemas.common import PageOut
from interfaces.http.schemas.fields import Instant, Many, Part, Position, Prose, Text, Word
from projections.engine.interventions import InterventionResult
from projections.engine.runner import Intervention


class InterventionOut(BodyOut):
    """What was done to projections, by whom, when, and how it ended.

    `operator`: the account that typed the command, or `projector`, which rebuilds by itself what an upgrade changed.
    `position`: where the projection stood then, or how far the rebuild has come. `ended_at` is null for a rebuild that
    runs or was cut off. `note`: the tables that differ, the error, or why a fact that was skipped could not be folded.
    """

    happened_at = Instant(required=True)
    operator = Text(required=True)
    action = Word(list(Intervention), required=True)
    projections = Many(Text(), required=True)
    position = Position(required=True)
    result = Word(list(InterventionResult), required=True)
    ended_at = Instant(required=True, allow_none=True)
    note = Prose(required=True, allow_none=True)


class InterventionsOut(PageOut):
    """What was done to projections, the newest first."""

    items = Many(Part(InterventionOut), required=True)
