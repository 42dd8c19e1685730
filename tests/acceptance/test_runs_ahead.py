"""A run that a client starts ahead of its instant waits for that instant (docs/semantics.md, rules 15 and 19)."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain.campaigns.errors import CampaignEnded, CampaignHasOpenRun
from domain.errors import InFuture
from tests.acceptance.hops import ScriptedHop
from tests.acceptance.schedules import SECOND, schedule, slots, start, tick_at
from tests.world import BEGIN, World

AHEAD = timedelta(minutes=4, seconds=50)
AT = BEGIN + AHEAD


@pytest.fixture
def hop(world: World) -> ScriptedHop:
    world.sending.transport = hop = ScriptedHop("nobody@example.org")
    world.customer("ana@example.org")
    world.customer("ben@example.org")
    return hop


def test_15_a_run_started_ahead_is_planned_at_once_and_begins_no_earlier_than_its_instant(
    world: World, hop: ScriptedHop
) -> None:
    campaign_id, dispatcher = world.campaign(), world.dispatcher()
    answer = start(world, campaign_id, AT)
    run_id = UUID(answer.body["run_id"])
    assert (answer.accepted, answer.duplicate) == (True, False)
    for instant in (BEGIN, AT - SECOND):
        world.clock.instant = instant
        world.run_to_end(dispatcher)
        run = world.run(run_id)
        assert (run["state"], run["planned_for"], run["audience"]) == ("planned", AT, None)
        assert hop.sent == []
    world.clock.instant = AT
    world.run_to_end(dispatcher)
    run = world.run(run_id)
    assert (run["state"], run["outcomes"]["sent"]) == ("finished", 2)
    assert len(hop.sent) == 2


def test_15_a_run_started_ahead_decides_the_slot_of_its_instant(world: World, hop: ScriptedHop) -> None:
    campaign_id, scheduler, dispatcher = (
        world.campaign(),
        world.scheduling.scheduler("test"),
        world.dispatcher(),
    )
    planned = schedule(world, campaign_id, AT)
    answer = start(world, campaign_id, AT)
    assert answer.body["run_id"] == planned.body["run_id"]
    assert start(world, campaign_id, AT).duplicate
    with pytest.raises(CampaignHasOpenRun):
        start(world, campaign_id)
    assert slots(world, campaign_id) == {AT: ("triggered", None)}
    assert tick_at(world, scheduler, AT) == 0
    world.run_to_end(dispatcher)
    assert tick_at(world, scheduler, AT + SECOND) == 0
    assert len(hop.sent) == 2


def test_19_a_run_started_ahead_whose_campaign_is_cancelled_ends_at_once(
    world: World, hop: ScriptedHop
) -> None:
    campaign_id = world.campaign()
    run_id = UUID(start(world, campaign_id, AT).body["run_id"])
    world.cancel(campaign_id)
    world.run_to_end(world.dispatcher())
    assert world.run(run_id)["state"] == "cancelled"
    assert hop.sent == []


def test_15_a_run_is_started_five_minutes_ahead_at_most_and_before_its_campaigns_end(world: World) -> None:
    campaign_id, ending = world.campaign(), world.campaign(ends_at=AT)
    head = world.web.store.head()
    with pytest.raises(InFuture) as refused:
        start(world, campaign_id, BEGIN + timedelta(minutes=5) + SECOND)
    assert (refused.value.path, refused.value.code) == ("planned_for", "in_future")
    with pytest.raises(CampaignEnded):
        start(world, ending, AT)
    assert world.web.store.head() == head
    assert start(world, ending, AT - SECOND).accepted
    assert start(world, campaign_id, BEGIN + timedelta(minutes=5)).accepted
