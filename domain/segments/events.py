"""The fact about segments: named criteria for customers."""

from dataclasses import dataclass
from typing import Any

from domain.facts import Fact, stored


@stored("segments.SegmentDefined")
@dataclass(frozen=True, kw_only=True)
class SegmentDefined(Fact):
    """The segment with this name has these criteria from now on."""

    name: str
    criteria: dict[str, Any]
