"""A scheduler that has much to look at, or is stopped while it looks (docs/semantics.md, rule 15)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from application.leases import SCHEDULER
from application.scheduling.scheduler import Scheduler
from domain.campaigns.campaign import Campaign
from infrastructure.postgres.handovers import DatabaseLease
from tests.acceptance.hops import release_lease
from tests.acceptance.schedules import (
    AT,
    HOUR,
    MINUTE,
    MISSED,
    SECOND,
    assert_one_run,
    first_fact,
    schedule,
    slots,
    start,
    tick_at,
)
from tests.world import World


@pytest.fixture
def scheduler(world: World) -> Scheduler:
    return world.scheduling.scheduler("test")


# Much to look at


@pytest.fixture
def loaded(world: World, monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    """The campaigns that the scheduler reads from the log, as often as it does."""
    loaded: list[UUID] = []
    find = world.scheduling.store.find

    def noted(aggregate_class: type[Any], stream_id: UUID) -> Any:
        loaded.extend([stream_id] if aggregate_class is Campaign else [])
        return find(aggregate_class, stream_id)

    monkeypatch.setattr(world.scheduling.store, "find", noted)
    return loaded


@pytest.mark.parametrize("how", ["paused", "another_run"])
def test_15_a_campaign_whose_slots_all_wait_is_read_once_in_a_tick(
    world: World, scheduler: Scheduler, loaded: list[UUID], how: str
) -> None:
    waiting = world.campaign()
    for minutes in range(20):
        schedule(world, waiting, AT + minutes * MINUTE)
    world.pause(waiting) if how == "paused" else start(world, waiting)
    other = world.campaign()
    schedule(world, other, AT + 20 * MINUTE, grace_seconds=0)
    assert tick_at(world, scheduler, AT + 20 * MINUTE) == 1
    assert sorted(loaded) == sorted([waiting, other])
    assert slots(world, other) == {AT + 20 * MINUTE: ("triggered", None)}
    assert set(slots(world, waiting).values()) == {("planned", None)}


def test_15_a_campaign_is_read_again_after_the_tick_has_planned_a_run_of_it(
    world: World, scheduler: Scheduler, loaded: list[UUID]
) -> None:
    campaign_id = world.campaign()
    for minutes in range(4):
        schedule(world, campaign_id, AT + minutes * MINUTE)
    assert tick_at(world, scheduler, AT + 10 * MINUTE) == 1
    assert loaded == [campaign_id, campaign_id]
    assert list(slots(world, campaign_id).values()) == [("planned", None)] * 3 + [("triggered", None)]


def test_15_slots_that_are_in_time_when_a_tick_begins_are_not_late_because_the_tick_takes_long(
    world: World, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaigns = [world.campaign(name=f"Campaign {n}") for n in range(5)]
    answers = [schedule(world, campaign_id, grace_seconds=0) for campaign_id in campaigns]
    world.clock.instant = AT
    world.fold()

    def three_seconds_later() -> datetime:
        world.clock.move(3 * SECOND)
        return world.clock.instant

    with monkeypatch.context() as patch:
        patch.setattr(world.clock, "now", three_seconds_later)
        assert scheduler.tick() == 5
    assert world.positions_of(MISSED) == []
    began = [first_fact(world, answer).occurred_at for answer in answers]
    assert len(set(began)) == 5
    assert max(began) > AT + 5 * SECOND


def test_15_a_long_row_of_missed_slots_is_noted_by_and_by_and_holds_nothing_up(
    world: World, scheduler: Scheduler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.scheduling.deciding.MISSES_A_TICK", 2)
    paused, other = world.campaign(), world.campaign()
    for minutes in range(5):
        schedule(world, paused, AT + minutes * MINUTE, grace_seconds=0)
    world.pause(paused)
    schedule(world, other, AT + HOUR, grace_seconds=0)
    ticked = [tick_at(world, scheduler, AT + HOUR + n * SECOND) for n in range(4)]
    assert ticked == [3, 2, 1, 0]
    assert slots(world, other) == {AT + HOUR: ("triggered", None)}
    assert set(slots(world, paused).values()) == {("missed", "paused")}


# Stopped


@pytest.fixture
def interrupt(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Lets something happen right before, or right after, the scheduler next asks the log for this."""
    monkeypatch.setattr(world.clock, "monotonic", lambda: world.clock.instant.timestamp())

    def interrupt(name: str, before: Callable[[], Any] = bool, after: Callable[[], Any] = bool) -> None:
        asked = getattr(world.scheduling.store, name)

        def once(*args: Any, **kwargs: Any) -> Any:
            monkeypatch.setattr(world.scheduling.store, name, asked)
            before()
            answer = asked(*args, **kwargs)
            after()
            return answer

        monkeypatch.setattr(world.scheduling.store, name, once)

    return interrupt


def stand_still(world: World, how_long: timedelta = 3 * HOUR) -> None:
    world.clock.move(how_long)
    release_lease(world)


@pytest.mark.parametrize("at", ["find", "last_fact", "present", "save"])
def test_15_a_scheduler_stopped_while_it_decides_a_slot_begins_nothing_after_the_grace(
    world: World, scheduler: Scheduler, interrupt: Callable[..., None], at: str
) -> None:
    campaign_id = world.campaign()
    world.start(campaign_id)
    world.run_to_end(world.dispatcher())
    answer = schedule(world, campaign_id, grace_seconds=60)
    world.fold()
    interrupt(at, before=lambda: stand_still(world))
    assert tick_at(world, scheduler, AT) == 0
    assert first_fact(world, answer) is None
    assert scheduler.tick() == 1
    assert slots(world, campaign_id)[AT] == ("missed", "late")


def test_15_a_scheduler_stopped_between_two_slots_begins_nothing_after_the_grace(
    world: World, scheduler: Scheduler, interrupt: Callable[..., None]
) -> None:
    campaigns = [world.campaign(), world.campaign()]
    for campaign_id in campaigns:
        schedule(world, campaign_id, grace_seconds=60)
    interrupt("save", after=lambda: stand_still(world))
    assert tick_at(world, scheduler, AT) == 1
    world.fold()
    assert scheduler.tick() == 1
    states = [state for one in campaigns for state in slots(world, one).values()]
    assert sorted(states, key=str) == [("missed", "late"), ("triggered", None)]


def test_15_a_tick_ends_at_the_slot_before_which_its_lease_has_passed_to_another(
    world: World, scheduler: Scheduler, interrupt: Callable[..., None]
) -> None:
    for _ in range(2):
        schedule(world, world.campaign())
    another = DatabaseLease(world.scheduling.pool, "another", world.clock, name=SCHEDULER)

    def pass_on() -> None:
        stand_still(world, 2 * SECOND)
        assert another.hold() == 2

    interrupt("save", after=pass_on)
    assert tick_at(world, scheduler, AT) == 1
    another.release()
    assert tick_at(world, scheduler, AT + 5 * SECOND) == 1
    assert_one_run(world, 2)
