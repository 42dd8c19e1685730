"""Segments, and previews of audiences."""

from typing import Any
from uuid import UUID

from application.previews.service import Preview, PreviewAudience, WhyInAudience
from application.requests import Answer
from application.segments.commands import DefineSegment
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.segments.schemas import (
    AudiencePreviewOut,
    DefineSegmentIn,
    PreviewAudienceIn,
    SegmentsOut,
    SegmentStoredOut,
)
from interfaces.http.current import services
from interfaces.http.keeping import with_receipt
from interfaces.http.paging import Position, page, place_of
from interfaces.http.people import person_named
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import PageQuery
from projections.people.reading import KnownPerson
from projections.segments.reading import segments as segments_defined

segments = Routes("segments", "Criteria, and who matches them.")


@segments.command("/api/segments", DefineSegmentIn, SegmentStoredOut, status=201)
@action("segments:write")
def define_segment(body: Body) -> Answer:
    """Defines a segment: gives criteria a name."""
    return services().segments.define_segment(DefineSegment(**body), command_request())


@segments.question("/api/segments", PageQuery, SegmentsOut)
@action("segments:read")
def list_segments(query: Body) -> dict[str, Any]:
    """Segments, the last defined first."""
    limit, before = query["limit"], place_of(query.get("cursor"), Position)
    with services().reading.snapshot() as connection:
        listed = segments_defined(connection, before=before, limit=limit + 1)
    return page(listed, limit, lambda segment: segment.defined_position)


@segments.command("/api/audiences/preview", PreviewAudienceIn, AudiencePreviewOut)
@action("segments:read")
def preview_audience(body: Body) -> Answer:
    """Counts the people who match and those a message would reach. Explains why one person is in or out."""
    person = _explained_person(body.pop("explain", None))
    ask = PreviewAudience(explain=person.person_id if person else None, **body)
    preview = services().previews.preview_audience(ask)
    return with_receipt(
        Answer(body=AudiencePreviewOut().dump(_shown(preview, person)), position=preview.position)
    )


def _explained_person(customer_id: UUID | None) -> KnownPerson | None:
    if customer_id is None:
        return None
    with services().reading.snapshot() as connection:
        return person_named(connection, customer_id)


def _shown(preview: Preview, person: KnownPerson | None) -> dict[str, Any]:
    if preview.why is None or person is None:
        return counted(preview)
    return {**counted(preview), "explanation": _explanation(preview.why, person)}


def counted(preview: Preview) -> dict[str, Any]:
    """Returns the fields of AudienceCountedOut, except the position."""
    counts: dict[str, Any] = {"size": preview.size}
    if preview.estimate is not None:
        counts |= {"reachable": preview.estimate.reachable, "loss": preview.estimate.loss}
        if preview.estimate.interval is not None:
            low, high = preview.estimate.interval
            counts |= {"estimated": True, "interval": {"low": low, "high": high}}
    return counts


def _explanation(why: WhyInAudience, person: KnownPerson) -> dict[str, Any]:
    decided = {}
    if why.decision is not None:
        decided = {"verdict": why.decision.verdict, "rules": why.decision.rules}
    return {
        "customer_id": person.person_id,
        "in_audience": why.in_audience,
        "criteria": [vars(criterion) for criterion in why.criteria],
        **decided,
    }
