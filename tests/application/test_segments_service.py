"""Use cases of segments."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from application.segments.commands import DefineSegment
from application.segments.service import SegmentsService
from domain.criteria.errors import InvalidCriteria
from domain.segments.events import SegmentDefined
from tests.application.setting import Setting, request, shown

CRITERIA = {"field": "country", "op": "eq", "value": "ES"}


def refuse_unknown_fields(criteria: Mapping[str, Any], at: datetime) -> None:
    if criteria.get("field") != "country":
        raise InvalidCriteria(path="field", code="unknown_field")


def segments(setting: Setting) -> SegmentsService:
    return SegmentsService(store=setting.store, ids=setting.ids, check_criteria=refuse_unknown_fields)


def test_a_segment_keeps_its_criteria() -> None:
    setting = Setting()
    answer = segments(setting).define_segment(DefineSegment(name="Spain", criteria=CRITERIA), request())
    assert shown(answer) == (True, False, 2)
    assert answer.body == {"segment_id": str(UUID(int=1))}
    (fact,) = setting.told()
    assert isinstance(fact, SegmentDefined)
    assert (fact.name, fact.criteria) == ("Spain", CRITERIA)


def test_criteria_that_cannot_be_read_are_refused_with_their_path() -> None:
    setting = Setting()
    with pytest.raises(InvalidCriteria) as refused:
        segments(setting).define_segment(DefineSegment(name="X", criteria={"field": "shoe"}), request())
    assert refused.value.path == "criteria.field"
    assert setting.told() == []
