"""What keeps the log and the folds able to run on Citus, as docs/scale.md describes it.

The page names a distribution column for each table. Every primary key has it, and a statement of a fold writes one
table, reads no data-modifying query, and does not join the batch with a distributed table, unless it is listed here.
"""

import re
from collections.abc import Iterator
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

import domain.registry  # noqa: F401 - the views of the batch are those of all facts
from domain.facts import FACTS
from projections.engine.definitions import BATCH, PROJECTIONS, all_projections, batch_views, projection
from projections.engine.views import view_name

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "scale.md").read_text()
REFERENCE = "reference table"
ROW = re.compile(r"^\| `(?!log\.)([a-z_]+\.[a-z_]+)` \| `?([a-z_ ]+?)`? \|", re.MULTILINE)
COLUMN_OF = dict(ROW.findall(PAGE))
"""The distribution column of each table, by projection and table."""
TABLE = re.compile(r"create table (\w+) \((.*?)\n\);", re.DOTALL)
KEY_APART = re.compile(r"alter table (\w+) add (primary key \([^)]*\))")
UNIQUE = re.compile(r"create unique index (\w+) on (\w+) \(([^)]*)\)")
BATCH_NAMES = {BATCH, *batch_views(), *map(view_name, FACTS.values())}
JOINS_THE_BATCH = {
    ("audience", "insert into audience_value"): "adds only to the value of orders that are placed",
    ("audience", "insert into audience_profile"): "looks up the handover of each message that was sent",
    ("audience", "delete from audience_handover"): "compares the version of an end with the handover's",
    ("campaigns", "delete from run_member"): "compares positions with those of a listing that began again",
    (
        "campaigns",
        "insert into run_decision",
    ): "looks up each member and contact point of a chunk by an index",
    ("campaigns", "insert into stopped_by_complaint"): "looks up the members whom a complaint stopped",
    ("campaigns", "insert into run_open"): "names the members of a chunk by their places in the audience",
    ("campaigns", "delete from run_open"): "looks up the rows of the members whose message ended",
    ("figures", "insert into figure"): "looks up the opening of a complaint and the placing of an order",
    ("figures", "insert into figure_root_cause"): "looks up the product of a complaint that was closed",
    ("suppression", "update imposed_suppression"): "adds who lifted it to the row of a suppression",
}
"""Statements that Citus would run on one node only, and why they are written so. docs/scale.md says what to do."""
NOT_UNIQUE_APART = {"message_id"}
"""Unique indexes without the distribution column. On Citus they are plain indexes."""

STATEMENTS = [(p.name, statement.sql) for p in all_projections() for statement in p.statements]


def tables() -> Iterator[tuple[str, str, str]]:
    """Yields projection, table and the text of its columns and its primary key."""
    for name in PROJECTIONS:
        keys = dict(KEY_APART.findall(projection(name).tables))
        for table, columns in TABLE.findall(projection(name).tables):
            yield name, table, f"{columns}\n{keys.get(table, '')}"


def test_the_page_names_each_table_once() -> None:
    assert sorted(COLUMN_OF) == sorted(f"{name}.{table}" for name, table, _ in tables())


@pytest.mark.parametrize(("name", "table", "columns"), list(tables()))
def test_the_distribution_column_is_in_the_primary_key(name: str, table: str, columns: str) -> None:
    column = COLUMN_OF[f"{name}.{table}"]
    [key] = re.findall(r"primary key \(([^)]*)\)|^\s+(\w+|\"\w+\")\s[^\n]*primary key", columns, re.MULTILINE)
    assert column == REFERENCE or column in re.findall(r"\w+", " ".join(key))


def test_unique_indexes_have_the_distribution_column_but_for_the_named_ones() -> None:
    without = set()
    for name in PROJECTIONS:
        for index, table, columns in UNIQUE.findall(projection(name).tables):
            column = COLUMN_OF[f"{name}.{table}"]
            if column != REFERENCE and column not in re.findall(r"\w+", columns):
                without.add(index)
    assert without == NOT_UNIQUE_APART


def test_no_table_of_a_projection_has_a_foreign_key() -> None:
    assert [name for name in PROJECTIONS if re.search(r"\breferences\b", projection(name).tables)] == []


@pytest.mark.parametrize(("name", "sql"), STATEMENTS)
def test_a_statement_writes_one_table_and_no_data_in_a_query(name: str, sql: str) -> None:
    writes = [word for word in words(sql) if word in ("insert", "delete", "merge")]
    updates = re.findall(r"(?<!do )\bupdate\b", plain(sql))
    assert len(writes) + len(updates) == 1


@pytest.mark.parametrize(("name", "sql"), STATEMENTS)
def test_no_statement_is_recursive(name: str, sql: str) -> None:
    assert "recursive" not in words(sql)


