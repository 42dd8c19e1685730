"""`farley project status`, /health/ready and /metrics show one answer about each projection, whatever its state."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from domain.errors import StoreUnavailable
from infrastructure.machine import logs
from infrastructure.machine.clock import SystemClock
from infrastructure.postgres import health
from infrastructure.postgres.sleeping import Sleeper
from infrastructure.processes.heartbeat import Heartbeat
from infrastructure.wiring.projector import projector_connection
from projections.engine import batch, status
from projections.engine.definitions import PROJECTIONS
from projections.engine.rebuilding import rebuild
from projections.engine.runner import pause, resume
from tests.interfaces.cli.conftest import Operator
from tests.interfaces.conftest import Api
from tests.world import World

RATES = {name: 10.0 + number for number, name in enumerate(PROJECTIONS)}
CUSTOMERS = 6
SHOWN = re.compile(r"^(\w+) +([\d,]+) +([\d,]+) +(-|[\d.,]+ s) +([\d,]+) +(\w+)$")


@pytest.fixture
def world(api: Api, monkeypatch: pytest.MonkeyPatch) -> World:
    """Its facts are recorded now, and all of them are folded."""
    monkeypatch.setattr(logs, "configure", lambda process: None)
    monkeypatch.setattr(api.world.clock, "now", SystemClock().now)
    for number in range(CUSTOMERS):
        api.world.customer(f"person{number}@example.org")
    api.world.fold()
    return api.world


def projector_works(world: World) -> None:
    """As its process notes it after a pass."""
    heartbeat = Heartbeat(lambda: nullcontext(world.projector), Sleeper.PROJECTOR, SystemClock())
    heartbeat.ended_well(rates=RATES)


def of_ready(api: Api) -> dict[str, tuple[int, int, float, int, str]]:
    """Position, lag, seconds, rate and state of each projection."""
    return {
        name: (int(p["position"]), p["lag"], p["lag_seconds"], round(p["rate"]), p["state"])
        for name, p in ready(api)["projections"].items()
    }


def ready(api: Api) -> dict[str, Any]:
    report: dict[str, Any] = api.client.get("/health/ready").json or {}
    return report


def samples(api: Api) -> dict[tuple[str, ...], float]:
    """The metrics that Farley measures of itself, each by its name and its labels' values."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(api.client.get("/metrics").text)
        for sample in family.samples
    }


def of_metrics(api: Api) -> dict[str, tuple[int, int, float, int, str]]:
    found = samples(api)
    return {
        name: (
            int(found["farley_projection_position", name]),
            int(found["farley_projection_lag", name]),
            found["farley_projection_lag_seconds", name],
            round(found["farley_projection_rate", name]),
            next(s for s in status.StatusState if found["farley_projection_state", name, s]),
        )
        for name in PROJECTIONS
    }


def of_command_line(shown: str) -> dict[str, tuple[int, int, float, int, str]]:
    rows = [match.groups() for line in shown.splitlines() if (match := SHOWN.match(line))]
    return {
        name: (number(position), number(lag), seconds(oldest), number(rate), state)
        for name, position, lag, oldest, rate, state in rows
    }


def number(text: str) -> int:
    return int(text.replace(",", ""))


def seconds(text: str) -> float:
    return 0.0 if text == "-" else float(text.removesuffix(" s").replace(",", ""))


def agreed(api: Api) -> tuple[dict[str, Any], str]:
    """The report of /health/ready and the text of the command line, after all three views were compared."""
    typed = Operator(api.world).gets("project", "status")
    views = [of_ready(api), of_metrics(api), of_command_line(typed)]
    for name in PROJECTIONS:
        shown = [view[name] for view in views]
        oldest = [row[2] for row in shown]
        assert max(oldest) - min(oldest) < 10, shown  # the views are read one after the other
        assert len({(*row[:2], *row[3:]) for row in shown}) == 1, shown
        assert {bool(row[1]) for row in shown} == {any(row[1] for row in shown)}
    report = ready(api)
    wrong = {name: part["code"] for name, part in report["projections"].items() if not part["ok"]}
    assert wrong == {
        problem["part"].removeprefix("projection "): problem["code"]
        for problem in report["problems"]
        if problem["part"].startswith("projection ")
    }
    for name, code in wrong.items():
        assert samples(api)["farley_problem", code, f"projection {name}"] == 1.0
        for told in (report["projections"][name]["error"], report["projections"][name]["remedy"]):
            assert told in typed
    assert samples(api)["farley_ready",] == float(report["ready"])
    return report, typed


