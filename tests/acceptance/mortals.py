"""Dispatchers that crash, lose answers and outlive their lease, and a next hop whose answers land late."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import psycopg

from application.dispatch.dispatcher import Dispatcher
from application.mail import Delivery, Departures, Flight, OutgoingMail, SendResult
from domain.errors import StoreUnavailable
from tests.world import World

T = TypeVar("T")
LATE = 0.4
"""The share of answers that come in a later moment."""
LATEST = 40
"""Moments later; a dispatcher advances in about one of six."""


class CrashedError(BaseException):
    """The process ended here."""


class Hop:
    """Accepts; now and then refuses for now, or leaves its sender without an answer. `accepted` by address.

    What it does with a mail depends on the address and on how often it was tried, and on nothing else.
    """

    def __init__(self) -> None:
        self.accepted: Counter[str] = Counter()
        self.asked: Counter[str] = Counter()
        self.moment = 0
        self.fair = False

    def take(self, mail: OutgoingMail) -> tuple[Delivery, int]:
        """What becomes of it, at once, and in which moment its sender learns of that."""
        self.asked[mail.recipient] += 1
        chance = Random(f"{mail.recipient} {self.asked[mail.recipient]}")
        late = chance.randint(1, LATEST) if chance.random() < LATE else 0
        result = SendResult.ACCEPTED if self.fair else _drawn(chance.random())
        self.accepted[mail.recipient] += result is SendResult.ACCEPTED or chance.random() < _may_arrive(
            result
        )
        return Delivery(result=result), self.moment + late


def _drawn(drawn: float) -> SendResult:
    if drawn < 0.12:
        return SendResult.REFUSED_FOR_NOW
    if drawn < 0.16:
        return SendResult.NOT_BEGUN
    return SendResult.UNKNOWN if drawn < 0.19 else SendResult.ACCEPTED


def _may_arrive(result: SendResult) -> float:
    return 0.5 if result is SendResult.UNKNOWN else 0.0


class Sky(Departures):
    """Where one dispatcher's mails are until their answers land; nobody hears of them when it crashes."""

    def has_room(self, run_id: UUID) -> bool:
        return True

    def __init__(self, hop: Hop) -> None:
        self._hop = hop

    def depart(self, run_id: UUID, mails: Sequence[OutgoingMail], *, begin_before: float) -> Flight:
        return Awaited(self._hop, [self._hop.take(mail) for mail in mails])


class Awaited(Flight):
    """All of it has begun at once."""

    waiting_to_begin = 0

    def __init__(self, hop: Hop, taken: Sequence[tuple[Delivery, int]]) -> None:
        self._hop = hop
        self._open = dict(enumerate(taken))

    @property
    def aloft(self) -> int:
        return len(self._open)

    def landed(self, seconds: float) -> list[tuple[int, Delivery]]:
        ripe = [n for n, (_, moment) in self._open.items() if self._hop.fair or moment <= self._hop.moment]
        return [(n, self._open.pop(n)[0]) for n in ripe]


@dataclass(kw_only=True)
class Mortals:
    """The dispatcher at work, and perhaps an earlier one that does not know that its lease was taken over.

    Told so, the n-th effect from now fails before or after it took place: its process crashes, or goes on
    without the answer.
    """

    world: World
    hop: Hop
    fatal: int | None = None
    after: bool = False
    error: type[BaseException] = CrashedError
    effects: int = 0
    dispatcher: Dispatcher = field(init=False)
    earlier: Dispatcher | None = None

    def __post_init__(self) -> None:
        self._insert = self.world.sending.recorder.insert_events
        self._hand_over = self.world.sending.handovers().hand_over
        self.world.sending.recorder.insert_events = self._taking(self._insert)  # type: ignore[method-assign]
        self._leases = psycopg.connect(self.world.database.url, autocommit=True)
        self.dispatcher = self._risen()

    def close(self) -> None:
        self._leases.close()

    def hand_over(self, *values: Any, **named: Any) -> list[int | None]:
        return self._taking(self._hand_over)(*values, **named)

    def advance(self) -> None:
        self.dispatcher = self._advanced(self.dispatcher) or self._risen()

    def advance_earlier(self) -> None:
        if self.earlier is not None:
            self.earlier = self._advanced(self.earlier)

    def take_over(self) -> None:
        """The lease ran out unnoticed, and another dispatcher is there."""
        self.expire_lease()
        self.earlier, self.dispatcher = self.dispatcher, self._risen()

    def fail_soon(self, chance: Random, error: type[BaseException]) -> None:
        self.fatal, self.after = self.effects + chance.randint(1, 4), chance.random() < 0.5
        self.error = error

    def expire_lease(self) -> None:
        self._leases.execute("update operation.leases set expires_at = '-infinity'")

    def _risen(self) -> Dispatcher:
        return self.world.dispatcher(handovers=self, departures=Sky(self.hop))

    def _advanced(self, dispatcher: Dispatcher) -> Dispatcher | None:
        """None for one that crashed. A lease lasts until it is taken away: no real second decides anything."""
        try:
            dispatcher.advance()
        except CrashedError:
            self.expire_lease()
            return None
        except StoreUnavailable:
            pass  # as the process does, which waits and goes on
        self._leases.execute(
            "update operation.leases set expires_at = 'infinity' where expires_at > '-infinity'"
        )
        return dispatcher

    def _taking(self, effect: Callable[..., T]) -> Callable[..., T]:
        def take(*values: Any, **named: Any) -> T:
            self.effects += 1
            fatal = self.fatal is not None and self.effects >= self.fatal
            if not fatal:
                return effect(*values, **named)
            self.fatal = None
            if self.after:
                effect(*values, **named)
            raise self.error

        return take
