"""Planned instants become runs, late within their grace, once (docs/semantics.md, rules 12, 15 and 43)."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.campaigns.commands import ReviseCampaign
from application.requests import Answer
from application.scheduling.scheduler import Scheduler
from domain.campaigns.errors import (
    CampaignAlreadyCancelled,
    CampaignEnded,
    CampaignNotApproved,
    CampaignNotFound,
)
from domain.errors import DifferentContent, FarleyError, InvalidInput
from domain.facts import derived_id
from domain.runs.events import RunMissed, RunPlanned
from domain.runs.run import OVER, Run
from projections.schedules import reading as schedules
from tests.acceptance.schedules import (
    AT,
    HOUR,
    MINUTE,
    PLANNED,
    SECOND,
    assert_one_run,
    first_fact,
    schedule,
    slots,
    start,
    tick_at,
)
from tests.world import BEGIN, World


@pytest.fixture
def scheduler(world: World) -> Scheduler:
    return world.scheduling.scheduler("test")


@pytest.fixture
def campaign_id(world: World) -> UUID:
    return world.campaign()


# Which instant


@pytest.mark.parametrize(
    ("zone", "local", "instant"),
    [
        ("Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:00"),
        ("Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30"),
        ("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00"),
        ("America/New_York", "2026-11-01T02:30", "2026-11-01T07:30"),
        ("Australia/Sydney", "2026-10-04T02:30", "2026-10-03T16:00"),
        ("Australia/Sydney", "2026-04-05T02:30", "2026-04-04T15:30"),
    ],
)
def test_12_a_plan_at_half_past_two_on_a_clock_change_runs_once_at_its_instant(
    world: World, scheduler: Scheduler, campaign_id: UUID, zone: str, local: str, instant: str
) -> None:
    at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    answer = schedule(world, campaign_id, datetime.fromisoformat(local), time_zone=zone)
    assert answer.body["planned_for"] == f"{instant}:00Z"
    for seconds in range(-7200, 7201, 600):
        tick_at(world, scheduler, at + timedelta(seconds=seconds))
        assert len(world.positions_of(PLANNED)) == (seconds >= 0)
    planned = first_fact(world, answer)
    assert (planned.planned_for, planned.occurred_at) == (at, at)
    assert planned.originator_id == derived_id("run", campaign_id, at.isoformat())


def test_15_a_plan_says_in_which_zone_it_was_made_and_what_the_wall_clock_said(
    world: World, campaign_id: UUID
) -> None:
    berlin = datetime(2026, 3, 29, 2, 30)
    schedule(world, campaign_id, berlin, time_zone="Europe/Berlin", grace_seconds=60)
    schedule(world, campaign_id)
    world.fold()
    with world.reading() as connection:
        by_zone = {row["time_zone"]: row for row in schedules.schedules(connection, campaign_id)}
    assert by_zone["Europe/Berlin"]["local_time"] == "2026-03-29T02:30:00"
    assert by_zone["Europe/Berlin"]["grace_seconds"] == 60
    assert (by_zone["UTC"]["local_time"], by_zone["UTC"]["grace_seconds"]) == (None, 3600)


# What may be planned


def refused(world: World, campaign_id: UUID, at: datetime = AT, **values: Any) -> FarleyError:
    before = world.web.store.head()
    with pytest.raises(FarleyError) as error:
        schedule(world, campaign_id, at, **values)
    assert world.web.store.head() == before
    return error.value


def test_only_an_approved_campaign_is_planned_and_before_its_end(world: World, campaign_id: UUID) -> None:
    assert isinstance(refused(world, UUID(int=1)), CampaignNotFound)
    ending = world.campaign(ends_at=AT)
    assert isinstance(refused(world, ending), CampaignEnded)
    assert schedule(world, ending, AT - SECOND).created
    assert isinstance(refused(world, ending, AT + SECOND), CampaignEnded)
    world.cancel(campaign_id)
    assert isinstance(refused(world, campaign_id), CampaignAlreadyCancelled)
    revised = world.campaign()
    revise(world, revised)
    assert isinstance(refused(world, revised), CampaignNotApproved)


def revise(world: World, campaign_id: UUID) -> None:
    """It is a draft again."""
    command = ReviseCampaign(campaign_id=campaign_id, changes={"name": "Another spring"})
    world.services.campaigns.revise_campaign(command, world.request())


def test_an_instant_that_has_passed_and_a_local_time_of_no_zone_are_refused(
    world: World, campaign_id: UUID
) -> None:
    for at, zone, path, code in (
        (BEGIN - SECOND, None, "at", "in_past"),
        (datetime(2026, 3, 2, 11), "UTC", "at", "in_past"),
        (datetime(2026, 3, 2, 13), None, "time_zone", "missing"),
        (datetime(2026, 3, 2, 13), "Mars/Olympus", "time_zone", "invalid_zone"),
        (AT, "Mars/Olympus", "time_zone", "invalid_zone"),
        (datetime.max, "America/New_York", "at", "invalid_instant"),
    ):
        error = refused(world, campaign_id, at, time_zone=zone)
        assert isinstance(error, InvalidInput)
        assert (error.path, error.code) == (path, code)
    assert schedule(world, campaign_id, BEGIN).created


def test_15_the_same_instant_again_is_a_duplicate_and_says_nothing_new(
    world: World, scheduler: Scheduler, campaign_id: UUID
) -> None:
    first = schedule(world, campaign_id, datetime(2026, 3, 2, 14), time_zone="Europe/Berlin")
    head = world.web.store.head()
    again = schedule(world, campaign_id)
    assert (again.duplicate, again.body["run_id"]) == (True, first.body["run_id"])
    with pytest.raises(DifferentContent) as other:
        schedule(world, campaign_id, grace_seconds=1)
    assert other.value.details == {"position": str(first.position)}
    assert world.web.store.head() == head
    tick_at(world, scheduler, AT + MINUTE)
    assert schedule(world, campaign_id).duplicate


# Late, held up, missed


def test_15_a_run_is_run_late_within_its_grace(world: World, scheduler: Scheduler, campaign_id: UUID) -> None:
    answer = schedule(world, campaign_id, grace_seconds=600)
    assert tick_at(world, scheduler, AT + 10 * MINUTE) == 1
    planned = first_fact(world, answer)
    assert isinstance(planned, RunPlanned)
    assert (planned.planned_for, planned.occurred_at) == (AT, AT + 10 * MINUTE)
    assert planned.ends_at == AT + 72 * HOUR
    assert (planned.actor, planned.correlation_id) == ("scheduler", planned.originator_id)
    assert slots(world, campaign_id) == {AT: ("triggered", None)}


def test_15_after_its_grace_a_run_is_recorded_as_missed_once_and_for_ever(
    world: World, scheduler: Scheduler, campaign_id: UUID
) -> None:
    answer = schedule(world, campaign_id, grace_seconds=600)
    assert tick_at(world, scheduler, AT + 10 * MINUTE + SECOND) == 1
    assert tick_at(world, scheduler, AT + HOUR) == 0
    assert isinstance(first_fact(world, answer), RunMissed)
    assert slots(world, campaign_id) == {AT: ("missed", "late")}
    external = start(world, campaign_id, AT)
    assert (external.duplicate, external.body["run_id"]) == (True, answer.body["run_id"])
    assert world.positions_of(PLANNED) == []


def test_15_what_is_found_within_five_seconds_is_on_time_even_without_grace(
    world: World, scheduler: Scheduler, campaign_id: UUID
) -> None:
    schedule(world, campaign_id, grace_seconds=0)
    schedule(world, other := world.campaign(), grace_seconds=0)
    world.pause(other)
    assert tick_at(world, scheduler, AT + 5 * SECOND) == 1
    assert tick_at(world, scheduler, AT + 6 * SECOND) == 1
    assert slots(world, campaign_id) == {AT: ("triggered", None)}
    assert slots(world, other) == {AT: ("missed", "paused")}


def test_15_a_paused_campaign_runs_when_it_is_resumed_within_the_grace(
    world: World, scheduler: Scheduler, campaign_id: UUID
) -> None:
    schedule(world, campaign_id, grace_seconds=600)
    world.pause(campaign_id)
    assert tick_at(world, scheduler, AT) == 0
    assert slots(world, campaign_id) == {AT: ("planned", None)}
    world.resume(campaign_id)
    assert tick_at(world, scheduler, AT + 9 * MINUTE) == 1
    assert slots(world, campaign_id) == {AT: ("triggered", None)}


def hold_up(world: World, campaign_id: UUID, how: str) -> None:
    if how == "paused":
        world.pause(campaign_id)
    elif how == "another_run":
        start(world, campaign_id)
    elif how == "not_approved":
        revise(world, campaign_id)


@pytest.mark.parametrize("how", ["paused", "another_run", "not_approved"])
def test_15_what_holds_a_run_up_beyond_its_grace_makes_it_missed(
    world: World, scheduler: Scheduler, campaign_id: UUID, how: str
) -> None:
    schedule(world, campaign_id, grace_seconds=600)
    hold_up(world, campaign_id, how)
    assert tick_at(world, scheduler, AT + 10 * MINUTE) == 0
    assert tick_at(world, scheduler, AT + 11 * MINUTE) == 1
    assert slots(world, campaign_id) == {AT: ("missed", how)}


def test_15_a_run_that_would_begin_at_its_campaigns_end_or_after_72_hours_is_missed(
    world: World, scheduler: Scheduler, campaign_id: UUID
) -> None:
    ending = world.campaign(ends_at=AT + MINUTE)
    schedule(world, ending, grace_seconds=120)
    schedule(world, campaign_id, grace_seconds=604_800)
    world.pause(campaign_id)
    world.pause(ending)
    assert tick_at(world, scheduler, AT) == 0
    world.resume(ending)
    assert tick_at(world, scheduler, AT + MINUTE) == 0
    assert tick_at(world, scheduler, AT + 3 * MINUTE) == 1
    world.resume(campaign_id)
    assert tick_at(world, scheduler, AT + 72 * HOUR) == 0
    assert tick_at(world, scheduler, AT + 168 * HOUR + SECOND) == 1
    assert slots(world, ending) == slots(world, campaign_id) == {AT: ("missed", "ended")}


def test_43_of_two_instants_that_are_due_the_later_waits_until_the_earlier_run_is_over(
    world: World, scheduler: Scheduler, campaign_id: UUID
) -> None:
    world.customer("ana@example.org")
    dispatcher = world.dispatcher()
    schedule(world, campaign_id, AT + MINUTE)
    schedule(world, campaign_id, AT)
    assert tick_at(world, scheduler, AT + 2 * MINUTE) == 1
    assert slots(world, campaign_id) == {AT: ("triggered", None), AT + MINUTE: ("planned", None)}
    assert tick_at(world, scheduler, AT + 3 * MINUTE) == 0
    world.run_to_end(dispatcher)
    assert tick_at(world, scheduler, AT + 4 * MINUTE) == 1
    world.run_to_end(dispatcher)
    assert len(world.positions_of("messages.MessageSent")) == 1
    assert len(world.positions_of("runs.RunFinished")) == 2
    assert {state for state, _ in slots(world, campaign_id).values()} == {"triggered"}


def test_a_cancelled_campaigns_instants_are_withdrawn_and_nothing_is_recorded(
    world: World, scheduler: Scheduler, campaign_id: UUID
) -> None:
    schedule(world, campaign_id, AT)
    schedule(world, campaign_id, AT + HOUR)
    tick_at(world, scheduler, AT)
    world.cancel(campaign_id)
    head = world.web.store.head()
    assert tick_at(world, scheduler, AT + 48 * HOUR) == 0
    assert world.web.store.head() == head
    assert slots(world, campaign_id) == {AT: ("triggered", None), AT + HOUR: ("withdrawn", None)}


def test_a_cancellation_that_the_read_models_have_not_seen_counts(
    world: World, scheduler: Scheduler, campaign_id: UUID
) -> None:
    schedule(world, campaign_id)
    world.fold()
    world.cancel(campaign_id)
    world.clock.instant = AT
    assert scheduler.tick() == 0
    assert world.positions_of(PLANNED) == []


def test_the_scheduler_waits_until_what_it_wrote_last_is_folded(
    world: World, scheduler: Scheduler, campaign_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule(world, campaign_id)
    tick_at(world, scheduler, AT)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.scheduling.store, "find", lambda *_: pytest.fail("it looks at slots again"))
        assert scheduler.tick() == 0


def test_the_facts_that_end_a_run_are_those_after_which_it_does_nothing_more(
    world: World, scheduler: Scheduler, campaign_id: UUID
) -> None:
    dispatcher, finished = world.dispatcher(), start(world, campaign_id)
    assert not isinstance(world.web.store.last_fact(Run, UUID(finished.body["run_id"])), OVER)
    world.run_to_end(dispatcher)
    missed = schedule(world, campaign_id, grace_seconds=0)
    tick_at(world, scheduler, AT + MINUTE)
    cancelled = start(world, campaign_id)
    world.cancel(campaign_id)
    world.run_to_end(dispatcher)
    ends = set()
    for answer in (finished, missed, cancelled):
        run = world.web.store.find(Run, UUID(answer.body["run_id"]))
        assert run is not None
        assert run.finished
        ends.add(type(world.web.store.last_fact(Run, run.id)))
    assert ends == set(OVER)


# Races


@contextmanager
def the_logs_turn(world: World) -> Iterator[Any]:
    """While it is held whoever appends waits; the one that came first goes first. Yields who waits."""
    with psycopg.connect(world.database.url) as holding, psycopg.connect(world.database.url) as looking:
        looking.autocommit = True
        holding.execute("select log.lock()")

        def wait_for(waiting: int) -> None:
            deadline = time.monotonic() + 20
            while _waiting(looking) < waiting:
                assert time.monotonic() < deadline, "nobody waits"

        yield wait_for
        holding.rollback()


def _waiting(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute(
        "select count(distinct pid) from pg_locks where not granted"
        " and database = (select oid from pg_database where datname = current_database())"
    ).fetchone()
    assert row is not None
    return int(row[0])


class Racer(threading.Thread):
    """Does one thing; what came of it, or its refusal."""

    def __init__(self, race: Any) -> None:
        super().__init__(daemon=True)
        self._race = race
        self.result: Any = None
        self.start()

    def run(self) -> None:
        try:
            self.result = self._race()
        except Exception as error:
            self.result = error

    def end(self) -> Any:
        self.join(30)
        assert not self.is_alive()
        return self.result


@pytest.mark.parametrize("first", ["scheduler", "client"])
def test_15_a_client_and_the_scheduler_that_have_both_looked_make_one_run_of_one_slot(
    world: World, scheduler: Scheduler, campaign_id: UUID, first: str
) -> None:
    """Both have seen that nobody decided when the first of them appends."""
    answer = schedule(world, campaign_id)
    world.clock.instant = AT
    world.fold()
    races = {"scheduler": scheduler.tick, "client": lambda: start(world, campaign_id, AT)}
    second = next(name for name in races if name != first)
    racers = {}
    with the_logs_turn(world) as wait_for:
        for number, name in enumerate((first, second), start=1):
            racers[name] = Racer(races[name])
            wait_for(number)
    told = {name: racer.end() for name, racer in racers.items()}
    assert told["scheduler"] == (first == "scheduler")
    assert told["client"].body["run_id"] == answer.body["run_id"]
    assert told["client"].duplicate == (first == "scheduler")
    assert_one_run(world, 1)
    assert type(first_fact(world, answer)) is RunPlanned
    assert first_fact(world, answer).actor == ("scheduler" if first == "scheduler" else "test")


def test_15_two_schedulers_and_a_client_at_once_make_one_run_of_each_slot(world: World) -> None:
    campaigns = [world.campaign(name=f"Campaign {n}") for n in range(12)]
    for campaign_id in campaigns:
        schedule(world, campaign_id)
    world.clock.instant = AT
    world.fold()
    begin = threading.Barrier(3)

    def client() -> list[Answer]:
        begin.wait(10)
        return [start(world, campaign_id, AT) for campaign_id in reversed(campaigns)]

    def ticking(name: str) -> int:
        scheduler = world.scheduling.scheduler(name)
        begin.wait(10)
        return scheduler.tick()

    racers = [Racer(client), Racer(lambda: ticking("one")), Racer(lambda: ticking("two"))]
    answers, *ticked = [racer.end() for racer in racers]
    assert sum(ticked) + sum(not answer.duplicate for answer in answers) == len(campaigns)
    assert_one_run(world, len(campaigns))


def test_43_a_run_that_a_client_starts_meanwhile_makes_the_slot_wait(
    world: World, scheduler: Scheduler, campaign_id: UUID
) -> None:
    """The scheduler has seen no other run when the client's is appended before its own."""
    schedule(world, campaign_id)
    world.clock.instant = AT + SECOND
    world.fold()
    with the_logs_turn(world) as wait_for:
        client = Racer(lambda: start(world, campaign_id))
        wait_for(1)
        ticking = Racer(scheduler.tick)
        wait_for(2)
    assert client.end().accepted
    assert ticking.end() == 0
    assert_one_run(world, 1)
    assert slots(world, campaign_id) == {AT: ("planned", None)}
