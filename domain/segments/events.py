"""The fact that a part of the customers got a name."""

from dataclasses import dataclass
from typing import Any

from domain.facts import Fact, stored


@stored("segments.SegmentDefined")
@dataclass(frozen=True, kw_only=True)
class SegmentDefined(Fact):
    """These criteria are now called so."""

    name: str
    criteria: dict[str, Any]