def test_projections_that_have_folded_all_are_live(api: Api, world: World) -> None:
    projector_works(world)
    report, _ = agreed(api)
    assert {p["state"] for p in report["projections"].values()} == {"live"}
    assert {(p["lag"], p["lag_seconds"]) for p in report["projections"].values()} == {(0, 0)}
    assert {name: p["rate"] for name, p in report["projections"].items()} == RATES
    assert report["ready"] is True


def test_a_lag_is_told_in_facts_and_as_the_age_of_the_oldest_of_them(api: Api, world: World) -> None:
    before = world.head()
    world.customer("late@example.org")
    with psycopg.connect(world.database.url) as connection:
        connection.execute("select pg_sleep(0.3)")
    projector_works(world)
    report, _ = agreed(api)
    part = report["projections"]["customers"]
    assert (part["state"], part["lag"], part["position"]) == ("live", world.head() - before, str(before))
    assert 0.3 <= part["lag_seconds"] < 15


def test_more_facts_than_allowed_make_it_behind(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "LAGGING", 1)
    world.customer("late@example.org")
    projector_works(world)
    report, _ = agreed(api)
    assert {(p["state"], p["code"]) for p in report["projections"].values()} == {
        ("behind", "PROJECTION_BEHIND")
    }
    assert report["ready"] is False


