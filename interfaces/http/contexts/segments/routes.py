"""Segments, and previews of audiences."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from application.moments import Moment
from application.previews.counting import Preview, PreviewAudience
from application.previews.shown import shown
from application.receipts import ReceiptExists
from application.requests import Answer
from application.segments.commands import DefineSegment, ReviseSegment
from domain.segments.errors import SegmentNotFound
from interfaces.http.auth import action, allowed
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.jobs.routes import A_JOB, job_shown
from interfaces.http.contexts.jobs.schemas import JobOut
from interfaces.http.contexts.segments.schemas import (
    AudiencePreviewOut,
    DefineSegmentIn,
    PreviewAudienceIn,
    ReviseSegmentIn,
    SegmentShownOut,
    SegmentsOut,
    SegmentStoredOut,
)
from interfaces.http.current import services, subject
from interfaces.http.keeping import with_receipt
from interfaces.http.moments import moment_of
from interfaces.http.paging import Position, page, place_of
from interfaces.http.paused import paused_fields, reads
from interfaces.http.people import person_named
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import NoQuery, PageQuery
from projections.customers.reading import names
from projections.decision_facts.reading import OF_CUSTOMERS, previewed_from
from projections.segments.reading import NamedSegment, segment, users_of, versions
from projections.segments.reading import segments as segments_defined

segments = Routes("segments", "Criteria, and who matches them.")
NAMES = "customers:read"
"""The action that shows the names of people."""
A_SEGMENT = "/api/segments/<uuid:segment_id>"


@segments.command("/api/segments", DefineSegmentIn, SegmentStoredOut, status=201, location=A_SEGMENT)
@action("segments:write")
def define_segment(body: Body) -> Answer:
    """Defines a segment: gives criteria a name."""
    return services().segments.define_segment(DefineSegment(**body), command_request())


@segments.question("/api/segments", PageQuery, SegmentsOut)
@action("segments:read")
@reads("segments")
def list_segments(query: Body) -> dict[str, Any]:
    """Segments, the last defined first."""
    limit, before = query["limit"], place_of(query.get("cursor"), Position)
    with services().reading.snapshot() as connection:
        listed = segments_defined(connection, before=before, limit=limit + 1)
    return page([_shown(one) for one in listed], limit, lambda one: one["defined_position"])


@segments.question(A_SEGMENT, NoQuery, SegmentShownOut)
@action("segments:read")
@reads("segments")
def show_segment(query: Body, segment_id: UUID) -> dict[str, Any]:
    """Returns a segment, where it is used, and its versions. Its ETag is the value for If-Match."""
    with services().reading.snapshot() as connection:
        found = segment(connection, segment_id)
        if found is None:
            raise SegmentNotFound()
        return {
            **_shown(found),
            "users": users_of(connection, segment_id),
            "versions": versions(connection, segment_id, found.position),
        }


@segments.command(A_SEGMENT, ReviseSegmentIn, SegmentStoredOut, if_match=True, method="PATCH")
@action("segments:write")
def revise_segment(body: Body, segment_id: UUID) -> Answer:
    """Gives the segment another name or other criteria. Criteria that would contain the segment itself are refused."""
    return services().segments.revise_segment(ReviseSegment(segment_id=segment_id, **body), command_request())


@segments.command(
    "/api/audiences/preview", PreviewAudienceIn, AudiencePreviewOut, later=JobOut, location=A_JOB
)
@action("segments:read")
@reads(
    *previewed_from(decides=False, explains=False),
    given={
        "channel": previewed_from(decides=True, explains=False),
        "explain": previewed_from(decides=False, explains=True),
        "sample": ("audience", "customers"),
    },
    past={"explain": OF_CUSTOMERS},
)
def preview_audience(body: Body) -> Answer:
    """Counts the people who match and those a message would reach. Explains why one person is in or out.

    With `known_at` or `as_of` the answer is 202 with a job, because the log is folded again for everybody. The job has
    the same counts for that moment, with the links between profiles and the policy that held then. With `exact` the
    answer is a job, too, which decides everybody instead of a sample.
    """
    moment = moment_of(body)
    if body.get("exact") and not moment.is_past:
        moment = Moment(known_at=services().clock.now())
    return _preview_later(body, moment) if moment.is_past else _preview_now(body)


def _shown(found: NamedSegment) -> dict[str, Any]:
    used_by = {"segments": found.in_segments, "campaigns": found.in_campaigns}
    return {**vars(found), "used_by": used_by}


def _asked(body: Body) -> PreviewAudience:
    """Returns the question, with the person id of the person to explain. Raises CustomerNotFound."""
    explain = body.pop("explain", None)
    if explain is None:
        return PreviewAudience(**body)
    with services().reading.snapshot() as connection:
        return PreviewAudience(explain=person_named(connection, explain).person_id, **body)


def _preview_now(body: Body) -> Answer:
    """Counts. No receipt keeps names: personal data is stored sealed only."""
    preview = services().previews.preview_audience(_asked(body))
    counted = AudiencePreviewOut().dump(shown(preview))
    kept = with_receipt(Answer(body={**counted, **paused_fields()}, position=preview.position))
    return replace(kept, body={**kept.body, **AudiencePreviewOut().dump(_sampled(preview))})


def _sampled(preview: Preview) -> dict[str, Any]:
    """Returns the people of the sample with their names, for keys that may see them."""
    if not preview.sample or not allowed(subject(), NAMES):
        return {}
    reading = services().reading
    with reading.snapshot() as connection:
        named = names(connection, reading.cipher, preview.sample)
    return {"sample": [{"customer_id": one, "name": named.get(one)} for one in preview.sample]}


def _preview_later(body: Body, moment: Moment) -> Answer:
    """Asks a job. A request that was sent twice at the same time leaves one job."""
    _asked({**body})
    job = services().past_preview_jobs.ask(PreviewAudience(**body), moment, subject().actor)
    try:
        return with_receipt(Answer(body=JobOut().dump(job_shown(job)), position=job.position, accepted=True))
    except ReceiptExists:
        services().jobs.cancel(job.job_id)
        raise
