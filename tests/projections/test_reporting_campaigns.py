"""The views of campaigns, runs and decisions say what is answered to everybody else."""

from datetime import UTC, datetime
from typing import Any

import psycopg
from hypothesis import given
from psycopg import Connection, sql
from psycopg.rows import dict_row

from domain.messages.events import MessageOutcome
from infrastructure.postgres.connections import as_role
from tests.builders import Story
from tests.projections.campaigning import stories
from tests.projections.laws import lawful, told_log
from tests.projections.log import Database
from tests.projections.reference import campaign_questions as asked
from tests.projections.reference.campaigns import Tables, folded

BEFORE_ANY_END = datetime(1, 1, 1, tzinfo=UTC)


@lawful(15)
@given(story=stories())
def test_campaigns_runs_and_decisions_are_reported_as_their_facts_say(
    database: Database, story: Story
) -> None:
    log = told_log(database)
    log.empty("campaigns")
    log.append(story.facts)
    log.catch_up()
    tables = folded(log.recorded())
    with psycopg.connect(
        as_role(database.url, "farley_reporting"), autocommit=True, row_factory=dict_row
    ) as connection:
        assert_campaigns(connection, tables)
        assert_runs(connection, tables)
        assert_decisions(connection, tables)


def assert_campaigns(connection: Connection[dict[str, Any]], tables: Tables) -> None:
    """Without the clock: whoever reads adds whether one has ended."""
    found = {row["campaign_id"]: row for row in rows(connection, "campaigns")}
    assert found.keys() == tables["campaign"].keys()
    for one, row in found.items():
        said = tables["campaign"][one]
        assert row["state"] == asked.campaign_state(tables, one, BEFORE_ANY_END)
        assert all(row[name] == said[name] for name in ("name", "ends_at", "hold_out", "seed", "audience"))


def assert_runs(connection: Connection[dict[str, Any]], tables: Tables) -> None:
    found = {row["run_id"]: row for row in rows(connection, "runs")}
    assert found.keys() == tables["run"].keys()
    for run, row in found.items():
        counted = asked.outcomes(tables, run)
        assert {name: row[name] for name in MessageOutcome} == {
            name: counted[name] for name in MessageOutcome
        }
        assert (row["state"], row["balanced"]) == (asked.run_state(tables, run), True)
        assert row["cause"] == tables["run_end"].get(run, {"cause": None})["cause"]


def assert_decisions(connection: Connection[dict[str, Any]], tables: Tables) -> None:
    found = {(row["run_id"], row["member_id"]): row for row in rows(connection, "decisions")}
    assert found.keys() == tables["run_member"].keys()
    for key, row in found.items():
        assert row["outcome"] == asked.outcome(tables, key)
        assert row["unit"] == tables["run_decision"].get(key, {"unit": None})["unit"]


def rows(connection: Connection[dict[str, Any]], view: str) -> list[dict[str, Any]]:
    return connection.execute(
        sql.SQL("select * from {}").format(sql.Identifier("reporting", view))
    ).fetchall()
