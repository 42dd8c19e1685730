"""Health says whether the projector, the dispatcher and the scheduler work, and not only whether they run."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from application.leases import DISPATCHER, SCHEDULER
from application.scheduling.commands import ScheduleRun
from application.scheduling.deciding import SlotDeciding
from application.scheduling.scheduler import Scheduler
from infrastructure.machine import noted_position
from infrastructure.machine.clock import Interruptible, SystemClock
from infrastructure.machine.noted_position import NotedPosition
from infrastructure.postgres import process_health
from infrastructure.postgres.process_health import process_parts
from infrastructure.processes import heartbeat
from infrastructure.processes.dispatcher import run_dispatcher
from infrastructure.processes.projector import run_projector
from infrastructure.processes.scheduler import run_scheduler
from projections.engine.runner import pause, resume, standings
from tests.processes.alone import Alone, in_real_time
from tests.processes.conftest import migrated
from tests.processes.looping import looping
from tests.processes.up import eventually
from tests.smtp_sink import Act, Fault, SmtpSink
from tests.world import World


@pytest.fixture
def world(database: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """Its processes give a sign after each pass, and its next hop never answers a mail to stalls@example.org."""
    monkeypatch.setattr(heartbeat, "EVERY_SECONDS", 0.0)
    with SmtpSink(faults_of={"stalls@example.org": Fault(act=Act.STALL)}) as sink:
        yield from in_real_time(database, tmp_path, monkeypatch, sink)


@pytest.fixture
def safe_world(own_server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """On a server of its own, on which processes start."""
    yield from in_real_time(migrated(own_server()), tmp_path, monkeypatch)


def part(world: World, name: str) -> dict[str, Any]:
    found: dict[str, Any] = world.services.health.report()[name]
    return found


def code(world: World, name: str) -> str | None:
    """What is wrong with this process according to health, which also names it among the problems; None for nothing."""
    report = world.services.health.report()
    found: str | None = report[name].get("code")
    told = [problem["code"] for problem in report["problems"] if problem["part"] == name]
    assert told == ([found] if found not in (None, "STARTING") else [])
    assert report[name]["ok"] is (found is None)
    return found


def stays(world: World, name: str, seconds: float, question: Callable[[], bool] = lambda: True) -> bool:
    """Whether the process works during these seconds, while the question is true."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert code(world, name) is None, part(world, name)
        if not question():
            return False
        time.sleep(0.1)
    return True


