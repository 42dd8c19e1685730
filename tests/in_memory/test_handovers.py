"""What every handover does: the one under the log's lock, and its twin in memory."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.dispatch.ports import LeaseLost, PendingHandover
from tests.acceptance.hops import a_handover
from tests.acceptance.mortals import Hop, Sky
from tests.any_world import AnyWorld
from tests.in_memory.clock import SteppedClock
from tests.in_memory.world import MemoryWorld
from tests.world import World

pytestmark = pytest.mark.speaks_sql
RUN = UUID(int=7)
Campaign = UUID


@pytest.fixture
def in_memory() -> MemoryWorld:
    return MemoryWorld(0)


@pytest.fixture
def in_database(database: Any, tmp_path: Path) -> Iterator[World]:
    world = World(database, tmp_path, clock=SteppedClock())
    yield world
    world.close()


@pytest.fixture(params=["in_memory", "in_database"])
def world(request: pytest.FixtureRequest) -> AnyWorld:
    """The dispatcher `one` holds the lease at its first epoch."""
    world: AnyWorld = request.getfixturevalue(request.param)
    _take_lease(world, "one")
    return world


@pytest.fixture
def campaign(world: AnyWorld) -> Campaign:
    return world.campaign()


def _take_lease(world: AnyWorld, holder: str) -> None:
    world.dispatcher(holder, departures=Sky(Hop())).advance()


def hand_over(
    world: AnyWorld, campaign: Campaign, *pending: PendingHandover, epoch: int = 1, after: int | None = None
) -> list[bool]:
    """Whether each is handed over, decided when the log stood at `after`, by default at its head."""
    read = world.head() if after is None else after
    positions = world.handovers().hand_over(pending, campaign_id=campaign, epoch=epoch, read_position=read)
    return [position is not None for position in positions]


def message(world: AnyWorld, campaign: Campaign, person: UUID, *watched: UUID, run: UUID = RUN) -> Any:
    real: Any = world
    pending = a_handover(real, person, campaign, run)
    return PendingHandover(message=pending.message, watched=frozenset({person, *watched}))


def test_what_nothing_stops_is_handed_over_at_the_logs_end(world: AnyWorld, campaign: Campaign) -> None:
    people, before = [world.customer(f"p{n}@example.org") for n in range(2)], world.head()
    assert hand_over(world, campaign, *(message(world, campaign, one) for one in people)) == [True, True]
    handed = [one.fact.member_id for one in world.facts(before)]
    assert handed == people


STOPS: dict[str, Callable[[AnyWorld, UUID], object]] = {
    "a complaint": lambda world, person: world.complain(person),
    "a withdrawal": lambda world, person: world.withdraw(person),
    "a suppression": lambda world, person: world.suppress("OPERATOR_EXCLUDED", customer_id=person),
    "an address": lambda world, person: world.add_address(person, "another@example.org"),
}


@pytest.mark.parametrize("stop", STOPS)
def test_a_stop_after_the_read_position_stops_whoever_watches_its_profile(
    world: AnyWorld, campaign: Campaign, stop: str
) -> None:
    first, second = world.customer("a@example.org"), world.customer("b@example.org")
    read = world.head()
    STOPS[stop](world, first)
    pending = [message(world, campaign, one) for one in (first, second)]
    assert hand_over(world, campaign, *pending, after=read) == [False, True]
    assert hand_over(world, campaign, message(world, campaign, first)) == [True]


def test_a_link_and_an_unlinking_stop_both_of_their_ends(world: AnyWorld, campaign: Campaign) -> None:
    first, second = world.customer("a@example.org"), world.customer("b@example.org")
    for happen in (world.link, world.unlink):
        read = world.head()
        happen(first, second)
        pending = [message(world, campaign, one) for one in (first, second)]
        assert hand_over(world, campaign, *pending, after=read) == [False, False]


def test_a_handover_of_the_same_campaign_to_a_watched_profile_stops_and_of_another_does_not(
    world: AnyWorld, campaign: Campaign
) -> None:
    first, second, other = (world.customer(f"{one}@example.org") for one in "abc")
    other_campaign, read = world.campaign(), world.head()
    assert hand_over(world, campaign, message(world, campaign, first)) == [True]
    assert hand_over(world, other_campaign, message(world, other_campaign, second)) == [True]
    later = [message(world, campaign, other, first), message(world, campaign, uuid4(), second)]
    assert hand_over(world, campaign, *later, after=read) == [False, True]


def test_a_pause_of_the_campaign_stops_everybody_and_of_another_nobody(
    world: AnyWorld, campaign: Campaign
) -> None:
    person, other_campaign, read = world.customer("a@example.org"), world.campaign(), world.head()
    world.pause(other_campaign)
    assert hand_over(world, campaign, message(world, campaign, person), after=read) == [True]
    world.pause(campaign)
    again = message(world, campaign, person, run=uuid4())
    assert hand_over(world, campaign, again, after=world.head() - 1) == [False]


def test_a_message_that_has_this_fact_already_is_not_handed_over_again(
    world: AnyWorld, campaign: Campaign
) -> None:
    person = world.customer("a@example.org")
    assert hand_over(world, campaign, message(world, campaign, person)) == [True]
    assert hand_over(world, campaign, message(world, campaign, person)) == [False]


def test_whoever_lost_the_lease_hands_nothing_over(world: AnyWorld, campaign: Campaign) -> None:
    person, before = world.customer("a@example.org"), world.head()
    world.expire_lease()
    with pytest.raises(LeaseLost):
        hand_over(world, campaign, message(world, campaign, person))
    _take_lease(world, "two")
    with pytest.raises(LeaseLost):
        hand_over(world, campaign, message(world, campaign, person))
    assert world.head() == before
    assert hand_over(world, campaign, message(world, campaign, person), epoch=2) == [True]
