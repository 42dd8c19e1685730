"""Clicks: touchpoints of those who followed a link of a message."""

from datetime import datetime, timedelta
from uuid import UUID

from application.clicks.commands import RecordClick
from application.links import FollowedLink
from application.preferences.sent_messages import handed_over
from application.requests import Answer, Request
from application.store import Store
from application.touchpoints.commands import RecordTouchpoint
from application.touchpoints.service import TouchpointsService
from domain.touchpoints.touchpoint import Channel, Touchpoint, touchpoint_id

SOURCE = "farley"
HOUR = timedelta(hours=1)


class ClicksService:
    """Records the clicks of each link, at most one an hour."""

    def __init__(self, *, store: Store, touchpoints: TouchpointsService) -> None:
        self._store = store
        self._touchpoints = touchpoints

    def reader_language(self, message_id: UUID | None) -> str | None:
        """The language that the message's reader was known to read. MessageNotFound, as for `record_click`."""
        return (handed_over(self._store, message_id).values or {}).get("language")

    def record_click(self, command: RecordClick, request: Request) -> Answer:
        """The profile that the message went to clicked. MessageNotFound where it was never handed over.

        By one link people leave one fact an hour, and machines one more where no person has clicked.
        """
        handed = handed_over(self._store, command.link.message_id)
        if self._is_repeated(command, request.received_at):
            return Answer(duplicate=True)
        clicked = RecordTouchpoint(
            customer_id=handed.customer_id,
            source=SOURCE,
            message_id=_name(command.link, _hour(request.received_at), machine=command.machine),
            channel=Channel.EMAIL,
            direction="inbound",
            kind="email_clicked",
            in_reply_to=str(handed.originator_id),
            campaign_id=handed.campaign_id,
            run_id=handed.run_id,
            machine=command.machine,
            properties={"url": command.link.url},
        )
        return self._touchpoints.record_touchpoint(clicked, request)

    def _is_repeated(self, command: RecordClick, now: datetime) -> bool:
        """Whether the link was followed within the hour; a person's click is no repetition of a machine's."""
        names = [
            _name(command.link, hour, machine=machine)
            for hour in (_hour(now), _hour(now) - 1)
            for machine in {False, command.machine}
        ]
        clicks = (self._store.first_fact(Touchpoint, touchpoint_id(SOURCE, name)) for name in names)
        return any(click is not None and now - click[0].occurred_at < HOUR for click in clicks)


def _hour(at: datetime) -> int:
    """The clock's hours since 1970."""
    return int(at.timestamp() // HOUR.total_seconds())


def _name(link: FollowedLink, hour: int, *, machine: bool) -> str:
    """What the click's touchpoint is called: two at once in the same hour of the clock are one."""
    return f"click:{link.id}:{hour}" + (":machine" if machine else "")
