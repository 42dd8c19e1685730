"""Segments, and how many people criteria are about."""

from typing import Any

from application.paths import under
from application.requests import Answer
from application.segments.commands import DefineSegment
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.current import services
from interfaces.http.keeping import asked_and_kept
from interfaces.http.paging import Position, page, place_of
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.segments import (
    AudienceSizeOut,
    DefineSegmentIn,
    PreviewAudienceIn,
    SegmentsOut,
    SegmentsQuery,
    SegmentStoredOut,
)
from projections.segments.reading import segments as segments_defined

segments = Routes("segments", "Criteria, and who matches them.")


@segments.route("/api/segments", methods=["POST"])
@action("segments:write")
@segments.command(DefineSegmentIn, SegmentStoredOut, status=201)
def define_segment(body: Body) -> Answer:
    """Gives criteria a name."""
    return services().segments.define_segment(DefineSegment(**body), command_request())


@segments.route("/api/segments", methods=["GET"])
@action("segments:read")
@segments.question(SegmentsQuery, SegmentsOut)
def list_segments(query: Body) -> dict[str, Any]:
    """Segments, the last defined first."""
    limit, before = query["limit"], place_of(query.get("cursor"), Position)
    with services().reading.snapshot() as connection:
        found = segments_defined(connection, before=before, limit=limit + 1)
    return page(found, limit, lambda segment: segment.defined_position)


@segments.route("/api/audiences/preview", methods=["POST"])
@action("segments:read")
@segments.command(PreviewAudienceIn, AudienceSizeOut)
def preview_audience(body: Body) -> Answer:
    """How many people match, exactly."""
    with under("audience"):
        size, position = services().audiences.size(body["audience"])
    return asked_and_kept(Answer(body={"size": size}, position=position))
