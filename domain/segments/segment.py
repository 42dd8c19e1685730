"""A named part of the customers."""

from collections.abc import Mapping
from functools import singledispatchmethod
from typing import Any, Self
from uuid import UUID

from domain.aggregates import Aggregate
from domain.facts import Circumstances, Fact
from domain.plain_text import plain_text
from domain.segments.events import SegmentDefined


class Segment(Aggregate, begun_by=(SegmentDefined,)):
    """The criteria of a segment never change. The caller of `define` has checked them."""

    @classmethod
    def define(
        cls, segment_id: UUID, circumstances: Circumstances, *, name: str, criteria: Mapping[str, Any]
    ) -> Self:
        plain_text(name, "name")
        return cls.begin(SegmentDefined, segment_id, circumstances, name=name, criteria=dict(criteria))

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: SegmentDefined) -> None:
        self.name = fact.name
        self.criteria = fact.criteria