def test_without_a_projector_facts_that_wait_make_it_stalled_and_nothing_else_does(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report, _ = agreed(api)
    assert (report["ready"], report["projector"]["code"]) == (True, "NOT_RUNNING")
    projector_works(world)
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("update operation.heartbeats set ended_well_at = now() - interval '20 seconds'")
    monkeypatch.setattr(world.clock, "now", lambda: SystemClock().now())
    world.customer("late@example.org")
    assert agreed(api)[0]["projections"]["customers"]["state"] == "live"  # it may be starting
    monkeypatch.setattr(status, "SILENT_SECONDS", 0.0)
    report, _ = agreed(api)
    assert (report["ready"], report["projector"]["code"]) == (False, "SILENT")
    assert {(p["state"], p["code"], p["rate"]) for p in report["projections"].values()} == {
        ("stalled", "PROJECTOR_NOT_WORKING", 0)
    }


def test_an_installation_whose_projections_nobody_can_ask_for_is_not_ready_and_says_so(
    api: Api, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    projector_works(world)
    assert ready(api)["ready"] is True

    def busy(_: Any) -> Any:
        raise StoreUnavailable()

    monkeypatch.setattr(health, "folding_status", busy)
    response = api.client.get("/health/ready")
    report = response.json or {}
    assert (response.status_code, report["ready"], report["projections"]) == (503, False, {})
    (problem,) = (one for one in report["problems"] if one["part"] == "projections")
    assert problem["code"] == "DATABASE_AWAY"
    assert samples(api)["farley_ready",] == 0.0


def test_an_operators_pause_is_told_and_stops_who_needs_the_paused_one(api: Api, world: World) -> None:
    pause(world.projector, "identity", operator="olga")
    projector_works(world)
    report, _ = agreed(api)
    states = {name: (p["state"], p.get("code")) for name, p in report["projections"].items()}
    assert states.pop("identity") == ("paused", "PAUSED_BY_OPERATOR")
    assert states.pop("audience") == ("blocked", "NEEDED_PROJECTION_PAUSED")
    assert set(states.values()) == {("live", None)}


def test_a_poison_fact_is_told_and_stays_the_last_error_when_it_is_left_out(api: Api, world: World) -> None:
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("alter table read_complaints_1.complaint_step add constraint poison check (false)")
    position = world.complain(world.customer("ann@example.org"))
    world.runner.catch_up()
    projector_works(world)
    report, typed = agreed(api)
    part = report["projections"]["complaints"]
    assert (part["state"], part["code"], part["error_at"]) == ("paused", "FACT_NOT_FOLDED", str(position))
    assert f"The fact at position {position}: {part['error']}" in typed
    assert samples(api)["farley_projection_last_error_timestamp_seconds", "complaints"] > 0
    resume(world.projector, "complaints", skip=True, operator="olga")
    world.fold()
    report, typed = agreed(api)
    assert report["projections"]["complaints"]["state"] == "live"
    assert "error" not in report["projections"]["complaints"]
    assert report["projections"]["complaints"]["last_error"] == part["error"]
    assert f": {part['error']}" in typed


@contextmanager
def rebuilding(world: World) -> Iterator[psycopg.Connection[Any]]:
    """A rebuild of customers that has folded its first facts and goes no further, on a connection of its own."""
    with ExitStack() as opened:
        connection = opened.enter_context(projector_connection(world.located))
        batch.prepare(connection)
        steps = rebuild(connection, "customers", sleep=lambda _: None, operator="olga", batch_size=4)
        next(steps)
        yield connection
        if not connection.closed:
            steps.close()


def test_a_rebuild_is_told_with_its_progress_and_how_it_ended(api: Api, world: World) -> None:
    projector_works(world)
    with rebuilding(world):
        report, typed = agreed(api)
        told = report["rebuild"]
        assert (told["state"], told["position"], told["goal"]) == ("running", "4", str(world.head()))
        assert told["projections"] == ["customers"]
        assert "of customers, which olga began at" in typed
        assert "olga" not in str(report)  # everybody may read it
        assert f"running: position 4 of {world.head()}," in typed
        found = samples(api)
        assert (found["farley_rebuild_running",], found["farley_rebuild_position",]) == (1.0, 4.0)
        assert found["farley_rebuild_goal",] == world.head()
        assert report["projections"]["customers"]["state"] == "live"
    report, typed = agreed(api)
    assert (report["rebuild"]["state"], report["ready"]) == ("stopped", True)
    assert "stopped by its operator after position 4" in typed
    assert samples(api)["farley_rebuild_running",] == 0.0


def test_a_rebuild_that_was_cut_off_is_told_with_what_to_do_until_another_one_ends(
    api: Api, world: World
) -> None:
    projector_works(world)
    with rebuilding(world) as connection, psycopg.connect(world.database.url, autocommit=True) as other:
        other.execute("select pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])
        connection.close()
    report, typed = agreed(api)
    (problem,) = (one for one in report["problems"] if one["part"] == "rebuild")
    assert problem["code"] == "REBUILD_CUT_OFF"
    assert "`farley project rebuild customers` begins again" in problem["remedy"]
    assert problem["remedy"] in typed
    assert "cut off after position 4" in typed
    assert samples(api)["farley_problem", "REBUILD_CUT_OFF", "rebuild"] == 1.0
    Operator(world).gets("project", "rebuild", "customers")
    report, typed = agreed(api)
    assert (report["rebuild"]["state"], report["ready"]) == ("switched", True)
    assert f"switched at position {world.head()}" in typed
    ended = world.projector.execute(
        "select rebuild_state from operation.rebuilds order by rebuild_id"
    ).fetchall()
    assert ended == [("cut_off",), ("switched",)]


def test_a_rebuild_that_fails_names_the_fact(api: Api, world: World) -> None:
    world.complain(world.customer("ann@example.org"))
    world.fold()
    projector_works(world)
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute(
            "update operation.projection_tables"
            " set tables = tables || '; alter table complaint_step add constraint poison check (false)'"
            " where name = 'complaints'"
        )
    with projector_connection(world.located) as connection:
        batch.prepare(connection)
        with pytest.raises(Exception, match="cannot fold the fact at position"):
            list(rebuild(connection, "complaints", sleep=lambda _: None, operator="olga"))
    told = ready(api)["rebuild"]
    assert (told["state"], told["code"]) == ("failed", "REBUILD_FAILED")
    assert "complaints cannot fold the fact at position" in told["error"]
    assert {p["state"] for p in ready(api)["projections"].values()} == {"live"}
