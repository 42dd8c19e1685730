"""Letting handed-over messages go in groups, and writing what became of each as soon as it is known."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from application.dispatch.outcomes import Outcomes
from application.mail import Delivery, Departures, Flight, OutgoingMail, Readiness, SendResult
from domain.messages.message import Message
from domain.ports import Clock

BEGIN_WITHIN = 2.0
"""Seconds from asking for the handover to the beginning of the SMTP dialogue's DATA."""
RECORD_EVERY = 0.25
"""Seconds after which outcomes are written while others of the same group are still open."""
FIRST_REST, LONGEST_REST = 1.0, 20.0
"""Seconds between two messages whose outcome is that nobody can be reached."""
SMALLEST_GROUP, FIRST_GROUP, LARGEST_GROUP = 1, 25, 400


@dataclass(frozen=True, kw_only=True)
class _Group:
    """Messages of a run that went together; `open`: those without a result, by their index in the flight."""

    run_id: UUID
    size: int
    open: dict[int, Message]
    flight: Flight


class Sending:
    """Waits for a group until all of it has begun, or cannot begin any more. What the next hop holds up for
    longer stays in flight: its outcome is written when it lands, and no other message waits for it.
    """

    def __init__(self, departures: Departures, outcomes: Outcomes, clock: Clock) -> None:
        self._departures = departures
        self._outcomes = outcomes
        self._clock = clock
        self._aloft: list[_Group] = []
        self._readiness = Readiness.READY
        self._rest, self._rest_until = 0.0, float("-inf")
        self.group_size = FIRST_GROUP
        """How many messages the next hop is thought to begin in time."""

    @property
    def has_room(self) -> bool:
        return self._departures.has_room

    def prepared(self) -> int:
        """How many messages may be handed over now: none while there will soon be a connection.

        Where the next hop cannot be reached it is one, whose outcome says so, and then none for a rest that is
        each time twice as long; all as soon as it can be reached.
        """
        self._readiness = self._departures.prepare()
        if self._readiness is Readiness.READY:
            self._rest = 0.0
            return self.group_size
        is_rested = self._clock.monotonic() >= self._rest_until
        return 1 if self._readiness is Readiness.UNREACHABLE and is_rested else 0

    @property
    def in_flight(self) -> frozenset[UUID]:
        """Messages that were let go and have no outcome yet."""
        return frozenset(message.id for group in self._aloft for message in group.open.values())

    def send(self, run_id: UUID, mails: Sequence[tuple[Message, OutgoingMail]], begin_before: float) -> int:
        """Lets them go; the position of the last outcome that was written, 0 for none."""
        if not mails:
            return 0
        if self._readiness is Readiness.UNREACHABLE:
            self._rest = min(max(FIRST_REST, 2 * self._rest), LONGEST_REST)
            self._rest_until = self._clock.monotonic() + self._rest
        flight = self._departures.depart([mail for _, mail in mails], begin_before=begin_before)
        messages = dict(enumerate(message for message, _ in mails))
        group = _Group(run_id=run_id, size=len(mails), open=messages, flight=flight)
        self._aloft.append(group)
        written = self._land(group, RECORD_EVERY)
        while flight.waiting_to_begin and self._clock.monotonic() < begin_before:
            written = max(written, self._land(group, RECORD_EVERY))
        self._grow(group, begin_before)
        return written

    def land(self, seconds: float = 0.0) -> int:
        """Writes what has become known of earlier groups, waiting so long for the rest; the last position."""
        until, written = self._clock.monotonic() + seconds, 0
        for group in list(self._aloft):
            written = max(written, self._land(group, max(0.0, until - self._clock.monotonic())))
        return written

    def _land(self, group: _Group, seconds: float) -> int:
        landed = [(group.open.pop(index), delivery) for index, delivery in group.flight.landed(seconds)]
        if not group.open:
            self._aloft.remove(group)
        for message, delivery in landed:
            self._outcomes.conclude(message, delivery, group.run_id)
        self._shrink(group, [delivery for _, delivery in landed])
        return self._outcomes.record(group.run_id, [message for message, _ in landed])

    def _shrink(self, group: _Group, deliveries: Sequence[Delivery]) -> None:
        """Smaller groups for a next hop that is too slow for this one to begin in time."""
        if any(delivery.result is SendResult.NOT_BEGUN for delivery in deliveries):
            self.group_size = max(SMALLEST_GROUP, min(self.group_size, group.size // 2))

    def _grow(self, group: _Group, begin_before: float) -> None:
        """Larger groups where one twice as large would have begun in time."""
        in_time = self._clock.monotonic() <= begin_before - BEGIN_WITHIN / 2
        if in_time and not group.flight.waiting_to_begin and group.size >= self.group_size:
            self.group_size = min(LARGEST_GROUP, self.group_size * 2)
