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
from interfaces.http.paging import Position, page, place_of
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import NoQuery
from projections.complaints.reading import StandingComplaint, complaint
from projections.complaints.reading import complaints as complaints_recorded

complaints = Routes("complaints", "What customers complain about.")
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
def list_complaints(query: Body) -> dict[str, Any]:
    """Lists complaints, the one recorded last first."""
    limit, before = query.pop("limit"), place_of(query.pop("cursor", None), Position)
    reading = services().reading
    with reading.snapshot() as connection:
        listed = complaints_recorded(connection, reading.cipher, before=before, limit=limit + 1, **query)
    return page(listed, limit, lambda standing: standing.opened_position)


@complaints.question(A_COMPLAINT, NoQuery, ComplaintOut)
@action("complaints:read")
def show_complaint(query: Body, complaint_id: UUID) -> StandingComplaint:
    """Returns a complaint with its steps. Its ETag is the value for If-Match."""
    reading = services().reading
    with reading.snapshot() as connection:
        standing = complaint(connection, reading.cipher, complaint_id)
    if standing is None:
        raise ComplaintNotFound()
    return standing
