"""The scheduler as it runs: alone, beside a second one, stopped past its lease and continued, cut off."""

import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.campaigns.commands import StartRun
from application.mail import Delivery, OutgoingMail, SendResult
from application.scheduling.commands import ScheduleRun
from domain.runs.run import Run
from infrastructure.machine.clock import Interruptible
from infrastructure.processes.dispatcher import run_dispatcher
from infrastructure.processes.projector import run_projector
from infrastructure.processes.scheduler import run_scheduler
from tests.processes.alone import Alone, in_real_time
from tests.processes.conftest import migrated
from tests.processes.up import PATIENCE, Up, eventually
from tests.world import World

PLANNED, MISSED = "runs.RunPlanned", "runs.RunMissed"
PEOPLE = 5


@pytest.fixture
def world(database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    yield from in_real_time(database, tmp_path, monkeypatch)


@pytest.fixture
def safe_world(own_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """On a server of its own, on which processes start."""
    yield from in_real_time(migrated(own_server()), tmp_path, monkeypatch)


@contextmanager
def looping(loop: Callable[[Any, Interruptible], None], on: Any) -> Iterator[None]:
    sleep = Interruptible()
    thread = threading.Thread(target=loop, args=[on, sleep])
    thread.start()
    try:
        yield
    finally:
        sleep.stop()
        thread.join(30)
        assert not thread.is_alive()


@contextmanager
def two_schedulers(world: World) -> Iterator[tuple[Alone, Alone]]:
    """The leader first. Both end cleanly."""
    before = epoch(world)
    leader = Alone(world, "scheduler", "leader")
    follower = None
    try:
        assert eventually(lambda: epoch(world) == before + 1)
        follower = Alone(world, "scheduler", "follower")
        assert eventually(lambda: follower.says("started"))
        yield leader, follower
    finally:
        codes = [one.end() for one in (leader, follower) if one is not None and one.process.poll() is None]
    assert set(codes) == {0}


def epoch(world: World) -> int:
    with world.reading() as connection:
        row = connection.execute("select epoch from operation.leases where name = 'scheduler'").fetchone()
    return row["epoch"] if row else 0


def let_the_lease_run_out(world: World) -> None:
    """As ten seconds would; only the other one can take it while its holder is stopped."""
    before = epoch(world)
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("update operation.leases set expires_at = '-infinity' where name = 'scheduler'")
    assert eventually(lambda: epoch(world) == before + 1)


def schedule(world: World, *, seconds: float = 1.0) -> UUID:
    """A run of a new campaign so many seconds ahead; its id."""
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    command = ScheduleRun(campaign_id=world.campaign(), at=at)
    answer = world.services.schedules.schedule_run(command, world.request())
    return UUID(answer.body["run_id"])


def planned(world: World, run_id: UUID) -> bool:
    return world.web.store.present(Run, [run_id]) != set()


def plans(world: World) -> Counter[UUID]:
    """How often each run was planned or missed."""
    with world.reading() as connection:
        rows = connection.execute(
            "select originator_id from log.facts where stored_name = any(%s)", [[PLANNED, MISSED]]
        ).fetchall()
    return Counter(row["originator_id"] for row in rows)


# One


def test_a_scheduler_begins_a_run_when_its_instant_has_come_and_gives_its_lease_back(world: World) -> None:
    with looping(run_projector, world.located), looping(run_scheduler, world.scheduling):
        run_id = schedule(world)
        assert not planned(world, run_id)
        assert eventually(lambda: planned(world, run_id))
    with looping(run_scheduler, world.scheduling):
        # not after the ten seconds of a lease that nobody gave back
        assert eventually(lambda: epoch(world) == 2)
    assert plans(world) == {run_id: 1}


def test_a_scheduler_that_was_cut_off_goes_on(world: World) -> None:
    with looping(run_projector, world.located), looping(run_scheduler, world.scheduling):
        assert eventually(lambda: epoch(world) == 1)
        with psycopg.connect(world.database.url, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
                " where usename in ('farley_dispatcher', 'farley_reader') and datname = current_database()"
            )
        run_id = schedule(world)
        assert eventually(lambda: planned(world, run_id))


def test_an_error_that_nobody_foresaw_ends_the_process(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    class Unforeseen(Exception):
        pass

    def fail(*_: object) -> None:
        raise Unforeseen

    monkeypatch.setattr("application.scheduling.scheduler.Scheduler.tick", fail)
    with pytest.raises(Unforeseen):
        run_scheduler(world.scheduling, Interruptible())


# Two


@contextmanager
def the_logs_turn(world: World) -> Iterator[Callable[[int], bool]]:
    """Nobody appends while it is held. Yields a question: do so many wait for it?"""
    waiting = "select count(*) from pg_locks where not granted and relation = 'log.turn'::regclass"
    with psycopg.connect(world.database.url) as holding, psycopg.connect(world.database.url) as looking:
        looking.autocommit = True
        holding.execute("select log.lock()")
        yield lambda n: eventually(lambda: looking.execute(waiting).fetchone() == (n,))
        holding.rollback()


def test_a_leader_that_is_stopped_past_its_lease_while_it_commits_and_continued_doubles_nothing(
    safe_world: World,
) -> None:
    world = safe_world
    with looping(run_projector, world.located), two_schedulers(world) as (leader, follower):
        run_id = schedule(world, seconds=2)
        with the_logs_turn(world) as wait:
            assert wait(1)  # the leader has decided, and its append has been sent
            leader.send(signal.SIGSTOP)
            let_the_lease_run_out(world)
            assert wait(2)  # so has the follower, of the same slot
        assert eventually(lambda: planned(world, run_id))
        leader.send(signal.SIGCONT)
        assert eventually(lambda: leader.says("the lease is lost"))
        second = schedule(world)
        assert eventually(lambda: planned(world, second))
        assert follower.end() == 0
        third = schedule(world)
        assert eventually(lambda: planned(world, third))
    assert plans(world) == {run_id: 1, second: 1, third: 1}
    assert world.positions_of(MISSED) == []


class HeldUpHop:
    """Takes its time for the third message; counts what it accepts."""

    name = "smtp"

    def __init__(self) -> None:
        self.accepted: Counter[str] = Counter()
        self.held_up, self.go_on = threading.Event(), threading.Event()

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        if time.monotonic() > begin_before:
            return Delivery(result=SendResult.NOT_BEGUN)
        if len(self.accepted) == 2:
            self.held_up.set()
            assert self.go_on.wait(PATIENCE)
        self.accepted[mail.recipient] += 1
        return Delivery(result=SendResult.ACCEPTED, code=250)

    def close(self) -> None: ...


def test_a_leader_that_is_stopped_past_its_lease_with_its_run_half_handed_over_doubles_nothing(
    safe_world: World,
) -> None:
    world, hop = safe_world, HeldUpHop()
    for n in range(PEOPLE):
        world.customer(f"p{n}@example.org")
    world.sending.transport = hop
    with (
        looping(run_projector, world.located),
        looping(run_dispatcher, world.sending),
        two_schedulers(world) as (leader, _),
    ):
        at = datetime.now(UTC) + timedelta(seconds=1)
        campaign_id = world.campaign()
        world.services.schedules.schedule_run(ScheduleRun(campaign_id=campaign_id, at=at), world.request())
        assert hop.held_up.wait(PATIENCE)
        leader.send(signal.SIGSTOP)
        let_the_lease_run_out(world)
        again = StartRun(campaign_id=campaign_id, planned_for=at)
        assert world.services.campaigns.start_run(again, world.request()).duplicate
        leader.send(signal.SIGCONT)
        time.sleep(2.5)  # both look at the clock again
        hop.go_on.set()
        assert eventually(lambda: world.positions_of("runs.RunFinished"))
    assert list(plans(world).values()) == [1]
    assert hop.accepted == {f"p{n}@example.org": 1 for n in range(PEOPLE)}


# All of it


def test_farley_up_runs_a_campaign_at_the_instant_that_it_was_planned_for_over_http(up: Up) -> None:
    key = up.banner["administrator"].split()[0]

    def post(path: str, body: Any, **headers: str) -> Any:
        return up.answer(path, body, key, **headers)[1]

    point = {"channel": "email", "value": "ana@example.org"}
    customer = post("/api/customers", {"kind": "person", "name": "Ana", "contact_points": [point]})
    consent = {"channel": "email", "purpose": "marketing", "evidence": {"source": "form"}}
    post(f"/api/customers/{customer['customer_id']}/consents", consent)
    draft = {
        "name": "Spring",
        "message_class": "promotional",
        "purpose": "marketing",
        "channel": "email",
        "audience": {"field": "kind", "op": "eq", "value": "person"},
        "template": {"subject": "Hello {{ name }}", "body": "Dear {{ name }}, {{ unsubscribe_url }}"},
    }
    campaign = f"/api/campaigns/{post('/api/campaigns', draft)['campaign_id']}"
    post(f"{campaign}/approvals", {}, If_Match='"1"')
    at = datetime.now(UTC) + timedelta(seconds=2)
    stored = post(f"{campaign}/schedules", {"at": at.isoformat()})

    def states(what: str) -> list[str]:
        found = up.answer(f"{campaign}/{what}", key=key, Farley_Wait_For=stored["position"])[1]
        return [one["state"] for one in found["items"]]

    assert states("schedules") == ["planned"]
    assert eventually(lambda: states("schedules") == ["triggered"])
    assert datetime.now(UTC) >= at
    assert eventually(lambda: states("runs") == ["finished"])
    run = up.answer(f"{campaign}/runs/{stored['run_id']}", key=key)[1]
    assert (run["outcomes"]["sent"], run["balanced"]) == (1, True)
    health = up.answer("/health/ready")[1]["scheduler"]
    assert (health["ok"], health["epoch"]) == (True, 1)
