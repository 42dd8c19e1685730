"""Complaints, from the opening to the closing and back."""

from typing import Any
from uuid import UUID

from application.complaints.commands import (
    CloseComplaint,
    EscalateComplaint,
    OpenComplaint,
    ReopenComplaint,
    ResolveComplaint,
    RespondToComplaint,
)
from application.requests import Answer
from domain.complaints.complaint import Complaint
from domain.complaints.errors import ComplaintNotFound
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.complaints.schemas import (
    CloseComplaintIn,
    ComplaintOpenedOut,
    ComplaintOut,
    ComplaintsOut,
    ComplaintsQuery,
    ComplaintStoredOut,
    EscalateComplaintIn,
    OpenComplaintIn,
    ReopenComplaintIn,
    ResolveComplaintIn,
    RespondToComplaintIn,
)
from interfaces.http.current import services
from interfaces.http.moments import moment_of, refuse_past_of_all, without_etag
from interfaces.http.paging import Position, page, place_of
from interfaces.http.paused import reads
from interfaces.http.people import person_named
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import MomentQuery
from projections.complaints.reading import complaint
from projections.complaints.reading import complaints as complaints_recorded

complaints = Routes("complaints", "What customers complain about.")
OF_CUSTOMER_READS = ("identity", "customers", "complaints")
"""The projections that the complaints of one customer are read from."""
A_COMPLAINT = "/api/complaints/<uuid:complaint_id>"


@complaints.command("/api/complaints", OpenComplaintIn, ComplaintOpenedOut, status=201, location=A_COMPLAINT)
@action("complaints:write")
def open_complaint(body: Body) -> Answer:
    """Opens a complaint. From its position on, no promotional message is sent to the customer."""
    return services().complaints.open_complaint(OpenComplaint(**body), command_request())


@complaints.command(f"{A_COMPLAINT}/responses", RespondToComplaintIn, ComplaintStoredOut, if_match=True)
@action("complaints:write")
def respond_to_complaint(body: Body, complaint_id: UUID) -> Answer:
    """Records an answer to the customer."""
    command = RespondToComplaint(complaint_id=complaint_id, **body)
    return services().complaints.respond_to_complaint(command, command_request())


@complaints.command(f"{A_COMPLAINT}/escalations", EscalateComplaintIn, ComplaintStoredOut, if_match=True)
@action("complaints:write")
def escalate_complaint(body: Body, complaint_id: UUID) -> Answer:
    """Records a hand-over to somebody else."""
    command = EscalateComplaint(complaint_id=complaint_id, **body)
    return services().complaints.escalate_complaint(command, command_request())


@complaints.command(f"{A_COMPLAINT}/resolutions", ResolveComplaintIn, ComplaintStoredOut, if_match=True)
@action("complaints:write")
def resolve_complaint(body: Body, complaint_id: UUID) -> Answer:
    """Records an offered solution. The complaint stops messages until it is closed."""
    command = ResolveComplaint(complaint_id=complaint_id, **body)
    return services().complaints.resolve_complaint(command, command_request())


@complaints.command(f"{A_COMPLAINT}/closings", CloseComplaintIn, ComplaintStoredOut, if_match=True)
@action("complaints:write")
def close_complaint(body: Body, complaint_id: UUID) -> Answer:
    """Closes the complaint with its root cause. The cooling-off begins."""
    command = CloseComplaint(complaint_id=complaint_id, **body)
    return services().complaints.close_complaint(command, command_request())


@complaints.command(f"{A_COMPLAINT}/reopenings", ReopenComplaintIn, ComplaintStoredOut, if_match=True)
@action("complaints:write")
def reopen_complaint(body: Body, complaint_id: UUID) -> Answer:
    """Reopens the complaint."""
    command = ReopenComplaint(complaint_id=complaint_id, **body)
    return services().complaints.reopen_complaint(command, command_request())


@complaints.question("/api/complaints", ComplaintsQuery, ComplaintsOut)
@action("complaints:read")
@reads("complaints", given={"customer_id": OF_CUSTOMER_READS})
def list_complaints(query: Body) -> dict[str, Any]:
    """Lists complaints, the one recorded last first: all, or those of one customer, now or at a past moment."""
    moment, customer_id = moment_of(query), query.pop("customer_id", None)
    if customer_id is None:
        refuse_past_of_all(moment, "Complaints")
        with services().reading.snapshot() as connection:
            return _listed(connection, query)
    with services().moments.of_person(moment, customer_id, OF_CUSTOMER_READS) as models:
        person = person_named(models.connection, customer_id)
        return _listed(models.connection, query, profiles=person.profiles)


@complaints.question(A_COMPLAINT, MomentQuery, ComplaintOut)
@action("complaints:read")
@reads("complaints")
def show_complaint(query: Body, complaint_id: UUID) -> dict[str, Any]:
    """Returns a complaint with its steps, now or at a past moment. Its present ETag is the value for If-Match."""
    moment, stream_id = moment_of(query), Complaint.stream_of(complaint_id)
    with services().moments.of_stream(moment, stream_id, ("complaints",)) as models:
        standing = complaint(models.connection, services().reading.cipher, complaint_id)
        if standing is None:
            raise ComplaintNotFound()
    shown = dict(vars(standing))
    return without_etag(shown) if moment.is_past else shown


def _listed(connection: Any, query: Body, **of: Any) -> dict[str, Any]:
    limit, before = query.pop("limit"), place_of(query.pop("cursor", None), Position)
    cipher = services().reading.cipher
    listed = complaints_recorded(connection, cipher, before=before, limit=limit + 1, **of, **query)
    return page(listed, limit, lambda standing: standing.opened_position)
