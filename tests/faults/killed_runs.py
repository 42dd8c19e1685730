"""Runs whose dispatcher is killed at one of its effects, and what must hold when another has ended them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import pytest

from application.mail import Delivery, OutgoingMail, SendResult
from tests.world import World

T = TypeVar("T")
PEOPLE = 10


class Killed(BaseException):
    """Ends a process as a kill would: nothing after it runs."""


class Effects:
    """Counts what a dispatcher does to the world, and kills it before or after one of these effects."""

    def __init__(self, fatal: int, *, after: bool) -> None:
        self.seen = 0
        self._fatal = fatal
        self._after = after

    def take(self, effect: Callable[..., T], *values: Any, **named: Any) -> T:
        self.seen += 1
        fatal = self.seen == self._fatal
        if fatal and not self._after:
            raise Killed
        result = effect(*values, **named)
        if fatal:
            raise Killed
        return result


class NextHop:
    """Refuses one address for now, once; accepts whatever else it is given."""

    name = "smtp"

    def __init__(self, refused_once: str) -> None:
        self._refused = {refused_once}
        self.accepted: Counter[str] = Counter()

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        if mail.recipient in self._refused:
            self._refused.clear()
            return Delivery(result=SendResult.REFUSED_FOR_NOW, code=451)
        self.accepted[mail.recipient] += 1
        return Delivery(result=SendResult.ACCEPTED, code=250)

    def close(self) -> None: ...


class CountedHop:
    name = "smtp"

    def __init__(self, hop: NextHop, effects: Effects) -> None:
        self._hop = hop
        self._effects = effects

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        return self._effects.take(self._hop.send, mail, begin_before=begin_before)

    def close(self) -> None: ...


class CountedHandovers:
    def __init__(self, real: Any, effects: Effects) -> None:
        self._real = real
        self._effects = effects

    def hand_over(self, *values: Any, **named: Any) -> list[int | None]:
        handed: list[int | None] = self._effects.take(self._real.hand_over, *values, **named)
        return handed


@dataclass(frozen=True, kw_only=True)
class Trial:
    """A run over some people of whom the first complained before and the second is refused for now, once."""

    number: int
    people: Sequence[UUID]
    run_id: UUID
    hop: NextHop

    def address(self, person: UUID) -> str:
        return address(self.number, self.people.index(person))


def address(trial: int, person: int) -> str:
    return f"t{trial}p{person}@example.org"


def begun(world: World, number: int, size: int = PEOPLE) -> Trial:
    people = [
        world.customer(address(number, n), attributes={"trial": number}, name=f"P{n}") for n in range(size)
    ]
    world.complain(people[0])
    world.fold()
    audience = {"field": "attributes.trial", "op": "eq", "value": number}
    run_id = world.start(world.campaign(audience=audience))
    return Trial(number=number, people=people, run_id=run_id, hop=NextHop(address(number, 1)))


def run_until_killed(world: World, trial: Trial, effects: Effects) -> bool:
    """Whether the dispatcher took the run to its end."""
    with pytest.MonkeyPatch.context() as patch:
        real = world.sending.recorder.insert_events
        patch.setattr(
            world.sending.recorder, "insert_events", lambda *v, **named: effects.take(real, *v, **named)
        )
        world.sending.transport = CountedHop(trial.hop, effects)
        dispatcher = world.dispatcher(handovers=CountedHandovers(world.sending.handovers(), effects))
        try:
            end(world, trial, dispatcher)
        except Killed:
            return False
        dispatcher.release()
        return True


def succeed(world: World, trial: Trial) -> None:
    expire_lease(world)
    world.sending.transport = trial.hop
    successor = world.dispatcher()
    end(world, trial, successor)
    successor.release()


def end(world: World, trial: Trial, dispatcher: Any) -> None:
    """Takes the run to its end, past every instant at which something is tried again."""
    for _ in range(5):
        world.run_to_end(dispatcher)
        if world.run(trial.run_id)["state"] == "finished":
            return
        world.clock.move(timedelta(minutes=2))
    raise AssertionError(f"the run does not finish: {world.run(trial.run_id)}")


def expire_lease(world: World) -> None:
    """As if the lease of the one that died had run out."""
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("update operation.leases set expires_at = '-infinity'")


def check(world: World, trial: Trial, *, killed: bool) -> None:
    run, decided = world.run(trial.run_id), world.decisions(trial.run_id)
    assert (run["state"], run["balanced"], run["audience"]) == ("finished", True, len(trial.people))
    assert sum(run["outcomes"].values()) == len(trial.people)
    assert decided.keys() == set(trial.people)
    complainer, *others = trial.people
    assert decided[complainer]["outcome"] == "suppressed"
    assert trial.hop.accepted[trial.address(complainer)] == 0
    for person in others:
        told = (decided[person]["outcome"], trial.hop.accepted[trial.address(person)])
        assert told in ({("sent", 1), ("unknown", 0), ("unknown", 1)} if killed else {("sent", 1)}), trial
