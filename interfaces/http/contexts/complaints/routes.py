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
from projections.complaints.reading import complaints as complaints_told

complaints = Routes("complaints", "What customers complain about.")
A_COMPLAINT = "/api/complaints/<uuid:complaint_id>"


@complaints.route("/api/complaints", methods=["POST"])
@action("complaints:write")
@complaints.command(
    OpenComplaintIn, ComplaintOpenedOut, status=201, location="/api/complaints/{complaint_id}"
)
def open_complaint(body: Body) -> Answer:
    """Opens a complaint. From its position on, no promotional message is sent to the customer."""
    return services().complaints.open_complaint(OpenComplaint(**body), command_request())


@complaints.route(f"{A_COMPLAINT}/responses", methods=["POST"])
@action("complaints:write")
@complaints.command(RespondToComplaintIn, ComplaintStoredOut, if_match=True)
def respond_to_complaint(body: Body, complaint_id: UUID) -> Answer:
    """Records an answer to the customer."""
    command = RespondToComplaint(complaint_id=complaint_id, **body)
    return services().complaints.respond_to_complaint(command, command_request())


@complaints.route(f"{A_COMPLAINT}/escalations", methods=["POST"])
@action("complaints:write")
@complaints.command(EscalateComplaintIn, ComplaintStoredOut, if_match=True)
def escalate_complaint(body: Body, complaint_id: UUID) -> Answer:
    """Records a hand-over to somebody else."""
    command = EscalateComplaint(complaint_id=complaint_id, **body)
    return services().complaints.escalate_complaint(command, command_request())


@complaints.route(f"{A_COMPLAINT}/resolutions", methods=["POST"])
@action("complaints:write")
@complaints.command(ResolveComplaintIn, ComplaintStoredOut, if_match=True)
def resolve_complaint(body: Body, complaint_id: UUID) -> Answer:
    """Records an offered solution. The complaint stops messages until it is closed."""
    command = ResolveComplaint(complaint_id=complaint_id, **body)
    return services().complaints.resolve_complaint(command, command_request())


@complaints.route(f"{A_COMPLAINT}/closings", methods=["POST"])
@action("complaints:write")
@complaints.command(CloseComplaintIn, ComplaintStoredOut, if_match=True)
def close_complaint(body: Body, complaint_id: UUID) -> Answer:
    """Closes the complaint with its root cause. The cooling-off begins."""
    command = CloseComplaint(complaint_id=complaint_id, **body)
    return services().complaints.close_complaint(command, command_request())


@complaints.route(f"{A_COMPLAINT}/reopenings", methods=["POST"])
@action("complaints:write")
@complaints.command(ReopenComplaintIn, ComplaintStoredOut, if_match=True)
def reopen_complaint(body: Body, complaint_id: UUID) -> Answer:
    """Reopens the complaint."""
    command = ReopenComplaint(complaint_id=complaint_id, **body)
    return services().complaints.reopen_complaint(command, command_request())


@complaints.route("/api/complaints", methods=["GET"])
@action("complaints:read")
@complaints.question(ComplaintsQuery, ComplaintsOut)
def list_complaints(query: Body) -> dict[str, Any]:
    """Lists complaints, the one recorded last first."""
    limit, before = query.pop("limit"), place_of(query.pop("cursor", None), Position)
    reading = services().reading
    with reading.snapshot() as connection:
        found = complaints_told(connection, reading.cipher, before=before, limit=limit + 1, **query)
    return page(found, limit, lambda one: one.opened_position)


@complaints.route(A_COMPLAINT, methods=["GET"])
@action("complaints:read")
@complaints.question(NoQuery, ComplaintOut)
def show_complaint(query: Body, complaint_id: UUID) -> StandingComplaint:
    """Returns a complaint with its steps. Its ETag is the value for If-Match."""
    reading = services().reading
    with reading.snapshot() as connection:
        found = complaint(connection, reading.cipher, complaint_id)
    if found is None:
        raise ComplaintNotFound()
    return found
