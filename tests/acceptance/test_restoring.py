"""After a restore nothing is sent twice, and nobody is unreadable without a word."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from application.dispatch.ports import FactsTooOld
from domain.errors import StoreUnavailable
from infrastructure.checks import databases as checks
from infrastructure.machine import noted_position
from infrastructure.postgres.arming import LogWentBack, arm
from infrastructure.postgres.connections import as_role
from tests.acceptance.hops import ScriptedHop
from tests.restored import dump, restored
from tests.world import World

pytestmark = pytest.mark.speaks_sql


@contextmanager
def world_on(database: Any, home: Path) -> Iterator[World]:
    """Another installation on these databases and this home, whose next hop accepts everything."""
    world = World(database, home)
    world.sending.transport = ScriptedHop("nobody@example.org")
    yield world
    world.close()


@contextmanager
def backup(world: World, tmp_path: Path) -> Iterator[Any]:
    """Databases as they are now, restored from a dump of the log and a later one of the keys."""
    files = [
        dump(url, tmp_path / name)
        for url, name in ((world.database.url, "farley.dump"), (world.database.keys_url, "farley_keys.dump"))
    ]
    with restored(world.database, *files) as databases:
        yield databases


@pytest.fixture
def begun(world: World, tmp_path: Path) -> Iterator[Any]:
    """The databases of a run that has decided and sent nothing yet, restored; the world has sent since."""
    world.sending.transport = ScriptedHop("nobody@example.org")
    world.customer("p0@example.org")
    world.fold()
    world.start(world.campaign())
    with backup(world, tmp_path) as databases:
        world.run_to_end(world.dispatcher())
        yield databases


def sent(world: World) -> list[str]:
    hop: Any = world.sending.transport
    return [mail.recipient for mail in hop.sent]


def test_a_dispatcher_sends_nothing_from_a_log_that_lacks_the_noted_fact(
    world: World, begun: Any, tmp_path: Path
) -> None:
    assert sent(world) == ["p0@example.org"]
    with world_on(begun, world.located.settings.home) as back:
        back.run_to_end(back.dispatcher())
        assert sent(back) == []
        assert "does not have the fact" in str(back.sending.arming.disagreement())


def test_facts_that_come_after_the_restore_do_not_arm_it(world: World, begun: Any) -> None:
    with world_on(begun, world.located.settings.home) as back:
        while back.head() <= world.head():
            back.customer(f"later{back.head()}@example.org")
        back.run_to_end(back.dispatcher())
        assert sent(back) == []


def test_without_its_note_a_log_that_has_sent_is_disarmed(world: World, begun: Any, tmp_path: Path) -> None:
    with world_on(world.database, tmp_path / "another home") as elsewhere:
        assert "No position is noted" in str(elsewhere.sending.arming.disagreement())
    with world_on(begun, tmp_path / "a third home") as never_sent:
        assert never_sent.sending.arming.disagreement() is None


def test_an_operator_arms_it_on_record(world: World, begun: Any) -> None:
    with world_on(begun, world.located.settings.home) as back:
        path = back.located.settings.noted_position
        noted = noted_position.read(path)
        assert noted is not None and noted.position > back.head()
        armed = arm(as_role(begun.url, "farley_dispatcher"), path, "kim")
        assert armed.position == back.head()
        back.run_to_end(back.dispatcher())
        assert sent(back) == ["p0@example.org"]
    assert armings(begun) == [("kim", noted.position, armed.position)]


def test_a_dispatcher_under_which_the_log_goes_back_ends(world: World, begun: Any) -> None:
    world.expire_lease()
    lease = world.sending.lease("test")
    assert lease.hold() is not None
    noted = noted_position.read(world.located.settings.noted_position)
    assert noted is not None
    later = noted_position.NotedPosition(position=noted.position + 1, fact="of the lost history")
    noted_position.write(world.located.settings.noted_position, later)
    lease._look_at = float("-inf")
    with pytest.raises(LogWentBack):
        lease.hold()


def test_facts_that_were_read_beyond_the_end_of_the_log_hand_nothing_over(world: World) -> None:
    world.customer("p0@example.org")
    epoch = world.sending.lease("test").hold()
    assert epoch is not None
    with pytest.raises(FactsTooOld):
        world.sending.handovers().hand_over(
            [], campaign_id=uuid4(), epoch=epoch, read_position=world.head() + 1
        )


def test_every_handover_is_noted_before_its_message_leaves(world: World) -> None:
    noted_at_sending = []

    class Noting(ScriptedHop):
        def send(self, mail: Any, *, begin_before: float) -> Any:
            noted_at_sending.append(noted_position.read(world.located.settings.noted_position))
            return super().send(mail, begin_before=begin_before)

    world.sending.transport = Noting("nobody@example.org")
    world.customer("p0@example.org")
    world.fold()
    run_id = world.start(world.campaign())
    world.run_to_end(world.dispatcher())
    [[handover]] = world.handovers_of(run_id).values()
    assert [noted.position for noted in noted_at_sending if noted] == [handover]


def test_a_message_whose_handover_cannot_be_noted_waits(world: World) -> None:
    world.sending.transport = ScriptedHop("nobody@example.org")
    world.customer("p0@example.org")
    world.fold()
    world.start(world.campaign())
    dispatcher = world.dispatcher()
    path = world.located.settings.noted_position
    dispatcher.advance()
    in_the_way = path.with_name(f"{path.name}.new")
    in_the_way.mkdir()
    with pytest.raises(StoreUnavailable):
        world.run_to_end(dispatcher)
    assert sent(world) == []
    in_the_way.rmdir()
    world.run_to_end(dispatcher)
    assert sent(world) == ["p0@example.org"]


def test_a_log_that_is_older_than_its_keys_is_readable(world: World, tmp_path: Path) -> None:
    ana = world.customer("ana@example.org", name="Ana")
    store = dump(world.database.url, tmp_path / "farley.dump")
    world.customer("later@example.org")
    keys = dump(world.database.keys_url, tmp_path / "farley_keys.dump")
    with restored(world.database, store, keys) as databases, world_on(databases, tmp_path) as back:
        assert name_of(back, ana) == "Ana"
        assert missing_keys(back) == []


def test_keys_that_are_older_than_the_log_are_reported(world: World, tmp_path: Path) -> None:
    ana = world.customer("ana@example.org", name="Ana")
    keys = dump(world.database.keys_url, tmp_path / "farley_keys.dump")
    later = world.customer("later@example.org", name="Lea")
    store = dump(world.database.url, tmp_path / "farley.dump")
    with restored(world.database, store, keys) as databases, world_on(databases, tmp_path) as back:
        assert (name_of(back, ana), name_of(back, later)) == ("Ana", None)
        [message] = missing_keys(back)
        assert "older than the log" in message


def armings(database: Any) -> list[Any]:
    with psycopg.connect(database.url) as connection:
        return connection.execute(
            'select operator, noted_position, "position" from operation.armings'
        ).fetchall()


def name_of(world: World, customer_id: UUID) -> Any:
    return next(
        recorded.fact.name  # type: ignore[attr-defined]
        for recorded in world.facts()
        if recorded.fact.stored_name == "customers.CustomerRegistered"
        and getattr(recorded.fact, "customer_id", None) == customer_id
    )


def missing_keys(world: World) -> list[str]:
    return [
        finding.message
        for finding in checks.keys_of_newest(world.located, world.projector)
        if finding.doubtful
    ]
