"""Pages of histories, with the filters of their questions."""

from typing import Any
from uuid import UUID

from interfaces.http.blueprint import Body
from interfaces.http.current import services
from interfaces.http.moments import refuse_reversed
from interfaces.http.paging import Position, page, place_of
from projections.history.filters import FactFilter
from projections.history.reading import stream_history


def wanted_of(query: Body) -> tuple[int, int, FactFilter]:
    """Returns the limit of a page, the position after which it begins, and which facts are wanted.

    Raises InvalidInput for a period, or a part of the log, that ends before it begins.
    """
    refuse_reversed(query)
    refuse_reversed(query, "first_position", "last_position")
    after = place_of(query.get("cursor"), Position) or 0
    filters = {name: value for name, value in query.items() if name not in ("limit", "cursor")}
    return query["limit"], after, FactFilter(**filters)


def history_page(connection: Any, query: Body, stream_id: UUID, projection: str) -> dict[str, Any]:
    """Returns a page of the facts of a stream, as far as a projection is."""
    limit, after, wanted = wanted_of(query)
    cipher = services().reading.cipher
    facts = stream_history(
        connection, cipher, stream_id, projection, wanted=wanted, after=after, limit=limit + 1
    )
    return page(facts, limit, lambda fact: fact.position)
