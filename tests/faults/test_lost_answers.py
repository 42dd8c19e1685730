"""An effect took place, but its answer was lost on the way, and the read models have not seen it yet."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.dispatch.ports import PendingHandover
from application.mail import Delivery, OutgoingMail, SendResult
from domain.errors import StoreUnavailable
from tests.world import World


class Hop:
    """Accepts whatever it is given; `accepted` by address."""

    name = "smtp"

    def __init__(self) -> None:
        self.accepted: Counter[str] = Counter()

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        self.accepted[mail.recipient] += 1
        return Delivery(result=SendResult.ACCEPTED, code=250)

    def close(self) -> None: ...


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    world = World(database, tmp_path)
    world.sending.transport = Hop()
    yield world
    world.close()


@pytest.fixture
def people(world: World) -> list[UUID]:
    people = [world.customer(f"p{n}@example.org") for n in range(3)]
    world.fold()
    return people


class Handovers:
    """Those of the installation; something happens once before one, or its answer is lost."""

    def __init__(
        self, world: World, *, before: Callable[[], object] = lambda: None, loses_answer: bool = False
    ) -> None:
        self._real = world.sending.handovers()
        self._before = [before]
        self._loses = loses_answer

    def hand_over(self, pending: Sequence[PendingHandover], **of: Any) -> list[int | None]:
        while self._before:
            self._before.pop()()
        handed: list[int | None] = self._real.hand_over(pending, **of)
        if self._loses:
            self._loses = False
            raise StoreUnavailable
        return handed


def take_on(world: World, dispatcher: Any, run_id: UUID) -> dict[str, int]:
    """To the run's end, past every instant at which something is tried again; its outcomes."""
    for _ in range(3):
        world.run_to_end(dispatcher)
        world.clock.move(timedelta(minutes=2))
    run = world.run(run_id)
    assert (run["state"], run["balanced"]) == ("finished", True)
    return {outcome: n for outcome, n in run["outcomes"].items() if n}


@pytest.mark.parametrize("folded", [False, True])
def test_18_a_handover_whose_answer_was_lost_lapses_and_is_made_anew(
    world: World, people: list[UUID], folded: bool
) -> None:
    run_id = world.start(world.campaign())
    dispatcher = world.dispatcher(handovers=Handovers(world, loses_answer=True))
    with pytest.raises(StoreUnavailable):
        world.run_to_end(dispatcher)
    if folded:
        world.fold()
    dispatcher.advance()
    dispatcher.advance()
    assert take_on(world, dispatcher, run_id) == {"sent": 3}
    assert set(world.sending.transport.accepted.values()) == {1}


@pytest.mark.parametrize("folded", [False, True])
def test_35_an_outcome_whose_answer_was_lost_is_written_once(
    world: World, people: list[UUID], folded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id, dispatcher = world.start(world.campaign()), world.dispatcher()
    while world.log_names()[-1] != "runs.RunChunkDecided":
        world.fold()
        dispatcher.advance()
    world.complain(people[0])
    world.fold()
    real, lost = world.sending.recorder.insert_events, []

    def insert(events: Any, *values: Any, **named: Any) -> Any:
        result = real(events, *values, **named)
        if not lost and any("Withheld" in event.topic for event in events):
            lost.append(events)
            raise StoreUnavailable
        return result

    monkeypatch.setattr(world.sending.recorder, "insert_events", insert)
    with pytest.raises(StoreUnavailable):
        dispatcher.advance()
    if folded:
        world.fold()
    dispatcher.advance()
    dispatcher.advance()
    assert take_on(world, dispatcher, run_id) == {"sent": 2, "suppressed": 1}
    assert len(world.positions_of("messages.MessageWithheld")) == 1


def test_a_dispatcher_that_was_stopped_past_its_lease_hands_nothing_over(
    world: World, people: list[UUID]
) -> None:
    """Nobody took over meanwhile; but the instant that it decided for is long gone, and so is the campaign."""

    def stop_for_hours() -> None:
        with psycopg.connect(world.database.url, autocommit=True) as connection:
            connection.execute("update operation.leases set expires_at = '-infinity'")
        world.clock.move(timedelta(hours=5))

    run_id = world.start(world.campaign(ends_at=world.clock.now() + timedelta(hours=1)))
    dispatcher = world.dispatcher(handovers=Handovers(world, before=stop_for_hours))
    assert take_on(world, dispatcher, run_id) == {"suppressed": 3}
    assert world.run(run_id)["reasons"] == {"EXPIRED": 3}
    assert not world.sending.transport.accepted
