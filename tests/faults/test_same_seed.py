"""The same story with the same seed leaves the same log: no effect passes beside the ports."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest
from eventsourcing.persistence import StoredEvent

from application import codec
from application.mail import Delivery, OutgoingMail, SendResult
from domain.facts import personal_fields
from tests.seeded import SeededIds
from tests.world import World

REGISTERED = "customers.CustomerRegistered"


class MoodyHop:
    """Accepts, refuses and defers in turn."""

    name = "smtp"
    TURNS = (SendResult.ACCEPTED, SendResult.REFUSED_FOR_NOW, SendResult.REFUSED, SendResult.UNKNOWN)

    def __init__(self) -> None:
        self._asked = 0

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        self._asked += 1
        return Delivery(result=self.TURNS[(self._asked - 1) % len(self.TURNS)])

    def close(self) -> None: ...


@dataclass(frozen=True, kw_only=True)
class Line:
    """A row of the log; `state` with personal values where the sealed tokens stand, `sealed` their fields."""

    position: int
    recorded_at: datetime
    stored_name: str
    stream_id: UUID
    version: int
    customer_id: UUID | None
    other_profile_id: UUID | None
    state: bytes
    sealed: frozenset[str]


def told(database: Any, home: Path, seed: int) -> Sequence[Line]:
    """Tells the story on a database and reads its log."""
    ids = SeededIds(seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("infrastructure.wiring.use_cases.RandomIds", lambda: ids)
        patch.setattr("infrastructure.wiring.use_cases.SystemRandomness", lambda: ids)
        patch.setattr("tests.commands.uuid4", ids.new)
        world = World(database, home)
        try:
            tell(world)
            return lines(world)
        finally:
            world.close()


def tell(world: World) -> None:
    people = [world.customer(f"p{n}@example.org") for n in range(6)]
    others = [world.customer(f"q{n}@example.org", consent=False) for n in range(2)]
    world.link(people[0], others[0])
    world.clock.move(timedelta(seconds=7))
    world.complain(people[1])
    world.complain(others[0])
    world.fold()
    run_id = world.start(world.campaign())
    world.withdraw(people[2])
    world.sending.transport = MoodyHop()
    dispatcher = world.dispatcher()
    for _ in range(4):
        world.run_to_end(dispatcher)
        world.clock.move(timedelta(minutes=3))
    assert world.run(run_id)["state"] == "finished"


def lines(world: World) -> Sequence[Line]:
    with psycopg.connect(world.database.url) as connection:
        rows = connection.execute(
            "select notification_id, recorded_at, stream_id, originator_version, stored_name, state,"
            " customer_id, other_profile_id from log.events order by 1"
        ).fetchall()
    return [line(world, *row) for row in rows]


def line(
    world: World,
    position: int,
    recorded_at: datetime,
    stream_id: UUID,
    version: int,
    stored_name: str,
    stored: bytes,
    customer_id: UUID | None,
    other_profile_id: UUID | None,
) -> Line:
    state, sealed = readable(world, StoredEvent(stream_id, version, stored_name, stored))
    return Line(
        position=position,
        recorded_at=recorded_at,
        stored_name=stored_name,
        stream_id=stream_id,
        version=version,
        customer_id=customer_id,
        other_profile_id=other_profile_id,
        state=state,
        sealed=sealed,
    )


def readable(world: World, event: StoredEvent) -> tuple[bytes, frozenset[str]]:
    """The stored bytes, or with sealed fields those that they would be were these plain; and these fields."""
    fact: Any = world.web.store.mapper.to_domain_event(event)
    state = codec.decode(event.state)
    sealed = personal_fields(type(fact)) & state.keys()
    if not sealed:
        return event.state, frozenset()
    plain = {name: msgspec.to_builtins(getattr(fact, name)) for name in sealed}
    assert all(value is not None for value in plain.values())
    return codec.encode({**state, **plain}), frozenset(sealed)


def test_the_same_seed_twice_leaves_the_same_log(new_database: Callable[[], Any], tmp_path: Path) -> None:
    first, second = (told(new_database(), tmp_path / name, seed=4) for name in ("first", "second"))
    assert {"messages.MessageSent", "messages.MessageOutcomeUnknown", "runs.RunFinished"} <= {
        line.stored_name for line in first
    }
    assert any(line.sealed for line in first)
    for one, other in zip(first, second, strict=True):
        assert one == other


def test_another_seed_leaves_other_ids_and_the_same_kinds_of_facts(
    new_database: Callable[[], Any], tmp_path: Path
) -> None:
    first, second = (told(new_database(), tmp_path / str(seed), seed=seed) for seed in (4, 5))
    assert Counter(line.stored_name for line in first) == Counter(line.stored_name for line in second)
    registered = [{r.stream_id for r in log if r.stored_name == REGISTERED} for log in (first, second)]
    assert registered[0]
    assert registered[0].isdisjoint(registered[1])
