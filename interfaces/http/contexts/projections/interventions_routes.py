"""Pausing, retrying, skipping and rebuilding of projections. The projector does what is asked for."""

from typing import Any
from uuid import UUID

from application.interventions import AskedAction
from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.projections.interventions_schemas import (
    InterventionAskedOut,
    InterventionRequestOut,
    InterventionRequestsOut,
)
from interfaces.http.current import services
from interfaces.http.keeping import with_first_receipt
from interfaces.http.paging import Instant, page, place_of
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import NoQuery, NothingIn, PageQuery

interventions = Routes("interventions", "What operators ask to be done to projections.")
REQUESTS = "/api/projections/requests"
MEANS = {
    AskedAction.PAUSE: "Asks to pause a projection. Its tables serve on as they are until it is retried.",
    AskedAction.RETRY: "Asks to let a paused projection go on. A fact that it could not fold is tried again.",
    AskedAction.SKIP: "Asks to let a paused projection go on without the fact that it could not fold.",
    AskedAction.REBUILD: "Asks to fold a projection again from the first fact, beside the tables that serve, with those"
    " that it needs or that need it.",
}
PATHS = {
    AskedAction.PAUSE: "pauses",
    AskedAction.RETRY: "retries",
    AskedAction.SKIP: "skips",
    AskedAction.REBUILD: "rebuilds",
}


def _add(asked: AskedAction) -> None:
    """Adds the route of one action."""

    def ask(body: Body, projection: str) -> Answer:
        request = command_request()
        return with_first_receipt(lambda: services().asked_interventions.ask(asked, projection, request))

    ask.__name__, ask.__doc__ = f"{asked}_projection", MEANS[asked]
    path = f"/api/projections/<projection>/{PATHS[asked]}"
    declared = interventions.command(
        path, NothingIn, InterventionAskedOut, status=202, location=f"{REQUESTS}/<uuid:request_id>"
    )
    declared(action("projections:write")(ask))


for _asked in AskedAction:
    _add(_asked)


@interventions.question(REQUESTS, PageQuery, InterventionRequestsOut)
@action("projections:read")
def list_requests(query: Body) -> dict[str, Any]:
    """Lists what was asked for and what became of it, the newest first."""
    limit, before = query["limit"], place_of(query.get("cursor"), tuple[Instant, UUID])
    return page(services().asked_interventions.newest(limit + 1, before), limit, lambda one: one.place)


@interventions.question(f"{REQUESTS}/<uuid:request_id>", NoQuery, InterventionRequestOut)
@action("projections:read")
def show_request(query: Body, request_id: UUID) -> Any:
    """Returns a request, and what became of it."""
    return vars(services().asked_interventions.find(request_id))
