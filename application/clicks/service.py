"""Clicks: touchpoints of those who followed a link of a message."""

from uuid import UUID

from application.clicks.commands import RecordClick
from application.preferences.sent_messages import handed_over
from application.requests import Answer, Request
from application.store import Store
from application.touchpoints.commands import RecordTouchpoint
from application.touchpoints.service import TouchpointsService
from domain.errors import DifferentContent

SOURCE = "farley"


class ClicksService:
    """Records each form once."""

    def __init__(self, *, store: Store, touchpoints: TouchpointsService) -> None:
        self._store = store
        self._touchpoints = touchpoints

    def reader_language(self, message_id: UUID | None) -> str | None:
        """The language that the message's reader was known to read. MessageNotFound, as for `record_click`."""
        return (handed_over(self._store, message_id).values or {}).get("language")

    def record_click(self, command: RecordClick, request: Request) -> Answer:
        """The profile that the message went to clicked. MessageNotFound where it was never handed over."""
        handed = handed_over(self._store, command.link.message_id)
        clicked = RecordTouchpoint(
            customer_id=handed.customer_id,
            source=SOURCE,
            message_id=f"click:{command.nonce}",
            channel="email",
            direction="inbound",
            kind="email_clicked",
            in_reply_to=str(handed.originator_id),
            campaign_id=handed.campaign_id,
            run_id=handed.run_id,
            machine=command.machine,
            properties={"url": command.link.url},
        )
        try:
            return self._touchpoints.record_touchpoint(clicked, request)
        except DifferentContent:
            # the same form sent again by another program: the first one counts
            return Answer(duplicate=True)
