"""The projector's and the dispatcher's loops: they go on when the database comes back, and end when told to."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from structlog.testing import capture_logs

from application.dispatch.dispatcher import Dispatcher
from application.dispatch.steps import Steps
from application.mail import Delivery, OutgoingMail, SendResult
from infrastructure.machine import noted_position
from infrastructure.machine.clock import Interruptible
from infrastructure.machine.noted_position import NotedPosition
from infrastructure.postgres.arming import arm
from infrastructure.postgres.connections import as_role
from infrastructure.processes import heartbeat
from infrastructure.processes.dispatcher import run_dispatcher
from infrastructure.processes.projector import run_projector
from projections.engine.runner import pause, standings
from tests.processes.looping import looping
from tests.processes.up import eventually
from tests.smtp_sink import SmtpSink
from tests.world import World


@pytest.fixture
def world(database: Any, tmp_path: Path) -> Iterator[World]:
    with SmtpSink() as sink:
        world = World(database, tmp_path, sink)
        yield world
        world.close()


def cut_off(world: World, role: str) -> None:
    """Ends all connections of a role, as a restart of the server does."""
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where usename = %s and datname = current_database()",
            [role],
        )


def epoch(world: World) -> int:
    with world.reading() as connection:
        row = connection.execute("select epoch from operation.leases where name = 'dispatcher'").fetchone()
    return row["epoch"] if row else 0


def folded(world: World) -> bool:
    with world.reading() as connection:
        return {one.position for one in standings(connection).values()} == {world.web.store.head()}


def test_the_projector_folds_what_comes_and_goes_on_after_it_was_cut_off(world: World) -> None:
    with looping(run_projector, world.located):
        world.customer("ana@example.org")
        assert eventually(lambda: folded(world))
        cut_off(world, "farley_projector")
        world.customer("bea@example.org")
        assert eventually(lambda: folded(world))


def test_the_projector_says_which_fact_paused_a_projection_and_folds_the_others(world: World) -> None:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("alter table read_complaints_1.complaint_step add constraint poison check (false)")
    ana = world.customer("ana@example.org")
    with capture_logs() as lines, looping(run_projector, world.located):
        world.complain(ana)
        assert eventually(lambda: any(line["event"] == "a projection is paused" for line in lines))
        world.customer("bea@example.org")
        with_others = [name for name in standings(world.projector) if name != "complaints"]
        assert eventually(
            lambda: {standings(world.projector)[name].position for name in with_others}
            == {world.web.store.head()}
        )
    (paused,) = (line for line in lines if line["event"] == "a projection is paused")
    assert paused["projection"] == "complaints"
    assert paused["position"] == world.positions_of("complaints.ComplaintOpened")[0]


def test_the_pause_of_an_operator_is_no_error_in_the_log(world: World) -> None:
    with capture_logs() as lines, looping(run_projector, world.located):
        pause(world.projector, "complaints", operator="olga")
        assert eventually(lambda: any("paused" in line["event"] for line in lines))
    (paused,) = (line for line in lines if "paused" in line["event"])
    assert (paused["event"], paused["log_level"]) == ("an operator paused a projection", "warning")
    assert paused["projection"] == "complaints"


def test_a_dispatcher_gives_its_lease_back_when_it_ends(world: World) -> None:
    with looping(run_dispatcher, world.sending):
        assert eventually(lambda: epoch(world) == 1)
    with looping(run_dispatcher, world.sending):
        # Not after the ten seconds of a lease that nobody gave back.
        assert eventually(lambda: epoch(world) == 2)


def test_a_dispatcher_that_was_cut_off_goes_on(world: World) -> None:
    world.customer("ana@example.org")
    with looping(run_projector, world.located), looping(run_dispatcher, world.sending):
        assert eventually(lambda: epoch(world) == 1)
        cut_off(world, "farley_dispatcher")
        run_id = world.start(world.campaign())
        assert eventually(lambda: world.positions_of("runs.RunFinished"))
        assert eventually(lambda: folded(world))
    assert world.run(run_id)["outcomes"]["sent"] == 1


class ReadOnlyOnce:
    """A next hop that takes every mail; while it takes the first one the database becomes read-only."""

    name = "smtp"

    def __init__(self, world: World) -> None:
        self._world = world
        self.taken: list[str] = []

    def send(self, mail: OutgoingMail, *, begin_before: float) -> Delivery:
        if not self.taken:
            read_only(self._world, "on")
        self.taken.append(mail.recipient)
        return Delivery(result=SendResult.ACCEPTED, code=250)

    def close(self) -> None: ...


def read_only(world: World, setting: str) -> None:
    """As after a failover to a standby, or on a managed server whose disk is full."""
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("set default_transaction_read_only = off")
        name = sql.Identifier(connection.info.dbname)
        connection.execute(
            sql.SQL("alter database {} set default_transaction_read_only = {}").format(name, sql.SQL(setting))
        )
    cut_off(world, "farley_dispatcher")


def test_a_dispatcher_waits_while_the_database_takes_nothing_and_writes_what_it_learned_meanwhile(
    world: World,
) -> None:
    world.sending.transport = hop = ReadOnlyOnce(world)
    world.customer("ana@example.org")
    world.customer("ben@example.org")
    with looping(run_projector, world.located), looping(run_dispatcher, world.sending) as thread:
        run_id = world.start(world.campaign())
        assert eventually(lambda: len(hop.taken) == 2)
        assert thread.is_alive()
        read_only(world, "off")
        assert eventually(lambda: world.positions_of("runs.RunFinished"))
        assert eventually(lambda: folded(world))
    assert world.run(run_id)["outcomes"]["sent"] == len(hop.taken) == 2


def dispatcher_part(world: World) -> dict[str, Any]:
    part: dict[str, Any] = world.services.health.report()["dispatcher"]
    return part


def test_health_says_when_the_last_pass_of_a_dispatcher_ended_well(world: World) -> None:
    assert (dispatcher_part(world)["ok"], dispatcher_part(world)["code"]) == (False, "NOT_RUNNING")
    with looping(run_dispatcher, world.sending):
        assert eventually(lambda: dispatcher_part(world)["ok"])
        assert datetime.now(UTC) - dispatcher_part(world)["last_good_pass_at"] < timedelta(seconds=15)
        with psycopg.connect(world.database.url, autocommit=True) as connection:
            connection.execute(
                "update operation.heartbeats set ended_well_at = now() - interval '16 seconds'"
            )
        report = world.services.health.report()
        assert (report["dispatcher"]["ok"], report["dispatcher"]["epoch"]) == (False, 1)


def test_health_names_the_runs_that_cannot_go_on(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> int:
        raise ZeroDivisionError("of nobody's concern")

    monkeypatch.setattr(heartbeat, "EVERY_SECONDS", 0.0)
    world.customer("ann@example.org")
    run_id = world.start(world.campaign())
    world.fold()
    with monkeypatch.context() as patched, looping(run_dispatcher, world.sending):
        patched.setattr(Steps, "_step", broken)
        assert eventually(lambda: dispatcher_part(world).get("held_back") == [run_id])
        assert not dispatcher_part(world)["ok"]
    with looping(run_dispatcher, world.sending):
        assert eventually(lambda: dispatcher_part(world)["ok"])
        assert "held_back" not in dispatcher_part(world)


def test_health_names_why_the_dispatcher_is_disarmed_until_an_operator_arms_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heartbeat, "EVERY_SECONDS", 0.0)
    noted = world.located.settings.noted_position
    noted_position.write(noted, NotedPosition(position=7, fact="of a lost history"))
    with looping(run_dispatcher, world.sending):
        assert eventually(lambda: "at position 7" in dispatcher_part(world).get("disarmed", ""))
        assert not dispatcher_part(world)["ok"]
        arm(as_role(world.database.url, "farley_dispatcher"), noted, "kim")
        assert eventually(lambda: dispatcher_part(world)["ok"])
        assert "disarmed" not in dispatcher_part(world)


def test_health_names_the_kind_of_the_error_that_a_pass_ended_with(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Dispatcher) -> bool:
        raise ZeroDivisionError("of nobody's concern")

    monkeypatch.setattr(Dispatcher, "advance", broken)
    monkeypatch.setattr(Dispatcher, "release", lambda _: None)
    with pytest.raises(ZeroDivisionError):
        run_dispatcher(world.sending, Interruptible())
    part = dispatcher_part(world)
    assert (part["ok"], part["last_error"]) == (False, "ZeroDivisionError")
    monkeypatch.undo()
    with looping(run_dispatcher, world.sending):
        assert eventually(lambda: dispatcher_part(world)["ok"])
    assert dispatcher_part(world)["last_error"] == "ZeroDivisionError"


def test_old_receipts_are_forgotten_when_the_dispatcher_starts(world: World) -> None:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute(
            "insert into log.receipts values ('key', 'old', '', '{}', 0, now() - interval '31 days'),"
            " ('key', 'new', '', '{}', 0, now() - interval '29 days')"
        )
        with looping(run_dispatcher, world.sending):
            assert eventually(
                lambda: connection.execute("select key from log.receipts").fetchall() == [("new",)]
            )
