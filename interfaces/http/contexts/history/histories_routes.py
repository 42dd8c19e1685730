"""The histories of complaints and of runs. Those of customers and campaigns are with the other questions about them."""

from typing import Any
from uuid import UUID

from domain.complaints.complaint import Complaint
from domain.complaints.errors import ComplaintNotFound
from domain.runs.run import Run
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.history.histories_schemas import (
    ComplaintHistoryOut,
    HistoryQuery,
    RunHistoryOut,
)
from interfaces.http.contexts.history.pages_of_facts import history_page
from interfaces.http.contexts.runs.routes import run_of
from interfaces.http.current import services
from interfaces.http.paused import reads
from projections.complaints.reading import complaint

histories = Routes("histories", "Every stored fact about a complaint or a run.")


@histories.question("/api/complaints/<uuid:complaint_id>/history", HistoryQuery, ComplaintHistoryOut)
@action("history:read")
@reads("complaints")
def show_complaint_history(query: Body, complaint_id: UUID) -> dict[str, Any]:
    """Returns every stored fact about the complaint in the log's order, with its actor."""
    reading = services().reading
    with reading.snapshot() as connection:
        if complaint(connection, reading.cipher, complaint_id) is None:
            raise ComplaintNotFound()
        facts = history_page(connection, query, Complaint.stream_of(complaint_id), "complaints")
    return {"complaint_id": complaint_id, **facts}


@histories.question(
    "/api/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>/history", HistoryQuery, RunHistoryOut
)
@action("history:read")
@reads("campaigns")
def show_run_history(query: Body, campaign_id: UUID, run_id: UUID) -> dict[str, Any]:
    """Returns every stored fact about the run in the log's order, with its actor."""
    with services().reading.snapshot() as connection:
        run_of(connection, campaign_id, run_id)
        facts = history_page(connection, query, Run.stream_of(run_id), "campaigns")
    return {"run_id": run_id, **facts}