def test_folds_in_python_write_reference_tables_only() -> None:
    in_python = {p.name for p in all_projections() if p.python_fold is not None}
    written = {COLUMN_OF[f"{name}.{table}"] for name, table, _ in tables() if name in in_python}
    assert (in_python, written) == ({"identity"}, {REFERENCE})


def test_no_statement_joins_the_batch_with_a_distributed_table_but_for_the_named_ones() -> None:
    joining = {(name, target(sql)) for name, sql in STATEMENTS if joins_the_batch(name, sql)}
    assert joining == set(JOINS_THE_BATCH)


def test_views_read_no_setting_but_the_time_zone() -> None:
    texts = [p.reporting for p in all_projections()] + list(batch_views().values())
    assert [text for text in texts if "current_setting" in text] == []


@pytest.mark.parametrize(
    ("sql", "joins"),
    [
        ("delete from link where a in (select customer_id from order_placed)", False),
        ("insert into t select 1 from order_placed union all select 2 from timeline_entry", False),
        ("insert into t select 1 from order_placed o join timeline_entry using (customer_id)", True),
        ("insert into t select 1 from (select * from order_placed) o, timeline_entry", True),
        ("delete from timeline_entry t using (select 1 from order_placed) o where true", True),
        ("insert into t select (select 1 from timeline_entry) from order_placed", True),
        ("with o as (select 1 from order_placed) insert into t select 1 from o, timeline_entry", True),
    ],
)
def test_joins_are_found(sql: str, joins: bool) -> None:
    assert joins_the_batch("timeline", sql) is joins


def target(sql: str) -> str:
    found = re.search(r"(insert into|delete from|update) \w+", plain(sql))
    assert found is not None
    return found[0]


def plain(sql: str) -> str:
    """Returns the statement without comments and texts."""
    return re.sub(r"--[^\n]*|'[^']*'", " ", sql).lower()


def words(sql: str) -> list[str]:
    return re.findall(r"[a-z_][a-z_0-9.]*|[(),]", plain(sql))


def joins_the_batch(name: str, sql: str) -> bool:
    distributed = {"log.facts", "log.events"}
    distributed |= {t.partition(".")[2] for t, column in COLUMN_OF.items() if column != REFERENCE}
    reader = Reader(distributed)
    reader.read(nested(iter(words(sql))))
    return reader.joins


def nested(tokens: Iterator[str]) -> list[Any]:
    """Returns the tokens up to the closing parenthesis; what is in parentheses is a list of its own."""
    level: list[Any] = []
    for token in tokens:
        if token == ")":
            return level
        level.append(nested(tokens) if token == "(" else token)
    return level


class Reader:
    """Finds in the parts of a statement what each query reads: the batch, distributed tables, or both."""

    BEGIN = frozenset({"from", "join", "using", "update", "lateral"})
    END = frozenset({"where", "group", "order", "having", "set", "select", "limit", "window", "returning"})
    APART = frozenset({"in", "array"})
    """What stands before a query whose answer is a list of values: it is no join."""

    def __init__(self, distributed: set[str]) -> None:
        self.joins = False
        self._kinds = {name: {"batch"} for name in BATCH_NAMES} | {
            name: {"distributed"} for name in distributed
        }

    def read(self, level: list[Any]) -> set[str]:
        """Returns what the queries of this level read.

        `place` is "relation" where a table or a query is named next, "list" where a comma may announce another one.
        """
        everything: set[str] = set()
        reads: list[set[str]] = []
        place, before, named = "", "", ""
        for token in level:
            if isinstance(token, list):
                inner = self.read(token)
                if before in ("as", "materialized") and place != "relation":
                    self._kinds[named] = inner
                elif place == "relation" or before not in self.APART:
                    reads.append(inner)
            elif token in ("union", "except", "intersect"):
                everything |= self._ended(reads)
                reads = []
            elif place == "relation":
                reads.append(self._kinds.get(token, set()))
            place = self._next(token, place)
            named = before if token == "as" else named
            before = token if isinstance(token, str) else ""
        return everything | self._ended(reads)

    def _next(self, token: Any, place: str) -> str:
        word = token if isinstance(token, str) else ""
        if word in self.BEGIN or (word == "," and place == "list"):
            return "relation"
        if word in self.END:
            return ""
        return "list" if place == "relation" else place

    def _ended(self, reads: list[set[str]]) -> set[str]:
        """A query over the batch and a distributed table in turn (`union all`) is no join of both."""
        pairs = permutations(reads, 2)
        self.joins = self.joins or any("batch" in one and "distributed" in other for one, other in pairs)
        return set().union(*reads)
