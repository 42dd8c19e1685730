"""Sends handed-over messages in groups, and records the outcome of each as soon as it is known."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from application.dispatch.outcomes import Outcomes
from application.mail import Delivery, Departures, Flight, OutgoingMail, Readiness, SendResult
from domain.messages.message import Message
from domain.ports import Clock

BEGIN_WITHIN = 2.0
"""The seconds from the call for handovers within which DATA of the SMTP dialogue must begin."""
RECORD_EVERY = 0.25
"""Seconds after which known outcomes are recorded while others of the same group are still open."""
FIRST_REST, LONGEST_REST = 1.0, 20.0
"""Seconds between two messages while the next hop cannot be reached."""
SMALLEST_GROUP, FIRST_GROUP, LARGEST_GROUP = 1, 25, 400


@dataclass(kw_only=True)
class _Group:
    """Messages of a run that are sent together. `open` are those without a recorded outcome, by index in the flight.

    `record_at` is when the `landed` results are recorded even if others are still open. `paced` says whether this
    group has already determined the size of the run's next group.
    """

    run_id: UUID
    size: int
    open: dict[int, Message]
    flight: Flight
    begin_before: float
    record_at: float
    landed: list[tuple[int, Delivery]] = field(default_factory=list)
    paced: bool = False


class Sending:
    """Sends groups of messages and records their outcomes when the results arrive.

    A run's next group waits until each message of its last one has begun, or can no longer begin. A message that the
    next hop delays for longer stays in flight, and no other message waits for it.
    """

    def __init__(self, departures: Departures, outcomes: Outcomes, clock: Clock) -> None:
        self._departures = departures
        self._outcomes = outcomes
        self._clock = clock
        self._aloft: list[_Group] = []
        self._readiness = Readiness.READY
        self._rest, self._rest_until = 0.0, float("-inf")
        self._group_sizes: dict[UUID, int] = {}
        self.moment = RECORD_EVERY
        """The seconds for which `send` waits for the results of a group.

        Most results arrive in that time, and Farley records them in one append.
        """

    def group_size(self, run_id: UUID) -> int:
        """Returns how many messages of this run the next hop can probably begin in time."""
        return self._group_sizes.get(run_id, FIRST_GROUP)

    def forget_all_but(self, run_ids: Collection[UUID]) -> None:
        """Forgets the group sizes of all other runs."""
        self._group_sizes = {run_id: size for run_id, size in self._group_sizes.items() if run_id in run_ids}

    def has_room(self, run_id: UUID) -> bool:
        """Whether a group of this run may be sent now.

        The last group must have begun, and must not use all connections that the run may have.
        """
        waits = any(group.run_id == run_id and group.flight.waiting_to_begin for group in self._aloft)
        return not waits and self._departures.has_room(run_id)

    def prepared(self, run_id: UUID) -> int:
        """Returns how many messages may be handed over now. While a connection is being opened it is 0.

        If the next hop cannot be reached it is 1, so that an outcome records this, and then 0 for a rest that doubles
        each time. As soon as the next hop can be reached it is a whole group.
        """
        self._readiness = self._departures.prepare()
        if self._readiness is Readiness.READY:
            self._rest = 0.0
            return self.group_size(run_id)
        is_rested = self._clock.monotonic() >= self._rest_until
        return 1 if self._readiness is Readiness.UNREACHABLE and is_rested else 0

    @property
    def in_flight(self) -> frozenset[UUID]:
        """The messages that are being sent and have no outcome yet."""
        return frozenset(message.id for group in self._aloft for message in group.open.values())

    def send(self, run_id: UUID, mails: Sequence[tuple[Message, OutgoingMail]], begin_before: float) -> int:
        """Sends the mails. Returns the position of the last outcome that was recorded at once, or 0 for none."""
        if not mails:
            return 0
        if self._readiness is Readiness.UNREACHABLE:
            self._rest = min(max(FIRST_REST, 2 * self._rest), LONGEST_REST)
            self._rest_until = self._clock.monotonic() + self._rest
        flight = self._departures.depart(run_id, [mail for _, mail in mails], begin_before=begin_before)
        group = _Group(
            run_id=run_id,
            size=len(mails),
            open=dict(enumerate(message for message, _ in mails)),
            flight=flight,
            begin_before=begin_before,
            record_at=self._clock.monotonic() + RECORD_EVERY,
        )
        self._aloft.append(group)
        return self._land(group, self.moment)

    def land(self, seconds: float = 0.0) -> int:
        """Records the outcomes of all groups, waiting up to `seconds` for them.

        Returns the position of the last fact, or 0.
        """
        until, written = self._clock.monotonic() + seconds, 0
        for group in list(self._aloft):
            written = max(written, self._land(group, max(0.0, until - self._clock.monotonic())))
        return written

    def _land(self, group: _Group, seconds: float) -> int:
        """Records a group's outcomes together, or each RECORD_EVERY if some are late, because an append is costly."""
        landed = group.flight.landed(seconds)
        self._pace(group)
        group.landed += landed
        now = self._clock.monotonic()
        if len(group.landed) < len(group.open) and now < group.record_at:
            return 0
        group.record_at = now + RECORD_EVERY
        return self._record(group)

    def _record(self, group: _Group) -> int:
        concluded = [(group.open.pop(index), delivery) for index, delivery in group.landed]
        group.landed.clear()
        if not group.open:
            self._aloft.remove(group)
        self._shrink(group, (delivery for _, delivery in concluded))
        for message, delivery in concluded:
            self._outcomes.conclude(message, delivery, group.run_id)
        return self._outcomes.record(group.run_id, [message for message, _ in concluded])

    def _pace(self, group: _Group) -> None:
        """Doubles the run's group size, once the whole group has begun, if twice as many could have begun in time."""
        if group.paced or group.flight.waiting_to_begin:
            return
        group.paced = True
        size = self.group_size(group.run_id)
        in_time = self._clock.monotonic() <= group.begin_before - BEGIN_WITHIN / 2
        if in_time and group.size >= size:
            self._group_sizes[group.run_id] = min(LARGEST_GROUP, size * 2)

    def _shrink(self, group: _Group, deliveries: Iterable[Delivery]) -> None:
        """Halves the run's group size if the next hop was too slow for this group to begin in time."""
        if any(delivery.result is SendResult.NOT_BEGUN for delivery in deliveries):
            size = min(self.group_size(group.run_id), group.size // 2)
            self._group_sizes[group.run_id] = max(SMALLEST_GROUP, size)
