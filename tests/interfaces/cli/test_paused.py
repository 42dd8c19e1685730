"""The verbs that read the read models name those that are paused."""

import json

from tests.interfaces.cli.conftest import Operator
from tests.world import World


def test_counts_of_an_audience_name_the_paused_projections_that_they_read(
    world: World, operator: Operator
) -> None:
    world.customer("ana@example.org")
    position = world.fold()
    for name in ("identity", "consent"):
        operator.gets("project", "pause", name)
    criteria = '{"all": []}'
    assert f"paused: audience at position {position} (" in operator.gets("audience", criteria)
    message = ("--channel", "email", "--purpose", "marketing")
    preview = json.loads(operator.gets("audience", criteria, *message, "--json"))
    assert [one["name"] for one in preview["paused_projections"]] == ["audience", "identity", "consent"]


def test_a_verdict_and_a_history_name_the_paused_projections_that_they_read(
    world: World, operator: Operator
) -> None:
    ana = str(world.customer("ana@example.org"))
    position = world.fold()
    assert "paused" not in operator.gets("explain", ana) + operator.gets("history", ana)
    for name in ("campaigns", "orders"):
        operator.gets("project", "pause", name)
    assert f"paused: campaigns at position {position} (" in operator.gets("explain", ana)
    assert f"paused: campaigns at position {position} (" in operator.gets("history", ana)
