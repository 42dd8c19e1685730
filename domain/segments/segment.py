"""A named part of the customers."""

from collections.abc import Mapping
from functools import singledispatchmethod
from typing import Any, Self
from uuid import UUID

from domain.aggregates import Aggregate
from domain.facts import Circumstances, Fact
from domain.plain_text import plain_text
from domain.segments.events import SegmentContent, SegmentDefined, SegmentRevised


class Segment(Aggregate, begun_by=(SegmentDefined,)):
    """A name for criteria. The caller has checked the criteria."""

    @classmethod
    def define(
        cls, segment_id: UUID, circumstances: Circumstances, *, name: str, criteria: Mapping[str, Any]
    ) -> Self:
        plain_text(name, "name")
        return cls.begin(SegmentDefined, segment_id, circumstances, name=name, criteria=dict(criteria))

    def revise(self, circumstances: Circumstances, *, name: str, criteria: Mapping[str, Any]) -> None:
        """Gives the segment another name or other criteria. The same content again changes nothing."""
        plain_text(name, "name")
        if (name, criteria) != (self.name, self.criteria):
            self.trigger(SegmentRevised, circumstances, name=name, criteria=dict(criteria))

    @singledispatchmethod
    def apply(self, fact: Fact) -> None:
        """Facts of other kinds change nothing."""

    @apply.register
    def _(self, fact: SegmentContent) -> None:
        self.name = fact.name
        self.criteria = fact.criteria
