"""The rules of a segment."""

import pytest

from domain.errors import InvalidInput
from domain.facts import CustomerFact
from domain.segments.events import SegmentDefined, SegmentRevised
from domain.segments.segment import Segment
from tests.domain.scenario import STREAM, begun, given, now, told

CRITERIA = {"field": "country", "op": "eq", "value": "ES"}
DEFINED = told(SegmentDefined, name="Spain", criteria=CRITERIA)


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


def test_a_revision_states_the_whole_content_and_the_same_content_again_states_nothing() -> None:
    others = {"field": "country", "op": "exists"}
    given(DEFINED).when(lambda segment: segment.revise(now(), name="Iberia", criteria=others)).then(
        told(SegmentRevised, name="Iberia", criteria=others)
    )
    given(DEFINED).when(
        lambda segment: segment.revise(now(), name="Spain", criteria=dict(CRITERIA))
    ).then_nothing()
    given(DEFINED).when(lambda segment: segment.revise(now(), name=" ", criteria=CRITERIA)).then_refused(
        InvalidInput, path="name"
    )
