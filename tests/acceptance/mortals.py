"""Dispatchers that crash, lose answers and outlive their lease, and a next hop whose answers land late."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from application.dispatch.dispatcher import Dispatcher
from application.dispatch.ports import RunReading
from application.mail import Delivery, Departures, Flight, OutgoingMail, SendResult
from domain.errors import StoreUnavailable
from tests.any_world import AnyWorld

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


class Interrupted:
    """A reading port before whose questions something else may happen."""

    QUESTIONS = frozenset({"open", "open_runs", "waiting", "anyone_open", "addressees", "handed_over"})

    def __init__(self, reading: RunReading, interrupt: Callable[[], object]) -> None:
        self._reading = reading
        self._interrupt = interrupt

    def __getattr__(self, name: str) -> Any:
        if name in self.QUESTIONS:
            self._interrupt()
        return getattr(self._reading, name)


@dataclass(frozen=True, kw_only=True)
class Mortal:
    """A dispatcher, and the name under which it holds the lease."""

    holder: str
    dispatcher: Dispatcher


@dataclass(kw_only=True)
class Mortals:
    """The dispatcher at work, and perhaps an earlier one that does not know that its lease was taken over.

    After `fail_soon` the n-th effect fails before or after it took place: its process crashes, or goes on without
    the answer. `interrupt` is called before each question and each effect of a dispatcher: what others do meanwhile.
    `unheld` has the positions of the facts that a dispatcher appended while it did not hold the lease.
    """

    world: AnyWorld
    hop: Hop
    interrupt: Callable[[], object] = lambda: None
    unheld: list[int] = field(default_factory=list)
    current: Mortal = field(init=False)
    earlier: Mortal | None = None
    _fatal: int | None = None
    _after: bool = False
    _error: type[BaseException] = CrashedError
    _effects: int = 0
    _at_work: list[Mortal | None] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.world.wrap_append(self._taking)
        self._hand_over = self._taking(self.world.handovers().hand_over)
        self.current = self._risen()

    def hand_over(self, *values: Any, **named: Any) -> list[int | None]:
        return self._hand_over(*values, **named)

    def advance(self) -> None:
        mortal = self.current
        if self._survives(mortal):
            return
        if self.current is mortal:
            self.current = self._risen()
        else:
            self.earlier = None

    def advance_earlier(self) -> None:
        if self.earlier is not None and not self._survives(self.earlier):
            self.earlier = None

    def take_over(self) -> None:
        """The lease ran out unnoticed, and another dispatcher takes it."""
        self.world.expire_lease()
        self.earlier, self.current = self.current, self._risen()
        self.advance()

    def fail_soon(self, chance: Random, error: type[BaseException]) -> None:
        self._fatal, self._after = self._effects + chance.randint(1, 4), chance.random() < 0.5
        self._error = error

    def spare(self) -> None:
        """Nothing fails any more, and only the current dispatcher is left."""
        self._fatal, self.earlier = None, None
        self.world.expire_lease()

    def _risen(self) -> Mortal:
        holder = f"test:{next(self._numbers)}"
        reading: Any = Interrupted(self.world.run_reading(), self._let_others_in)
        parts = {"handovers": self, "departures": Sky(self.hop), "reading": reading}
        return Mortal(holder=holder, dispatcher=self.world.dispatcher(holder, **parts))

    def _survives(self, mortal: Mortal) -> bool:
        """Whether the dispatcher takes a step without a crash."""
        try:
            with self._working(mortal):
                mortal.dispatcher.advance()
        except CrashedError:
            if self.world.lease_holder() == mortal.holder:
                self.world.expire_lease()
            return False
        except StoreUnavailable:
            pass  # as the process does, which waits and goes on
        self.world.keep_lease()
        return True

    def _let_others_in(self) -> None:
        with self._working(None):
            self.interrupt()

    @contextmanager
    def _working(self, mortal: Mortal | None) -> Iterator[None]:
        """None: people and operators are at work, within the step of a dispatcher."""
        self._at_work.append(mortal)
        try:
            yield
        finally:
            self._at_work.pop()

    def _taking(self, effect: Callable[..., T]) -> Callable[..., T]:
        def take(*values: Any, **named: Any) -> T:
            mortal = self._at_work[-1] if self._at_work else None
            if mortal is None:
                return effect(*values, **named)
            self._let_others_in()
            self._effects += 1
            if self._fatal is None or self._effects < self._fatal:
                return self._watched(mortal, effect, *values, **named)
            self._fatal = None
            if self._after:
                self._watched(mortal, effect, *values, **named)
            raise self._error

        return take

    def _watched(self, mortal: Mortal, effect: Callable[..., T], *values: Any, **named: Any) -> T:
        held = self.world.lease_holder() == mortal.holder
        before = self.world.head()
        result = effect(*values, **named)
        if not held:
            self.unheld.extend(range(before + 1, self.world.head() + 1))
        return result
