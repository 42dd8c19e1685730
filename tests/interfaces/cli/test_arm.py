"""`farley arm` after a restore."""

from infrastructure.machine import noted_position
from infrastructure.machine.noted_position import NotedPosition
from tests.interfaces.cli.conftest import Operator
from tests.world import World


def lost(world: World) -> None:
    """Notes a fact that the log does not have."""
    noted_position.write(world.located.settings.noted_position, NotedPosition(position=7, fact="lost"))


def test_arming_says_what_differs_and_asks_first(world: World, operator: Operator) -> None:
    lost(world)
    refused = operator.types("arm", answers="n\n")
    assert refused.exit_code == 1
    assert "noted outside the database at position 7" in refused.output
    assert world.sending.arming.disagreement() is not None


def test_arming_lets_the_dispatcher_go_on(world: World, operator: Operator) -> None:
    lost(world)
    assert "The dispatcher may send again" in operator.gets("arm", "--yes")
    assert world.sending.arming.disagreement() is None


def test_an_armed_dispatcher_is_left_alone(world: World, operator: Operator) -> None:
    assert "armed already" in operator.gets("arm")


def test_check_and_health_say_that_the_dispatcher_is_disarmed(world: World, operator: Operator) -> None:
    world._leases.execute(
        "insert into operation.heartbeats (name, ended_well_at, disarmed) values"
        " ('dispatcher', clock_timestamp(), 'The log lacks a fact.')"
    )
    checked = operator.types("check")
    assert "dispatcher: is disarmed and sends nothing. The log lacks a fact." in checked.output
    part = world.services.health.report()["dispatcher"]
    assert (part["ok"], part["disarmed"]) == (False, "The log lacks a fact.")
