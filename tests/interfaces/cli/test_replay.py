"""`farley replay` and `farley explain --at`, as operators type them."""

from datetime import timedelta

import psycopg

from domain.errors import InvalidInput
from domain.runs.errors import RunNotFound
from tests.interfaces.cli.conftest import Operator
from tests.world import World


def test_replay_says_how_many_decisions_and_names_what_differs(world: World, operator: Operator) -> None:
    ana = world.customer("ana@example.org")
    world.customer("ben@example.org")
    complaint = world.complain(ana)
    run = world.start(world.campaign())
    world.run_to_end(world.dispatcher())
    assert operator.gets("replay", str(run)).splitlines()[-1] == (
        "2 decisions, 1 handover, 0 withheld messages, 0 differences"
    )
    with psycopg.connect(world.database.url) as connection:
        connection.execute("alter table log.events disable trigger events_never_change")
        connection.execute("delete from log.events where notification_id = %s", [complaint])
    told = operator.types("replay", str(run))
    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert lines[-1] == "2 decisions, 1 handover, 0 withheld messages, 1 difference"
    assert lines[0].split() == ["position", "part", "customer", "what", "recorded", "decided", "again"]
    table = {line.split()[3]: line.split()[1:3] + line.split()[4:] for line in lines[1:-1]}
    assert table["verdict"] == ["first", str(ana), "suppressed", "eligible"]
    assert table["reasons"] == ["first", str(ana), "OPEN_COMPLAINT", f"({complaint})", "none"]
    assert set(table) >= {"verdict", "reasons", "contact_point_position"}


def test_replay_knows_only_runs(world: World, operator: Operator) -> None:
    campaign = world.campaign()
    assert isinstance(operator.is_refused("replay", str(campaign)), RunNotFound)


def test_explain_at_an_instant_that_has_passed_says_what_was_known_then(
    world: World,
    operator: Operator,
) -> None:
    ana = world.customer("ana@example.org")
    known = world.web.store.head()
    world.clock.move(timedelta(hours=1))
    world.complain(ana)
    world.fold()
    assert "suppressed: OPEN_COMPLAINT" in operator.gets("explain", str(ana))
    said = operator.gets("explain", str(ana), "--at", "2026-03-02T12:30:00+00:00")
    assert "eligible: no rule stops it" in said
    assert f"at 2026-03-02 12:30:00 UTC, by the log up to position {known}" in said
    for wrong in ("2026-03-02T12:30:00", "noon"):
        assert isinstance(operator.is_refused("explain", str(ana), "--at", wrong), InvalidInput)
