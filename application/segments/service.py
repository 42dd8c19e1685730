"""The use cases for segments, which are named criteria."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from application.natural_identity import of_kind, save_unless_so
from application.requests import Answer, Request
from application.segments.commands import DefineSegment, ReviseSegment
from application.store import Store, load, retried
from domain.criteria.errors import InvalidCriteria
from domain.criteria.walking import named_segments
from domain.errors import InvalidInput
from domain.ports import Ids
from domain.segments.errors import SegmentNotFound
from domain.segments.events import SegmentContent
from domain.segments.segment import Segment

CheckCriteria = Callable[[Mapping[str, Any], datetime], None]
"""Raises InvalidCriteria, with a path within the criteria, for criteria that nobody can match at an instant."""


class SegmentReading(Protocol):
    """The port to what is known of segments."""

    def with_name(self, name: str) -> list[UUID]:
        """Returns the ids of the segments with this name, compared without case, the newest first."""

    def check_users(self, segment_id: UUID, criteria: Mapping[str, Any]) -> None:
        """Raises SegmentUsesTooMuch if these criteria made what names the segment larger than criteria may be."""


class SegmentsService:
    """Defines and revises segments. No segment contains itself, not even by way of others."""

    def __init__(
        self, *, store: Store, ids: Ids, check_criteria: CheckCriteria, reading: SegmentReading
    ) -> None:
        self._store = store
        self._ids = ids
        self._check_criteria = check_criteria
        self._reading = reading

    def define_segment(self, command: DefineSegment, request: Request) -> Answer:
        """Defines a segment. The answers name other segments that have the same name."""
        self._check(command.criteria, request.received_at)
        segment = Segment.define(
            self._ids.new(), request.circumstances(), name=command.name, criteria=command.criteria
        )
        return self._store.save(segment, request=request, answer=self._answer(segment, created=True))

    @retried
    def revise_segment(self, command: ReviseSegment, request: Request) -> Answer:
        """Gives a segment another name or other criteria. Runs that have begun keep their audiences."""
        segment = load(self._store, Segment, command.segment_id, SegmentNotFound, request)
        criteria = segment.criteria if command.criteria is None else command.criteria
        within: dict[UUID, Segment] = {}
        if criteria != segment.criteria:
            self._check(criteria, request.received_at)
            within = self._within(segment.id, criteria)
            self._reading.check_users(segment.id, criteria)
        segment.revise(request.circumstances(), name=command.name or segment.name, criteria=criteria)
        answer = self._answer(segment)
        if not segment.pending_events:
            made_so = of_kind(SegmentContent)
            return save_unless_so(self._store, segment, request=request, answer=answer, made_so=made_so)
        return self._store.save(segment, request=request, answer=answer, rests_on=tuple(within.values()))

    def _answer(self, segment: Segment, *, created: bool = False) -> Answer:
        alike = [str(one) for one in self._reading.with_name(segment.name) if one != segment.id]
        body = {"segment_id": str(segment.id), "same_name": alike}
        return Answer(body=body, version=segment.version, created=created)

    def _within(self, segment_id: UUID, criteria: Mapping[str, Any]) -> dict[UUID, Segment]:
        """Returns the segments that the criteria name, and those that these name. Raises InvalidCriteria for a cycle.

        A save rests on them, so that two revisions at the same time make no cycle either.
        """
        found: dict[UUID, Segment] = {}
        for path, named in named_segments(criteria):
            for one in self._reached(named, found):
                if one == segment_id:
                    raise InvalidCriteria(
                        "The segment would contain itself.", path=f"criteria.{path}", code="segment_cycle"
                    )
        return found

    def _reached(self, first: UUID, found: dict[UUID, Segment]) -> Iterator[UUID]:
        """Yields a segment and those that it names, level by level, each once. Adds those that exist to `found`."""
        level = {first}
        while level:
            yield from level
            found |= self._store.find_all(Segment, level - found.keys())
            level = {
                named
                for one in level
                for _, named in named_segments(found[one].criteria)
                if named not in found
            }

    def _check(self, criteria: Mapping[str, Any], at: datetime) -> None:
        try:
            self._check_criteria(criteria, at)
        except InvalidInput as refusal:
            raise refusal.at("criteria") from refusal
