"""Clicks: touchpoints of those who followed a link of a message."""

from datetime import datetime, timedelta
from uuid import UUID

from application.clicks.commands import RecordClick
from application.preferences.sent_messages import handed_over
from application.requests import Answer, Request
from application.signed_links import FollowedLink
from application.store import Store
from application.touchpoints.commands import RecordTouchpoint
from application.touchpoints.service import TouchpointsService
from domain.touchpoints.events import Direction, TouchpointChannel, TouchpointKind
from domain.touchpoints.touchpoint import Touchpoint, touchpoint_id

SOURCE = "farley"
HOUR = timedelta(hours=1)


class ClicksService:
    """Records the clicks on each link. A click that repeats one of the last hour is not recorded."""

    def __init__(self, *, store: Store, touchpoints: TouchpointsService) -> None:
        self._store = store
        self._touchpoints = touchpoints

    def reader_language(self, message_id: UUID | None) -> str | None:
        """Returns the language of the message's recipient, if it was known. Raises MessageNotFound."""
        return (handed_over(self._store, message_id).values or {}).get("language")

    def record_click(self, command: RecordClick, request: Request) -> Answer:
        """Records a click by the profile that got the message. Raises MessageNotFound if it was never handed over.

        A repeated click stores nothing: a person or a machine who clicks ten times within an hour is one fact.
        """
        handed = handed_over(self._store, command.link.message_id)
        if self._is_repeated(command, request.received_at):
            return Answer(duplicate=True)
        clicked = RecordTouchpoint(
            customer_id=handed.customer_id,
            source=SOURCE,
            message_id=_name(command.link, _hour(request.received_at), machine=command.machine),
            channel=TouchpointChannel.EMAIL,
            direction=Direction.INBOUND,
            kind=TouchpointKind.EMAIL_CLICKED,
            in_reply_to=str(handed.originator_id),
            campaign_id=handed.campaign_id,
            run_id=handed.run_id,
            machine=command.machine,
            properties={"url": command.link.url},
        )
        return self._touchpoints.record_touchpoint(clicked, request)

    def _is_repeated(self, command: RecordClick, now: datetime) -> bool:
        """Whether a person clicked on the link within the last hour. A machine's click also repeats a machine's."""
        names = [
            _name(command.link, hour, machine=machine)
            for hour in (_hour(now), _hour(now) - 1)
            for machine in {False, command.machine}
        ]
        clicks = (self._store.first_fact(Touchpoint, touchpoint_id(SOURCE, name)) for name in names)
        return any(click is not None and now - click[0].occurred_at < HOUR for click in clicks)


def _hour(at: datetime) -> int:
    """Returns the number of whole hours since 1970."""
    return int(at.timestamp() // HOUR.total_seconds())


def _name(link: FollowedLink, hour: int, *, machine: bool) -> str:
    """Returns the message id of the click's touchpoint. Concurrent clicks in one hour of the clock share it."""
    return f"click:{link.id}:{hour}" + (":machine" if machine else "")
