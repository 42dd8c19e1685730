"""Messages as they were sent."""

from typing import Any
from uuid import UUID

from application.campaigns.shown import UnreadableMessage
from interfaces.http.auth import action
from interfaces.http.blueprint import Body, Routes
from interfaces.http.contexts.messages.shown_messages_schemas import MessageQuery, ShownMessageOut
from interfaces.http.current import services

shown_messages = Routes("shown-messages", "Messages as they were sent.")


@shown_messages.question(
    "/api/campaigns/<uuid:campaign_id>/runs/<uuid:run_id>/messages/<uuid:message_id>",
    MessageQuery,
    ShownMessageOut,
)
@action("history:read")
def show_message(query: Body, campaign_id: UUID, run_id: UUID, message_id: UUID) -> dict[str, Any]:
    """Returns a message as it was handed over, byte for byte, rendered again from the log alone."""
    shown = services().shown_messages.show_of_run(campaign_id, run_id, message_id, query.get("attempt"))
    of_run = {**vars(shown), "customer_id": shown.member_id}
    if isinstance(shown, UnreadableMessage):
        return {**of_run, "content": None, "same": None}
    return {**of_run, "content": shown.content.decode(), "same": shown.same, "fault": None}