@pytest.mark.parametrize("verb", [DISPATCHER, SCHEDULER, "projector"])
def test_a_stopped_process_is_silent_until_it_continues(
    safe_world: World, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease runs for a minute: a lease alone would tell nothing."""
    monkeypatch.setattr(process_health, "FRESH_SECONDS", 5.0)
    process = Alone(safe_world, verb, verb, FARLEY_LEASE_SECONDS="60")
    try:
        assert eventually(lambda: code(safe_world, verb) is None)
        process.send(signal.SIGSTOP)
        assert eventually(lambda: code(safe_world, verb) == "SILENT")
        assert "kill it" in part(safe_world, verb)["remedy"]
        process.send(signal.SIGCONT)
        assert eventually(lambda: code(safe_world, verb) is None)
        assert process.end() == 0
    finally:
        if process.process.poll() is None:
            process.kill()
    assert code(safe_world, verb) == "NOT_RUNNING"


def test_a_killed_dispatcher_is_silent_once_its_lease_is_over(safe_world: World) -> None:
    process = Alone(safe_world, DISPATCHER, "killed", FARLEY_LEASE_SECONDS="3")
    assert eventually(lambda: code(safe_world, DISPATCHER) is None)
    process.kill()
    assert eventually(lambda: code(safe_world, DISPATCHER) == "SILENT")


def test_a_scheduler_whose_every_turn_raises_is_failing_until_one_ends_well(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Scheduler) -> int:
        raise ZeroDivisionError("of nobody's concern")

    with monkeypatch.context() as patched:
        patched.setattr(Scheduler, "tick", broken)
        for _ in range(2):  # as its supervisor starts it again
            with pytest.raises(ZeroDivisionError):
                run_scheduler(world.scheduling, Interruptible())
            assert code(world, SCHEDULER) == "FAILING"
    assert "ZeroDivisionError" in part(world, SCHEDULER)["error"]
    assert "nobody" not in str(world.services.health.report())
    with looping(run_scheduler, world.scheduling):
        assert eventually(lambda: code(world, SCHEDULER) is None)


def test_a_follower_does_not_speak_for_the_process_with_the_lease(world: World) -> None:
    """Else nobody would see that the one with the lease hangs."""
    world.sending.lease("another").hold()
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute(
            "update operation.leases set held_since = now() - interval '1 hour', expires_at = 'infinity'"
        )
    with looping(run_dispatcher, world.sending):
        time.sleep(1.0)
        assert code(world, DISPATCHER) == "SILENT"


def test_an_idle_dispatcher_and_scheduler_are_healthy(world: World) -> None:
    world.customer("ana@example.org")
    world.campaign()
    world.fold()
    with looping(run_dispatcher, world.sending), looping(run_scheduler, world.scheduling):
        assert eventually(lambda: code(world, DISPATCHER) is None and code(world, SCHEDULER) is None)
        assert stays(world, DISPATCHER, 3.0)
        assert stays(world, SCHEDULER, 0.5)
        assert [part(world, name)["waited_seconds"] for name in (DISPATCHER, SCHEDULER)] == [0, 0]


def test_a_dispatcher_whose_next_hop_does_not_answer_is_healthy_within_its_patience(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its passes go on meanwhile. Only a message that nobody will answer any more is too late."""
    monkeypatch.setattr(process_health, "FRESH_SECONDS", 4.0)
    world.customer("stalls@example.org")
    with looping(run_projector, world.located), looping(run_dispatcher, world.sending):
        world.start(world.campaign())
        assert eventually(lambda: part(world, DISPATCHER).get("waited_seconds", 0) >= 1)
        assert stays(world, DISPATCHER, 6.0)
        assert eventually(lambda: part(world, DISPATCHER)["waited_seconds"] > process_health.FRESH_SECONDS)
        assert code(world, DISPATCHER) is None
        monkeypatch.setitem(process_health.PATIENCE, DISPATCHER, 2.0)
        assert code(world, DISPATCHER) == "WORK_WAITS"


def test_a_dispatcher_whose_passes_move_nothing_has_work_that_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here decisions wait for a read model that an operator paused."""
    monkeypatch.setitem(process_health.PATIENCE, DISPATCHER, 1.0)
    world.customer("ana@example.org")
    run_id = world.start(world.campaign())
    world.fold()
    pause(world.projector, "consent", operator="olga")
    world.customer("bea@example.org")
    world.runner.catch_up()
    with looping(run_dispatcher, world.sending):
        assert eventually(lambda: code(world, DISPATCHER) == "WORK_WAITS")
        assert "farley project status" in part(world, DISPATCHER)["remedy"]
        resume(world.projector, "consent", skip=False, operator="olga")
        with looping(run_projector, world.located):
            assert eventually(lambda: world.run(run_id)["state"] == "finished")
            assert eventually(lambda: code(world, DISPATCHER) is None)


def planned(world: World, grace: timedelta) -> None:
    """Plans a run of a new campaign for now."""
    at = SystemClock().now() + timedelta(seconds=0.3)
    command = ScheduleRun(campaign_id=world.campaign(), at=at, grace_seconds=int(grace.total_seconds()))
    world.services.schedules.schedule_run(command, world.request())
    world.fold()
    time.sleep(0.4)


def test_a_due_run_that_the_scheduler_does_not_plan_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(process_health.PATIENCE, SCHEDULER, 1.0)
    planned(world, timedelta(hours=1))
    with monkeypatch.context() as patched, looping(run_scheduler, world.scheduling):
        patched.setattr(SlotDeciding, "decide", lambda *_: False)
        assert eventually(lambda: code(world, SCHEDULER) == "WORK_WAITS")
        patched.undo()
        # The scheduler may state something while this folds.
        assert eventually(lambda: world.runner.catch_up() and code(world, SCHEDULER) is None)


def test_a_planned_run_that_its_campaign_holds_up_is_due_at_the_end_of_its_grace(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(process_health.PATIENCE, SCHEDULER, 0.5)
    at = SystemClock().now() + timedelta(seconds=0.3)
    campaign_id = world.campaign()
    command = ScheduleRun(campaign_id=campaign_id, at=at, grace_seconds=3600)
    world.services.schedules.schedule_run(command, world.request())
    world.pause(campaign_id)
    world.fold()
    with looping(run_scheduler, world.scheduling):
        assert eventually(lambda: SystemClock().now() > at and code(world, SCHEDULER) is None)
        assert stays(world, SCHEDULER, 2.0)
        assert part(world, SCHEDULER)["waited_seconds"] == 0


def test_the_projector_says_how_fast_it_folds(world: World) -> None:
    def rate() -> float:
        found: float = world.services.health.report()["projections"]["customers"]["rate"]
        return found

    with looping(run_projector, world.located):
        assert eventually(lambda: code(world, "projector") is None)
        began = time.monotonic()
        while time.monotonic() < began + 1.5:
            world.customer(f"{world.new_id()}@example.org")
        assert eventually(lambda: rate() > 0)
    assert code(world, "projector") == "NOT_RUNNING"
    assert rate() == 0


def test_a_paused_projection_stays_paused_when_the_projector_starts_again(world: World) -> None:
    def places() -> tuple[int, int]:
        by_name = standings(world.projector)
        return by_name["customers"].position, by_name["timeline"].position

    position = world.fold()
    pause(world.projector, "customers", operator="olga")
    for name in ("ana", "bea"):
        with looping(run_projector, world.located):
            world.customer(f"{name}@example.org")
            assert eventually(lambda: places() == (position, world.head()))
            found = world.services.health.report()["projections"]["customers"]
            assert (found["state"], found["code"]) == ("paused", "PAUSED_BY_OPERATOR")
    resume(world.projector, "customers", skip=False, operator="olga")
    with looping(run_projector, world.located):
        assert eventually(lambda: places() == (world.head(), world.head()))


def test_a_disarmed_dispatcher_does_not_speak_for_the_process_with_the_lease(world: World) -> None:
    noted = world.located.settings.noted_position
    noted_position.write(noted, NotedPosition(position=7, fact="of a lost history"))
    world._leases.execute("select operation.hold_lease('dispatcher', 'another', 60)")
    world._leases.execute("update operation.leases set held_since = now() - interval '1 hour'")
    with looping(run_dispatcher, world.sending):
        assert eventually(lambda: runs(world) == ["dispatcher"])
        assert code(world, DISPATCHER) == "SILENT"
        world._leases.execute("select operation.release_lease('dispatcher', 'another')")
        assert eventually(lambda: code(world, DISPATCHER) == "DISARMED")


def runs(world: World) -> list[str]:
    """The processes that run and have no lease."""
    return [row[0] for row in world._leases.execute("select name from operation.processes order by 1")]


@pytest.mark.parametrize("name", [DISPATCHER, SCHEDULER])
def test_health_says_whose_lease_a_process_waits_for_and_since_when(world: World, name: str) -> None:
    loop: Callable[[Any, Interruptible], None]
    loop, on = {
        DISPATCHER: (run_dispatcher, world.sending),
        SCHEDULER: (run_scheduler, world.scheduling),
    }[name]
    world._leases.execute("select operation.hold_lease(%s, 'machine:7:killed', 60)", [name])
    began = SystemClock().now()
    with looping(loop, on):
        assert eventually(lambda: "waits_for_lease_since" in part(world, name))
        first, again = part(world, name), part(world, name)
        assert process_parts(world._leases, {})[name]["waits_for_lease_of"] == "machine:7"
        assert "waits_for_lease_of" not in first, "everybody may read a report"
        assert (
            began <= first["waits_for_lease_since"] == again["waits_for_lease_since"] <= SystemClock().now()
        )
        world._leases.execute("select operation.release_lease(%s, 'machine:7:killed')", [name])
        assert eventually(lambda: code(world, name) is None and not runs(world))
        assert "waits_for_lease_since" not in part(world, name)


def test_whoever_starts_after_a_killed_dispatcher_waits_for_its_lease_and_health_says_so(
    safe_world: World,
) -> None:
    killed = Alone(safe_world, DISPATCHER, "killed", FARLEY_LEASE_SECONDS="30")
    assert eventually(lambda: code(safe_world, DISPATCHER) is None)
    killed.kill()
    assert "waits_for_lease_since" not in part(safe_world, DISPATCHER)
    after = Alone(safe_world, DISPATCHER, "after")
    try:
        assert eventually(lambda: "waits_for_lease_since" in part(safe_world, DISPATCHER))
        holder = process_parts(safe_world._leases, {})[DISPATCHER]["waits_for_lease_of"]
        assert holder.endswith(f":{killed.process.pid}")
    finally:
        after.kill()


@pytest.mark.parametrize("name", [DISPATCHER, SCHEDULER, "projector"])
def test_a_process_that_ends_beside_another_of_its_kind_leaves_it_healthy(world: World, name: str) -> None:
    loop: Callable[[Any, Interruptible], None]
    loop, on = {
        DISPATCHER: (run_dispatcher, world.sending),
        SCHEDULER: (run_scheduler, world.scheduling),
        "projector": (run_projector, world.located),
    }[name]
    with ExitStack() as first, ExitStack() as second:
        first.enter_context(looping(loop, on))
        assert eventually(lambda: code(world, name) is None)
        second.enter_context(looping(loop, on))
        assert eventually(lambda: runs(world) == [name] * (2 if name == "projector" else 1))
        first.close()
        until = time.monotonic() + 3.0
        while time.monotonic() < until:
            assert code(world, name) in (None, "STARTING")
            time.sleep(0.02)
        assert code(world, name) is None
    assert code(world, name) == "NOT_RUNNING"
    assert runs(world) == []


def recorded(world: World, position: int) -> datetime:
    (row,) = world._leases.execute(
        "select recorded_at from log.events where notification_id = %s", [position]
    ).fetchall()
    instant: datetime = row[0]
    return instant


def due(world: World, name: str) -> datetime | None:
    with world.reading() as connection:
        return process_health.due_work(connection)[name]


@pytest.mark.parametrize("grace", [timedelta(hours=1), timedelta(0)])
def test_a_planned_run_that_was_held_up_is_due_from_the_moment_it_was_let_go(
    world: World, grace: timedelta
) -> None:
    at = SystemClock().now() + timedelta(seconds=0.3)
    campaign_id = world.campaign()
    command = ScheduleRun(campaign_id=campaign_id, at=at, grace_seconds=int(grace.total_seconds()))
    world.services.schedules.schedule_run(command, world.request())
    world.pause(campaign_id)
    time.sleep(0.5)
    world.fold()
    assert due(world, SCHEDULER) == (None if grace else at)
    resumed = world.resume(campaign_id)
    world.fold()
    assert due(world, SCHEDULER) == recorded(world, resumed) > at


def test_a_planned_run_is_due_when_the_run_before_it_has_ended(world: World) -> None:
    campaign_id = world.campaign()
    world.start(campaign_id)
    at = SystemClock().now() + timedelta(seconds=0.3)
    command = ScheduleRun(campaign_id=campaign_id, at=at, grace_seconds=3600)
    world.services.schedules.schedule_run(command, world.request())
    time.sleep(0.5)
    world.fold()
    assert due(world, SCHEDULER) is None
    with looping(run_projector, world.located), looping(run_dispatcher, world.sending):
        assert eventually(lambda: due(world, SCHEDULER) is not None)
    (ended,) = world.positions_of("runs.RunFinished")
    assert due(world, SCHEDULER) == recorded(world, ended) > at


def test_a_run_of_a_resumed_campaign_is_due_from_its_resumption(world: World) -> None:
    world.customer("ana@example.org")
    campaign_id = world.campaign()
    world.start(campaign_id)
    world.pause(campaign_id)
    world.fold()
    assert due(world, DISPATCHER) is None
    resumed = world.resume(campaign_id)
    world.fold()
    assert due(world, DISPATCHER) == recorded(world, resumed)


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1)])
def test_a_message_waits_from_its_recording_whatever_the_dispatchers_clock_says(
    world: World, ahead: timedelta
) -> None:
    world.customer("stalls@example.org")
    world.start(world.campaign())
    with looping(run_projector, world.located), looping(run_dispatcher, world.sending):
        assert eventually(lambda: world.positions_of("messages.MessageHandedOver"))
        (position,) = world.positions_of("messages.MessageHandedOver")
        assert eventually(lambda: due(world, DISPATCHER) == recorded(world, position))
        with psycopg.connect(world.database.url) as connection:
            connection.execute(
                "update read_campaigns.message set handed_over_at = handed_over_at + %s", [ahead]
            )
        assert due(world, DISPATCHER) == recorded(world, position)
