"""The facts about segments: named criteria for customers."""

from dataclasses import dataclass
from typing import Any

from domain.facts import Fact, stored


@dataclass(frozen=True, kw_only=True)
class SegmentContent(Fact):
    """The name of a segment and its criteria."""

    name: str
    criteria: dict[str, Any]


@stored("segments.SegmentDefined")
@dataclass(frozen=True, kw_only=True)
class SegmentDefined(SegmentContent):
    """The segment with this name has these criteria from now on."""


@stored("segments.SegmentRevised")
@dataclass(frozen=True, kw_only=True)
class SegmentRevised(SegmentContent):
    """The segment has this name and these criteria from now on. What was decided before stays as it is."""
