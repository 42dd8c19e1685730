"""What was done to projections."""

from typing import Any

from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.projections.schemas import InterventionsOut
from interfaces.http.current import services
from interfaces.http.paging import Instant, Position, page, place_of
from interfaces.http.schemas.common import PageQuery

projections = Routes("projections", "The history of the projections; /health/ready shows how they are now.")


@projections.question("/api/projections/history", PageQuery, InterventionsOut)
@action("projections:read")
def list_interventions(query: Body) -> dict[str, Any]:
    """Lists who paused, retried, skipped, rebuilt or verified which projections, and how it ended, newest first."""
    limit, before = query["limit"], place_of(query.get("cursor"), tuple[Instant, Position])
    done = services().interventions(limit + 1, before)
    return page(done, limit, lambda intervention: intervention.place)
