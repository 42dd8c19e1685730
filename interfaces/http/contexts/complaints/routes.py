"""Complaints, from the opening to the closing and back."""

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
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.complaints.schemas import (
    CloseComplaintIn,
    ComplaintOpenedOut,
    ComplaintStoredOut,
    EscalateComplaintIn,
    OpenComplaintIn,
    ReopenComplaintIn,
    ResolveComplaintIn,
    RespondToComplaintIn,
)
from interfaces.http.current import services
from interfaces.http.requests_in import command_request

complaints = Routes("complaints", "What customers complain about, and what is done about it.")
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
