"""Sends a group of mails, one after the other or on several threads at a time."""

import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, wait
from functools import partial
from typing import Protocol
from uuid import UUID

import structlog

from application.error_traces import where
from application.mail import Delivery, Departures, Flight, MailTransport, OutgoingMail, Readiness, SendResult
from domain.errors import InvalidInput
from infrastructure.mail.lanes import RunLanes

log = structlog.get_logger("mail")

Landed = list[tuple[int, Delivery]]
CANNOT_BE_WRITTEN = Delivery(result=SendResult.REFUSED, reply="It cannot be written as a message.")


class ParallelTransport(Protocol):
    """A transport whose `send` is thread-safe and reports when it begins. `prepare` is that of Departures."""

    def prepare(self) -> Readiness: ...

    def send(
        self, mail: OutgoingMail, *, begin_before: float, begun: Callable[[], object] = ...
    ) -> Delivery: ...


class OneByOne(Departures):
    """Sends on the caller's thread. When `depart` returns, every mail has its result."""

    def __init__(self, transport: MailTransport) -> None:
        self._transport = transport
        self._answered = True

    def has_room(self, run_id: UUID) -> bool:
        return True

    def prepare(self) -> Readiness:
        """Unreachable if no mail of the last group had an answer, as with a folder that cannot be written."""
        return Readiness.READY if self._answered else Readiness.UNREACHABLE

    def depart(self, run_id: UUID, mails: Sequence[OutgoingMail], *, begin_before: float) -> Flight:
        deliveries = [
            attempted(partial(self._transport.send, mail, begin_before=begin_before), mail) for mail in mails
        ]
        self._answered = not all(map(_is_without_answer, deliveries))
        return Arrived(deliveries)


class InParallel(Departures):
    """Sends as many mails at a time as there are connections. A delayed mail uses one of them and delays no other."""

    def __init__(
        self, transport: ParallelTransport, connections: int, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._transport = transport
        self._clock = clock
        self._lanes = RunLanes(connections)

    def has_room(self, run_id: UUID) -> bool:
        return self._lanes.has_room(run_id)

    def prepare(self) -> Readiness:
        return self._transport.prepare()

    def depart(self, run_id: UUID, mails: Sequence[OutgoingMail], *, begin_before: float) -> Flight:
        begun: set[int] = set()
        sent = [
            self._lanes.submit(run_id, partial(self._send, mail, begin_before, partial(begun.add, index)))
            for index, mail in enumerate(mails)
        ]
        return Aloft(sent, begun, lambda: self._clock() >= begin_before)

    def close(self) -> None:
        """Drops the mails that are still waiting for their turn."""
        self._lanes.close()

    def _send(self, mail: OutgoingMail, begin_before: float, begun: Callable[[], object]) -> Delivery:
        return attempted(partial(self._transport.send, mail, begin_before=begin_before, begun=begun), mail)


class Arrived(Flight):
    def __init__(self, deliveries: Sequence[Delivery]) -> None:
        self._landed: Landed = list(enumerate(deliveries))

    @property
    def aloft(self) -> int:
        return 0

    @property
    def waiting_to_begin(self) -> int:
        return 0

    def landed(self, seconds: float) -> Landed:
        landed, self._landed = self._landed, []
        return landed


class Aloft(Flight):
    """A group of mails in flight. `begun` are the indexes of mails that have begun.

    `is_over` says whether the time to begin has passed. Mails that are still waiting then never begin.
    """

    def __init__(
        self, sent: Sequence["Future[Delivery]"], begun: Collection[int], is_over: Callable[[], bool]
    ) -> None:
        self._open = dict(enumerate(sent))
        self._begun = begun
        self._is_over = is_over

    @property
    def aloft(self) -> int:
        return len(self._open)

    @property
    def waiting_to_begin(self) -> int:
        if self._is_over():
            return 0
        return sum(index not in self._begun and not future.done() for index, future in self._open.items())

    def landed(self, seconds: float) -> Landed:
        wait(self._open.values(), timeout=seconds)
        if self._is_over():
            for future in self._open.values():
                future.cancel()  # has no effect on mails that have begun
        ended = [index for index, future in self._open.items() if future.done()]
        return [(index, _result(self._open.pop(index))) for index in ended]


def attempted(attempt: Callable[[], Delivery], mail: OutgoingMail) -> Delivery:
    """Returns the result of one attempt, also after an error, so that no other mail depends on it.

    After an unexpected error the result is unknown, because it is not known how far the dialogue had come.
    """
    try:
        return attempt()
    except InvalidInput:
        return CANNOT_BE_WRITTEN  # raised before any dialogue
    except Exception as error:  # noqa: BLE001 - whatever it was, the other mails have results
        log.error("a mail's attempt failed", rfc_message_id=mail.rfc_message_id, **where(error))
        return Delivery(result=SendResult.UNKNOWN, reply=type(error).__name__)


def _is_without_answer(delivery: Delivery) -> bool:
    return delivery.result is SendResult.REFUSED_FOR_NOW and delivery.code is None


def _result(ended: "Future[Delivery]") -> Delivery:
    return Delivery(result=SendResult.NOT_BEGUN) if ended.cancelled() else ended.result()
