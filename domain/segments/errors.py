"""The errors about segments."""

from domain.errors import NotFound, RuleBroken


class SegmentNotFound(NotFound):
    """No segment has this id."""


class SegmentUsesTooMuch(RuleBroken):
    """With these criteria, what names this segment would be too large. Make the criteria smaller."""
