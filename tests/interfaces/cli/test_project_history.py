"""`farley project history`: who did what to which projection, when, and how it ended."""

import getpass
import json
import re
from typing import Any

import psycopg
import pytest
from structlog.testing import capture_logs

from infrastructure.processes.projector import run_projector
from infrastructure.wiring.projector import projector_connection
from interfaces.cli.project_history import WIDTH
from projections.engine import batch
from projections.engine.definitions import PROJECTIONS, Projection
from projections.engine.rebuilding import rebuild
from tests.interfaces.cli.conftest import Operator
from tests.processes.looping import looping
from tests.processes.up import eventually
from tests.world import World

ME = getpass.getuser()


def rows(shown: str) -> list[list[str]]:
    """The rows of the table without the instants, the durations and what stands below a row."""
    known = re.sub(r" after [\d,]+ s$", "", shown, flags=re.MULTILINE)
    return [line.split()[2:] for line in known.splitlines()[1:] if not line.startswith(" ")]


def test_it_shows_the_newest_first_and_how_each_ended(world: World, operator: Operator) -> None:
    world.complain(world.customer("ana@example.org"))
    head = world.fold()
    assert "Nothing was done to a projection yet." in operator.gets("project", "history")
    operator.gets("project", "pause", "orders")
    operator.gets("project", "retry", "orders")
    operator.gets("project", "verify", "complaints")
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("update read_complaints.complaint set category = 'other'")
    operator.is_refused("project", "verify", "complaints")
    operator.gets("project", "rebuild", "identity", "audience")
    operator.gets("project", "rebuild", "--all")
    shown = operator.gets("project", "history")
    assert re.search(r" switched after \d+ s$", shown, re.MULTILINE)
    position = f"{head:,}"
    assert rows(shown) == [
        [ME, "rebuild", "all", position, "switched"],
        [ME, "rebuild", "2", "projections", position, "switched"],
        [ME, "verify", "complaints", position, "differs"],
        [ME, "verify", "complaints", position, "equal"],
        [ME, "retry", "orders", position, "done"],
        [ME, "pause", "orders", position, "done"],
    ]
    assert "\n    identity, audience\n" in shown
    assert "\n    Tables that differ: complaint\n" in shown
    assert max(map(len, shown.splitlines())) <= WIDTH


def test_it_says_why_a_fact_was_skipped_and_a_rebuild_failed(
    world: World, operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise ValueError("not any more")

    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("alter table read_complaints_1.complaint_step add constraint poison check (false)")
        position = world.complain(world.customer("ana@example.org"))
        world.runner.catch_up()
    operator.gets("project", "skip", "complaints")
    with monkeypatch.context() as patched:
        patched.setattr(Projection, "fold", failing)
        operator.is_refused("project", "rebuild", "customers")
    shown = operator.gets("project", "history")
    rebuilt, skipped = rows(shown)
    assert skipped == [ME, "skip", "complaints", f"{position:,}", "done"]
    assert "    The fact could not be folded: CheckViolation: new row for relation" in shown
    assert rebuilt == [ME, "rebuild", "customers", "0", "failed"]
    assert "    CannotBeFolded: customers cannot fold the fact at position 1 (ValueError" in shown
    assert max(map(len, shown.splitlines())) <= WIDTH


def test_it_tells_a_rebuild_that_an_operator_stopped_from_one_that_was_cut_off_or_ended_with_its_projector(
    world: World, operator: Operator
) -> None:
    world.complain(world.customer("ana@example.org"))
    world.fold()
    with projector_connection(world.located) as connection:
        batch.prepare(connection)
        begin = {"sleep": lambda _: None, "operator": "olga", "batch_size": 4}
        stopped = rebuild(connection, "customers", **begin)
        next(stopped)
        assert "running" in operator.gets("project", "history")
        stopped.close()
        cut_off = rebuild(connection, "customers", **begin)
        next(cut_off)
    shown = operator.gets("project", "history")
    assert [row[:3] for row in rows(shown)] == [["olga", "rebuild", "customers"]] * 2
    assert rows(shown)[0][4:] == ["cut", "off"]
    assert rows(shown)[1][4:] == ["stopped"]
    assert "\n    It was stopped by its operator." in shown


def test_what_the_projector_rebuilds_is_its_own(world: World, operator: Operator) -> None:
    world.fold()
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        connection.execute("update operation.projections set definition = 'older' where name = 'orders'")
    with capture_logs(), looping(run_projector, world.located):
        assert eventually(lambda: "switched" in operator.gets("project", "history"))
    assert rows(operator.gets("project", "history"))[0][:3] == ["projector", "rebuild", "orders"]


def test_it_is_bounded_and_says_that_there_is_more(world: World, operator: Operator) -> None:
    world.fold()
    operator.gets("project", "verify", "--all")
    result = operator.types("project", "history", "--limit", "3")
    assert [row[2] for row in rows(result.stdout)] == list(reversed(PROJECTIONS))[:3]
    assert "There are older entries: a higher --limit shows them." in result.stderr
    assert len(operator.gets("project", "history", "--json", "--limit", "1000").splitlines()) == len(
        PROJECTIONS
    )
    assert operator.types("project", "history", "--limit", "0").exit_code == 2


def test_its_json_is_one_object_a_line(world: World, operator: Operator) -> None:
    head = world.fold()
    operator.gets("project", "pause", "orders")
    (line,) = operator.gets("project", "history", "--json").splitlines()
    told = json.loads(line)
    assert told.pop("happened_at") == told.pop("ended_at")
    assert told == {
        "operator": ME,
        "action": "pause",
        "projections": ["orders"],
        "position": head,
        "result": "done",
        "note": None,
    }
