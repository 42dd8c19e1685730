"""Messages of all runs whose outcome is unknown, and what operators found out about them."""

from typing import Any

from application.campaigns.messages import ResolveMessages
from application.requests import Answer
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.messages.schemas import (
    MOST_COUNTED,
    MessageCountsOut,
    MessagesResolvedOut,
    ResolveMessagesIn,
    UnknownMessagesOut,
    UnknownMessagesQuery,
)
from interfaces.http.contexts.runs.names import with_names
from interfaces.http.current import services
from interfaces.http.paging import Position, page, place_of
from interfaces.http.paused import reads
from interfaces.http.requests_in import command_request
from interfaces.http.schemas.common import NoQuery
from projections.campaigns.reading import unknown_count, unknown_messages

messages = Routes("messages", "Messages of all runs that an operator has to settle.")


@messages.question("/api/messages", UnknownMessagesQuery, UnknownMessagesOut)
@action("campaigns:read")
@reads("campaigns", "identity", "customers")
def list_unknown_messages(query: Body) -> dict[str, Any]:
    """Lists the messages of which nobody knows whether the next hop took them, the oldest first."""
    limit, after = query["limit"], place_of(query.get("cursor"), Position) or 0
    with services().reading.snapshot() as connection:
        rows = unknown_messages(connection, after=after, limit=limit + 1)
        shown = with_names(connection, rows)
    return page(shown, limit, lambda row: row["position"])


@messages.question("/api/messages/counts", NoQuery, MessageCountsOut)
@action("campaigns:read")
@reads("campaigns")
def count_unknown_messages(query: Body) -> dict[str, Any]:
    """Counts the messages of all runs whose outcome is unknown."""
    with services().reading.snapshot() as connection:
        return {"total": unknown_count(connection, most=MOST_COUNTED)}


@messages.command("/api/messages/resolutions", ResolveMessagesIn, MessagesResolvedOut)
@action("campaigns:write")
def resolve_messages(body: Body) -> Answer:
    """Records whether the next hop took these messages: of all of them, or of none if one is refused."""
    return services().messages.resolve_messages(ResolveMessages(**body), command_request())
