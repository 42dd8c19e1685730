"""The rules of a segment."""

import pytest

from domain.errors import InvalidInput
from domain.facts import CustomerFact
from domain.segments.events import SegmentDefined
from domain.segments.segment import Segment
from tests.domain.scenario import STREAM, begun, given, now, told

CRITERIA = {"field": "country", "op": "eq", "value": "ES"}


def test_a_segment_is_a_name_for_criteria() -> None:
    begun(lambda: Segment.define(STREAM, now(), name="Spain", criteria=CRITERIA)).then(
        told(SegmentDefined, name="Spain", criteria=CRITERIA)
    )


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "x" * 201])
def test_a_segment_needs_a_proper_name(name: str) -> None:
    begun(lambda: Segment.define(STREAM, now(), name=name, criteria=CRITERIA)).then_refused(
        InvalidInput, path="name"
    )


def test_a_loaded_segment_knows_its_criteria() -> None:
    seen = []
    given(told(SegmentDefined, name="Spain", criteria=CRITERIA)).when(
        lambda segment: seen.append((segment.name, segment.criteria))
    ).then_nothing()
    assert seen == [("Spain", CRITERIA)]
    assert not issubclass(SegmentDefined, CustomerFact)
