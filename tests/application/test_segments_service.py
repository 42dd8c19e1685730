"""Use cases of segments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from application.segments.commands import DefineSegment, ReviseSegment
from application.segments.service import SegmentsService
from domain.criteria.errors import InvalidCriteria
from domain.segments.errors import SegmentNotFound
from domain.segments.events import SegmentDefined, SegmentRevised
from tests.application.setting import Setting, request, shown

CRITERIA = {"field": "country", "op": "eq", "value": "ES"}


def refuse_unknown_fields(criteria: Mapping[str, Any], at: datetime) -> None:
    if criteria.get("field", "country") != "country":
        raise InvalidCriteria(path="field", code="unknown_field")


class NothingKnown:
    """The port to what is known of segments: nothing yet."""

    def with_name(self, name: str) -> list[UUID]:
        return []

    def check_users(self, segment_id: UUID, criteria: Mapping[str, Any]) -> None:
        """Nothing uses the segment."""


def segments(setting: Setting) -> SegmentsService:
    return SegmentsService(
        store=setting.store, ids=setting.ids, check_criteria=refuse_unknown_fields, reading=NothingKnown()
    )


def defined(setting: Setting, criteria: Mapping[str, Any]) -> UUID:
    answer = segments(setting).define_segment(DefineSegment(name="A segment", criteria=criteria), request())
    return UUID(answer.body["segment_id"])


def test_a_segment_keeps_its_criteria() -> None:
    setting = Setting()
    answer = segments(setting).define_segment(DefineSegment(name="Spain", criteria=CRITERIA), request())
    assert shown(answer) == (True, False, 2)
    assert answer.body == {"segment_id": str(UUID(int=1)), "same_name": []}
    (fact,) = setting.told()
    assert isinstance(fact, SegmentDefined)
    assert (fact.name, fact.criteria) == ("Spain", CRITERIA)


def test_criteria_that_cannot_be_read_are_refused_with_their_path() -> None:
    setting = Setting()
    with pytest.raises(InvalidCriteria) as refused:
        segments(setting).define_segment(DefineSegment(name="X", criteria={"field": "shoe"}), request())
    assert refused.value.path == "criteria.field"
    assert setting.told() == []


def test_a_revision_keeps_what_it_does_not_name() -> None:
    setting = Setting()
    segment_id = defined(setting, CRITERIA)
    segments(setting).revise_segment(ReviseSegment(segment_id=segment_id, name="Spain"), request())
    others = {"field": "country", "op": "exists"}
    answer = segments(setting).revise_segment(
        ReviseSegment(segment_id=segment_id, criteria=others), request()
    )
    assert answer.version == 3
    revised = [(one.name, one.criteria) for one in setting.told() if isinstance(one, SegmentRevised)]
    assert revised == [("Spain", CRITERIA), ("Spain", others)]


def test_the_same_content_again_is_a_duplicate() -> None:
    setting = Setting()
    segment_id = defined(setting, CRITERIA)
    answer = segments(setting).revise_segment(
        ReviseSegment(segment_id=segment_id, criteria=CRITERIA), request()
    )
    assert answer.duplicate
    assert len(setting.told()) == 1


def test_a_segment_never_contains_itself_not_even_by_way_of_others() -> None:
    setting = Setting()
    first = defined(setting, CRITERIA)
    second = defined(setting, {"segment": str(first)})
    third = defined(setting, {"any": [CRITERIA, {"segment": str(second)}]})
    for named in (first, second, third):
        criteria = {"all": [CRITERIA, {"not": {"segment": str(named)}}]}
        with pytest.raises(InvalidCriteria) as refused:
            segments(setting).revise_segment(ReviseSegment(segment_id=first, criteria=criteria), request())
        assert (refused.value.path, refused.value.code) == ("criteria.all.1.not.segment", "segment_cycle")
    assert len(setting.told()) == 3


def test_no_revision_of_what_is_not_there_or_cannot_be_read() -> None:
    setting = Setting()
    with pytest.raises(SegmentNotFound):
        segments(setting).revise_segment(ReviseSegment(segment_id=UUID(int=9), name="X"), request())
    segment_id = defined(setting, CRITERIA)
    with pytest.raises(InvalidCriteria) as refused:
        segments(setting).revise_segment(
            ReviseSegment(segment_id=segment_id, criteria={"field": "shoe"}), request()
        )
    assert refused.value.path == "criteria.field"
