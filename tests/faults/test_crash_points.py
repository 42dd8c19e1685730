"""A process that is killed at any point loses nothing and doubles nothing, whoever goes on in its place.

Every effect of a dispatcher is counted: it is killed at the first, then at the second, and so on until a run
comes to its end; once before the effect takes place and once right after. Likewise each statement of a fold.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import pytest

from application.catalogue.commands import DeclareAttribute
from application.dispatch import deciding
from application.mail import Delivery, OutgoingMail, SendResult
from infrastructure.wiring.projector import projector_connection
from projections.engine import batch
from projections.engine.definitions import PROJECTIONS
from projections.engine.rebuilding import rebuild
from projections.engine.runner import Runner, standings
from tests.projections.log import Database, ToldLog
from tests.world import World

pytestmark = pytest.mark.long

T = TypeVar("T")
PEOPLE, FEW = 10, 6
EFFECTS = 7
"""Of a run that nobody kills, beside one for each member: audience, decisions, handover, outcomes, end; for the
deferred one again handover, message, outcome; none for the member who complained."""


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


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    world = World(database, tmp_path)
    attribute = DeclareAttribute(name="trial", scope="customer", type="number")
    world.services.catalogue.declare_attribute(attribute, world.request())
    yield world
    world.close()


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_dispatcher_killed_at_any_effect_is_succeeded_without_loss_or_double(
    world: World, after: bool
) -> None:
    assert effects_until_none_is_fatal(world, PEOPLE, after=after) == EFFECTS + PEOPLE


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_a_dispatcher_killed_at_any_effect_of_a_run_whose_audience_takes_several_appends_is_succeeded(
    world: World, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "CHUNK", 2)
    monkeypatch.setattr(deciding, "PARTS_AT_ONCE", 1)
    effects = effects_until_none_is_fatal(world, FEW, after=after, replaying=True)
    assert effects == EFFECTS + FEW + 2 * (FEW // 2 - 1)


def effects_until_none_is_fatal(world: World, size: int, *, after: bool, replaying: bool = False) -> int:
    """Kills a dispatcher at its first effect, another one at its second, until one comes to the end: how many
    effects that one had."""
    for fatal in count(1):
        trial, effects = begun(world, fatal, size), Effects(fatal, after=after)
        survived = run_until_killed(world, trial, effects)
        if not survived:
            succeed(world, trial)
        check(world, trial, killed=not survived)
        if replaying:
            assert world.services.replaying.replay(trial.run_id).different == 0, fatal
        if survived:
            assert fatal == effects.seen + 1
            return effects.seen
    raise AssertionError


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


def test_a_fold_killed_at_any_statement_leaves_nothing_and_is_folded_again(
    world: World, database: Database
) -> None:
    trial = begun(world, 1)
    world.link(trial.people[4], trial.people[5])
    world.withdraw(trial.people[3])
    world.sending.transport = trial.hop
    end(world, trial, world.dispatcher())
    with closing(ToldLog(database)) as log:
        live = hashes(log)
        log.empty_tables(*PROJECTIONS)
        empty, begin = hashes(log), standings(log.connection)
        statements = killed_at_each(
            world, fold_a_batch, lambda: (hashes(log), standings(log.connection)), (empty, begin)
        )
        assert statements > 4 * len(PROJECTIONS)
        assert hashes(log) == live
        for name in PROJECTIONS:
            log.rebuild(name)
        assert hashes(log) == live


def test_a_rebuild_killed_at_any_statement_leaves_the_read_models_as_they_were(
    world: World, database: Database
) -> None:
    trial = begun(world, 1)
    world.sending.transport = trial.hop
    end(world, trial, world.dispatcher())
    with closing(ToldLog(database)) as log:
        before = hashes(log), standings(log.connection)
        statements = killed_at_each(
            world, rebuild_all, lambda: (hashes(log), standings(log.connection)), before
        )
        assert statements > 4 * len(PROJECTIONS)
        assert (hashes(log), standings(log.connection)) == before


def killed_at_each(
    world: World,
    work: Callable[[psycopg.Connection[Any], int], None],
    state: Callable[[], Any],
    unchanged: Any,
) -> int:
    """Kills this work at each statement in turn, until it is not killed; how many statements there were.

    `work` takes a projector's connection, and the number of statements after which it is killed.
    """
    for allowed in count():
        with closing(projector_connection(world.located)) as connection:
            try:
                work(connection, allowed)
                return allowed
            except Killed:
                pass
        assert state() == unchanged
    raise AssertionError


def fold_a_batch(connection: psycopg.Connection[Any], allowed: int) -> None:
    runner = Runner(connection)
    connection.cursor_factory = mortal(allowed)
    assert runner.fold_next()


def rebuild_all(connection: psycopg.Connection[Any], allowed: int) -> None:
    batch.prepare(connection)
    # PostgreSQL notices a little later that the session of a killed rebuild has ended.
    while connection.execute("select operation.begin_rebuild('{orders}')").fetchone() == (None,):
        time.sleep(0.01)
    connection.execute("select operation.end_rebuild()")
    connection.cursor_factory = mortal(allowed)
    for _ in rebuild(connection, *PROJECTIONS, sleep=lambda _: None, operator="olga"):
        pass


def mortal(allowed: int) -> type[psycopg.Cursor[Any]]:
    """Cursors of a process that is killed after so many statements."""
    statements = count(1)

    class MortalCursor(psycopg.Cursor[Any]):
        def execute(self, *values: Any, **named: Any) -> Any:
            if next(statements) > allowed:
                raise Killed
            return super().execute(*values, **named)

    return MortalCursor


def hashes(log: ToldLog) -> dict[str, dict[str, str]]:
    """Of every table of every projection."""
    return {name: log.hashes(name) for name in PROJECTIONS}
