"""What became of messages, written even when the database was away in between."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from application.dispatch.ports import dispatcher_circumstances, dispatcher_request
from application.mail import Delivery, SendResult
from application.requests import Answer, Request
from application.store import Store
from domain.errors import Conflict
from domain.messages.message import Message
from domain.ports import Clock

log = structlog.get_logger("dispatcher")

FIRST_RETRY, LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=1)
FIRST_RESUMPTION = timedelta(seconds=2)
"""After a handover that lapsed: a next hop that is slow, or silent, is asked less and less often."""


class Outcomes:
    """Owes what it could not write."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._owed: list[tuple[UUID, Sequence[Message], list[list[Any]]]] = []

    def conclude(self, message: Message, delivery: Delivery, run_id: UUID) -> None:
        """What the next hop answered becomes the message's next fact, still to be recorded."""
        now = self._clock.now()
        circumstances = dispatcher_circumstances(now, run_id)
        reply = delivery.reply or None
        match delivery.result:
            case SendResult.ACCEPTED:
                message.accept(circumstances, delivery.code, reply)
            case SendResult.REFUSED:
                message.refuse(circumstances, delivery.code, reply)
            case SendResult.REFUSED_FOR_NOW:
                retry_at = now + doubled(FIRST_RETRY, message.attempt)
                message.refuse_for_now(circumstances, retry_at, delivery.code, reply)
            case SendResult.UNKNOWN:
                message.lose_track(circumstances)
            case SendResult.NOT_BEGUN:
                message.lapse(circumstances, now + doubled(FIRST_RESUMPTION, message.attempt))

    def record(self, run_id: UUID, messages: Sequence[Message]) -> int:
        """Writes what is pending of these messages; the position of the last fact, 0 for none."""
        if not messages:
            return 0
        self._owed.append((run_id, messages, [list(message.pending_events) for message in messages]))
        return self.record_owed()

    def record_owed(self) -> int:
        """Writes what could not be written before; the position of the last fact, 0 for none."""
        position = 0
        while self._owed:
            run_id, messages, facts = self._owed[0]
            position = max(position, self._save(run_id, messages, facts))
            del self._owed[0]
        return position

    def settle(self, message_id: UUID, *, began: bool) -> int:
        """A handover without an outcome: unknown if its dialogue may have begun, else lapsed and made anew."""
        message = self._store.find(Message, message_id)
        if message is None or message.status != "handed_over":
            return 0
        now, run_id = self._clock.now(), message.identity["run_id"]
        if began:
            message.lose_track(dispatcher_circumstances(now, run_id))
            log.warning("the outcome of a message is unknown", message_id=str(message_id))
        else:
            message.lapse(dispatcher_circumstances(now, run_id), now)
        return self._save(run_id, [message], [list(message.pending_events)])

    def _save(self, run_id: UUID, messages: Sequence[Message], facts: Sequence[list[Any]]) -> int:
        """Saves them together; one by one where another process was first with one of them."""
        request = dispatcher_request(self._clock.now(), run_id)
        try:
            return self._save_pending(messages, facts, request)
        except Conflict:
            return max(self._save_alone(m, f, request) for m, f in zip(messages, facts, strict=True))

    def _save_alone(self, message: Message, facts: list[Any], request: Request) -> int:
        try:
            return self._save_pending([message], [facts], request)
        except Conflict:
            log.warning("another process concluded this message first", message_id=str(message.id))
            return 0

    def _save_pending(self, messages: Sequence[Message], facts: Sequence[list[Any]], request: Request) -> int:
        for message, pending in zip(messages, facts, strict=True):
            message.pending_events[:] = pending
        return self._store.save(*messages, request=request, answer=Answer()).position


def doubled(first: timedelta, attempt: int) -> timedelta:
    """How long after its n-th attempt a message is tried again: each time twice as long, an hour at most."""
    return min(first * (1 << min(attempt - 1, 16)), LONGEST_RETRY)
