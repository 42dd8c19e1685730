"""Facts by their position in the log."""

from typing import Any

from domain.errors import FactNotFound
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.history.facts_schemas import FactOut, FactsOut, FactsQuery
from interfaces.http.current import services
from interfaces.http.schemas.common import NoQuery
from projections.history.facts import fact_at
from projections.history.naming import facts_at

facts = Routes("facts", "Facts by their position in the log.")


@facts.question("/api/facts", FactsQuery, FactsOut)
@action("history:read")
def list_facts(query: Body) -> dict[str, Any]:
    """Says what happened at some positions, and when. Positions without a fact are left out."""
    with services().reading.snapshot() as connection:
        found = facts_at(connection, query["positions"])
    return {"items": [found[position] for position in sorted(found)]}


@facts.question("/api/facts/<position:position>", NoQuery, FactOut)
@action("history:read")
def show_fact(query: Body, position: int) -> dict[str, Any]:
    """Returns the fact at a position as the histories show it, and the facts that followed it in its stream."""
    reading = services().reading
    with reading.snapshot() as connection:
        found = fact_at(connection, reading.cipher, position)
    if found is None:
        raise FactNotFound()
    return {
        "fact": found.fact,
        "customer_id": found.customer_id,
        "following": found.following,
        "more": found.more,
    }
