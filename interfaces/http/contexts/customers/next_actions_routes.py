"""What to do next for a customer, and why."""

from typing import Any
from uuid import UUID

from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.customers.customer_reading_routes import A_CUSTOMER
from interfaces.http.contexts.customers.next_actions_schemas import NextActionsOut
from interfaces.http.current import services
from interfaces.http.moments import moment_of
from interfaces.http.paused import reads
from interfaces.http.people import asked_for
from interfaces.http.schemas.common import MomentQuery
from interfaces.http.waiting import says_how_far
from interfaces.proposing import proposed
from projections.engine.reached import Reached
from projections.next_actions.reading import READS

next_actions = Routes("next-actions", "What to do next for a customer.")


@next_actions.question(f"{A_CUSTOMER}/next-actions", MomentQuery, NextActionsOut)
@action("customers:read")
@reads(*READS)
@says_how_far
def show_next_actions(query: Body, customer_id: UUID) -> tuple[dict[str, Any], Reached]:
    """Proposes what to do next for a person, the most urgent first, and says what every rule answered.

    An offer is proposed only if nothing stops promotional messages to the person: it is decided as in
    `POST /api/eligibility`. The answer about a past moment uses the policy that was in effect then.
    """
    answer = proposed(services(), moment_of({**query}), customer_id)
    return {**answer, **asked_for(answer["customer_id"], customer_id)}, answer["reached"]
