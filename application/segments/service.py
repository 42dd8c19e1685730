"""The use case for segments, which are named criteria."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from application.requests import Answer, Request
from application.segments.commands import DefineSegment
from application.store import Store
from domain.errors import InvalidInput
from domain.ports import Ids
from domain.segments.segment import Segment

CheckCriteria = Callable[[Mapping[str, Any], datetime], None]
"""Raises InvalidCriteria, with a path within the criteria, for criteria that nobody can match at an instant."""


class SegmentsService:
    """Defines segments. A segment never changes and can only name existing segments, so there are no cycles."""

    def __init__(self, *, store: Store, ids: Ids, check_criteria: CheckCriteria) -> None:
        self._store = store
        self._ids = ids
        self._check_criteria = check_criteria

    def define_segment(self, command: DefineSegment, request: Request) -> Answer:
        self._check(command.criteria, request.received_at)
        segment = Segment.define(
            self._ids.new(), request.circumstances(), name=command.name, criteria=command.criteria
        )
        answer = Answer(body={"segment_id": str(segment.id)}, version=segment.version, created=True)
        return self._store.save(segment, request=request, answer=answer)

    def _check(self, criteria: Mapping[str, Any], at: datetime) -> None:
        try:
            self._check_criteria(criteria, at)
        except InvalidInput as refusal:
            raise refusal.at("criteria") from refusal
