"""Pause, resume, cancel and end while a run is under way (docs/semantics.md, rules 19 and 43)."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from application.dispatch.ports import PendingHandover
from domain.campaigns.errors import CampaignAlreadyCancelled, CampaignHasOpenRun, CampaignNotApproved
from domain.errors import StoreUnavailable
from tests.smtp_sink import Act, Fault, SmtpSink, Stage
from tests.world import World

HANDED_OVER = "messages.MessageHandedOver"


@pytest.fixture
def people(world: World) -> list[UUID]:
    people = [world.customer(f"p{n}@example.org") for n in range(6)]
    world.fold()
    return people


def outcomes(world: World, run_id: UUID) -> dict[str, int]:
    run = world.run(run_id)
    assert run["balanced"] is True
    return {outcome: n for outcome, n in run["outcomes"].items() if n}


class Between:
    """Stands in for a part of the dispatcher and lets something happen right after, or before, its work."""

    def __init__(self, real: Any, happens: Callable[[], object]) -> None:
        self._real = real
        self._left = [happens]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def happen(self) -> None:
        while self._left:
            self._left.pop()()


class BeforeReading(Between):
    armed = False

    def open(self, **of: Any) -> Any:
        if self.armed:
            self.happen()
        return self._real.open(**of)


class BeforeTheHandover(Between):
    def hand_over(self, pending: Sequence[PendingHandover], **of: Any) -> list[int | None]:
        self.happen()
        handed: list[int | None] = self._real.hand_over(pending, **of)
        return handed


def test_19_a_paused_campaign_hands_nothing_over_and_goes_on_exactly_there(
    world: World, people: list[UUID], sink: SmtpSink
) -> None:
    campaign = world.campaign()
    run_id = world.start(campaign)
    world.pause(campaign)
    dispatcher = world.dispatcher()
    world.run_to_end(dispatcher)
    assert (world.run(run_id)["state"], sink.received) == ("paused", ())
    world.resume(campaign)
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 6}
    assert sorted(mail.recipients[0] for mail in sink.received) == [f"p{n}@example.org" for n in range(6)]


def test_19_a_pause_before_the_lock_is_seen_under_it(
    world: World, people: list[UUID], sink: SmtpSink
) -> None:
    campaign = world.campaign()
    run_id = world.start(campaign)
    handovers = BeforeTheHandover(world.sending.handovers(), partial(world.pause, campaign))
    dispatcher = world.dispatcher(handovers=handovers)
    world.run_to_end(dispatcher)
    assert world.run(run_id)["state"] == "paused"
    assert (world.positions_of(HANDED_OVER), sink.received) == ([], ())
    assert outcomes(world, run_id) == {"pending": 6}
    world.resume(campaign)
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 6}


def test_19_a_pause_that_the_facts_have_read_past_is_seen_too(
    world: World, people: list[UUID], sink: SmtpSink
) -> None:
    campaign = world.campaign()
    run_id = world.start(campaign)

    def pause_and_fold() -> None:
        world.pause(campaign)
        world.fold()

    reading = BeforeReading(world.sending.run_reading(), pause_and_fold)
    dispatcher = world.dispatcher(reading=reading)
    world.fold()
    while world.run(run_id)["state"] != "sending":
        dispatcher.advance()
        world.fold()
    reading.armed = True
    world.run_to_end(dispatcher)
    assert (world.run(run_id)["state"], sink.received) == ("paused", ())


def test_19_a_pause_in_the_middle_neither_doubles_nor_skips_anyone(
    world: World, people: list[UUID], sink: SmtpSink
) -> None:
    sink.faults = {3: Fault(act=Act.ANSWER, stage=Stage.RCPT, code=451)}
    campaign = world.campaign()
    run_id = world.start(campaign)
    dispatcher = world.dispatcher()
    world.run_to_end(dispatcher)
    world.pause(campaign)
    world.clock.move(timedelta(hours=2))
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 5, "deferred": 1}
    world.resume(campaign)
    world.run_to_end(dispatcher)
    assert outcomes(world, run_id) == {"sent": 6}
    assert len(sink.received) == 6


def test_19_pausing_and_resuming_again_change_nothing(world: World, people: list[UUID]) -> None:
    campaign = world.campaign()
    paused = [world.pause(campaign), world.pause(campaign)]
    assert paused[0] == paused[1] == world.web.store.head()
    resumed = [world.resume(campaign), world.resume(campaign)]
    assert resumed[0] == resumed[1] == paused[0] + 1


def test_35_a_run_of_which_nothing_is_open_is_finished_while_its_campaign_is_paused(
    world: World, people: list[UUID]
) -> None:
    campaign = world.campaign()
    run_id = world.start(campaign)
    dispatcher = world.dispatcher()
    world.fold()
    while len(world.positions_of("messages.MessageSent")) < 6:
        dispatcher.advance()
        world.fold()
    world.pause(campaign)
    assert world.run(run_id)["state"] != "finished"
    world.run_to_end(dispatcher)
    assert (world.run(run_id)["state"], outcomes(world, run_id)) == ("finished", {"sent": 6})


def test_19_runs_of_paused_campaigns_are_not_even_loaded(
    world: World, people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    campaigns = [world.campaign() for _ in range(3)]
    for one in campaigns:
        world.start(one)
    dispatcher = world.dispatcher()
    world.fold()
    dispatcher.advance()
    for one in campaigns:
        world.pause(one)
    world.fold()
    monkeypatch.setattr(world.sending.store, "find", forbidden)
    monkeypatch.setattr(world.sending.store, "caught_up", forbidden)
    assert dispatcher.advance() is False
    monkeypatch.undo()
    for one in campaigns:
        world.resume(one)
    world.run_to_end(dispatcher)
    assert len(world.positions_of("runs.RunFinished")) == 3


def forbidden(*_: object) -> None:
    raise StoreUnavailable


@pytest.mark.parametrize("when", ["planned", "decided", "sending", "paused"])
def test_19_cancelling_ends_all_open_outcomes(
    world: World, people: list[UUID], sink: SmtpSink, when: str
) -> None:
    sink.faults = {n: Fault(act=Act.ANSWER, stage=Stage.RCPT, code=451) for n in range(3, 99)}
    campaign = world.campaign()
    run_id = world.start(campaign)
    dispatcher = world.dispatcher()
    if when == "decided":
        world.fold()
        while world.run(run_id)["state"] != "sending":
            dispatcher.advance()
            world.fold()
    if when in ("sending", "paused"):
        world.run_to_end(dispatcher)
        assert outcomes(world, run_id) == {"sent": 2, "deferred": 4}
    if when == "paused":
        world.pause(campaign)
    world.cancel(campaign)
    world.run_to_end(dispatcher)
    run = world.run(run_id)
    assert (run["state"], run["balanced"]) == ("cancelled", True)
    if when == "planned":
        assert run["audience"] is None
    else:
        sent = 0 if when == "decided" else 2
        assert outcomes(world, run_id) == {
            k: v for k, v in {"sent": sent, "suppressed": 6 - sent}.items() if v
        }
        assert run["reasons"] == {"CAMPAIGN_CANCELLED": 6 - sent}
    cancelled = world.positions_of("campaigns.CampaignCancelled")[0]
    assert all(position < cancelled for position in world.positions_of(HANDED_OVER))


def test_19_a_cancellation_before_the_lock_is_seen_under_it(
    world: World, people: list[UUID], sink: SmtpSink
) -> None:
    campaign = world.campaign()
    run_id = world.start(campaign)
    handovers = BeforeTheHandover(world.sending.handovers(), partial(world.cancel, campaign))
    world.run_to_end(world.dispatcher(handovers=handovers))
    assert (outcomes(world, run_id), sink.received) == ({"suppressed": 6}, ())
    decided = world.decisions(run_id)[people[0]]
    cancelled = world.positions_of("campaigns.CampaignCancelled")
    assert decided["reasons"] == [{"code": "CAMPAIGN_CANCELLED", "facts": cancelled, "until": None}]


def test_19_a_cancelled_campaign_runs_no_more_and_a_draft_is_not_paused(world: World) -> None:
    campaign = world.campaign()
    world.cancel(campaign)
    for command in (world.pause, world.resume, world.start):
        with pytest.raises(CampaignAlreadyCancelled):
            command(campaign)
    with pytest.raises(CampaignNotApproved):
        world.pause(world.draft())


def test_19_at_its_end_what_is_open_has_expired(world: World, people: list[UUID], sink: SmtpSink) -> None:
    campaign = world.campaign(ends_at=world.clock.now() + timedelta(hours=1))
    run_id = world.start(campaign)
    world.pause(campaign)
    world.clock.move(timedelta(hours=1))
    dispatcher = world.dispatcher()
    world.run_to_end(dispatcher)
    world.resume(campaign)
    world.run_to_end(dispatcher)
    assert (outcomes(world, run_id), sink.received) == ({"suppressed": 6}, ())
    assert world.run(run_id)["reasons"] == {"EXPIRED": 6}


def test_43_a_second_run_waits_for_the_end_of_a_paused_one(world: World, people: list[UUID]) -> None:
    campaign = world.campaign()
    run_id = world.start(campaign)
    world.pause(campaign)
    with pytest.raises(CampaignHasOpenRun) as refused:
        world.clock.move(timedelta(seconds=1))
        world.start(campaign)
    assert refused.value.details["run_id"] == str(run_id)
