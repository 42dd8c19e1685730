"""Records the outcomes of messages, also when the database was unavailable in between."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from application.dispatch.ports import dispatcher_circumstances, dispatcher_request
from application.mail import Delivery, SendResult
from application.requests import Answer, Request
from application.store import Store
from domain.aggregates import Aggregate
from domain.deciding.codes import ReasonCode
from domain.errors import Conflict
from domain.facts import Circumstances, derived_id
from domain.messages.message import Message
from domain.ports import Clock
from domain.suppressions.events import SuppressionScope
from domain.suppressions.suppression import Suppression

log = structlog.get_logger("dispatcher")

FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)
FIRST_RESUMPTION = timedelta(seconds=2)
"""The first wait after a handover that lapsed. The waits grow, so a slow or silent next hop is tried less often."""


Pending = tuple[Aggregate, list[Any]]
"""An aggregate with its facts that have yet to be written."""


class Outcomes:
    """Records outcomes, and keeps those that it could not write."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._bounces: dict[UUID, Suppression] = {}
        self._owed: list[tuple[UUID, list[list[Pending]]]] = []

    def conclude(self, message: Message, delivery: Delivery, run_id: UUID) -> None:
        """Turns the next hop's answer into the message's next fact. `record` has to write it."""
        now = self._clock.now()
        circumstances = dispatcher_circumstances(now, run_id)
        reply = delivery.reply or None
        match delivery.result:
            case SendResult.ACCEPTED:
                message.accept(circumstances, delivery.code, reply)
            case SendResult.REFUSED:
                message.refuse(circumstances, delivery.code, reply)
                if delivery.bounced:
                    self._stop_address(message, circumstances)
            case SendResult.REFUSED_FOR_NOW:
                retry_at = now + doubled(FIRST_RETRY, message.attempt)
                message.refuse_for_now(circumstances, retry_at, delivery.code, reply)
            case SendResult.UNKNOWN:
                message.lose_track(circumstances)
            case SendResult.NOT_BEGUN:
                message.lapse(circumstances, now + doubled(FIRST_RESUMPTION, message.attempt))

    def record(self, run_id: UUID, messages: Sequence[Message]) -> int:
        """Writes the pending facts of these messages. Returns the position of the last fact, or 0 for none."""
        if not messages:
            return 0
        together = [
            [_pending(aggregate) for aggregate in self._standing_with(message)] for message in messages
        ]
        self._owed.append((run_id, together))
        return self.record_owed()

    def record_owed(self) -> int:
        """Writes facts that could not be written before. Returns the position of the last fact, or 0 for none."""
        position = 0
        while self._owed:
            run_id, together = self._owed[0]
            position = max(position, self._save(run_id, together))
            del self._owed[0]
        return position

    def settle(self, message_id: UUID, *, began: bool) -> int:
        """Records the outcome of a handover that has none.

        The outcome is unknown if the SMTP dialogue may have begun. Otherwise the handover lapses and is repeated.
        """
        message = self._store.find(Message, message_id)
        if message is None or not message.handed_over:
            return 0
        now, run_id = self._clock.now(), message.identity["run_id"]
        if began:
            message.lose_track(dispatcher_circumstances(now, run_id))
            log.warning("the outcome of a message is unknown", message_id=str(message_id))
        else:
            message.lapse(dispatcher_circumstances(now, run_id), now)
        return self._save(run_id, [[_pending(message)]])

    def _stop_address(self, message: Message, circumstances: Circumstances) -> None:
        """Suppresses the address from the outcome on: its mailbox does not exist or accepts no mail."""
        if message.address_id is not None:
            self._bounces[message.id] = Suppression.impose(
                derived_id("hard_bounce", message.id),
                circumstances,
                profile_id=message.address_id,
                scope=SuppressionScope.ADDRESS,
                reason_code=ReasonCode.HARD_BOUNCE,
                message_id=message.id,
                address=message.recipient,
            )

    def _standing_with(self, message: Message) -> list[Aggregate]:
        """Returns the message, and the suppression that its outcome imposed, if any."""
        bounce = self._bounces.pop(message.id, None)
        return [message] if bounce is None else [message, bounce]

    def _save(self, run_id: UUID, together: Sequence[list[Pending]]) -> int:
        """Saves them all at once, or message by message if another process recorded one of the outcomes first."""
        request = dispatcher_request(self._clock.now(), run_id)
        try:
            return self._save_pending([pending for standing in together for pending in standing], request)
        except Conflict:
            return max(self._save_alone(standing, request) for standing in together)

    def _save_alone(self, standing: list[Pending], request: Request) -> int:
        """Saves one message with its suppression. If another process concluded the message, the suppression is still
        saved, because a bounce concerns the address (docs/semantics.md, rule 4)."""
        try:
            return self._save_pending(standing, request)
        except Conflict:
            (message, _), *brought_along = standing
            log.warning("another process concluded this message first", message_id=str(message.id))
            return max((self._save_once(pending, request) for pending in brought_along), default=0)

    def _save_once(self, pending: Pending, request: Request) -> int:
        """Saves a suppression unless it exists. Its id derives from the message, so all processes find the same one."""
        try:
            return self._save_pending([pending], request)
        except Conflict:
            suppression, _ = pending
            if self._store.find(type(suppression), suppression.id) is None:
                raise
            return 0

    def _save_pending(self, pending: Iterable[Pending], request: Request) -> int:
        aggregates = []
        for aggregate, facts in pending:
            aggregate.pending_events[:] = facts
            aggregates.append(aggregate)
        return self._store.save(*aggregates, request=request, answer=Answer()).position


def _pending(aggregate: Aggregate) -> Pending:
    return aggregate, list(aggregate.pending_events)


def doubled(first: timedelta, attempt: int) -> timedelta:
    """Returns the wait after the n-th attempt. It doubles each time, up to an hour."""
    return min(first * (1 << min(attempt - 1, 16)), LONGEST_RETRY)
