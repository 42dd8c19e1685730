"""What a projection is: a folder with its tables, its fold and its questions."""

import hashlib
import importlib
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from psycopg import Connection

import domain.registry  # noqa: F401 - the facts that a statement reads are found among all facts
from domain.contexts import CONTEXTS
from domain.facts import FACTS
from projections.engine.views import view_name

PROJECTIONS = tuple(question for context in CONTEXTS for question in context.questions)

ROOT = Path(__file__).parent.parent
BATCH = "event"
"""The temporary table with the facts of a batch."""
_CREATED = re.compile(r"create (?:view|table|function) pg_temp\.(\w+)")
_COMMENT_OR_TEXT = re.compile(r"--[^\n]*|/\*.*?\*/|'[^']*'", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class FoldStatement:
    """A statement of a fold.

    `stored_names`: of the facts whose views it names, also by a batch view. Of all facts if it names the batch's
    table `event`; none if it names only tables.
    """

    sql: str
    stored_names: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Projection:
    """A projection as its folder defines it.

    `stored_names`: of the facts that it folds. `tables`, `batch_views` and `reporting`: SQL text that creates its
    tables, the batch views its fold reads, and its reporting views. `statements`: of its fold.
    `needs`: the projection whose tables its fold reads; its package names it in `NEEDS`.
    """

    name: str
    tables: str
    statements: tuple[FoldStatement, ...]
    batch_views: tuple[str, ...]
    python_fold: Callable[[Connection[Any], Collection[str]], None] | None
    stored_names: frozenset[str]
    reporting: str
    needs: str | None

    @property
    def definition(self) -> str:
        """A hash that changes when the tables or the fold change, or those of the projection that it needs."""
        statements = (statement.sql for statement in self.statements)
        needed = (projection(self.needs).definition,) if self.needs is not None else ()
        text = "\n".join((self.tables, *self.batch_views, *statements, self._python_source(), *needed))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _python_source(self) -> str:
        source = ROOT / self.name / "fold.py"
        return source.read_text() if source.exists() else ""

    def fold(self, connection: Connection[Any], stored_names: Collection[str], *, keep_plans: bool) -> None:
        """Folds the batch of this connection into the tables that its search path names.

        `stored_names`: of the facts in the batch; statements that read only other facts are left out. Statements
        that read no facts always run, because they read what earlier ones wrote.
        `keep_plans`: whether PostgreSQL keeps the plans of the statements for later batches.
        """
        if self.python_fold is not None:
            self.python_fold(connection, stored_names)
        with connection.pipeline():  # no statement waits for the answer to the one before
            for statement in self.statements:
                if not statement.stored_names or not statement.stored_names.isdisjoint(stored_names):
                    connection.execute(statement.sql.encode(), prepare=keep_plans)


def schema_of(name: str) -> str:
    """Returns the schema whose views show the tables of this projection that serve now."""
    return f"read_{name}"


@cache
def projection(name: str) -> Projection:
    """The projection of this name, read from its folder."""
    folder = ROOT / name
    fold_sql = _text(folder / "fold.sql")
    statements = tuple(map(fold_statement, split_statements(fold_sql)))
    module = importlib.import_module(f"projections.{name}.fold") if (folder / "fold.py").exists() else None
    return Projection(
        name=name,
        tables=_text(folder / "tables.sql"),
        statements=statements,
        batch_views=_batch_views_in(fold_sql),
        python_fold=getattr(module, "fold", None),
        stored_names=frozenset(getattr(module, "STORED_NAMES", ())).union(
            *(statement.stored_names for statement in statements)
        ),
        reporting=_text(folder / "reporting.sql"),
        needs=getattr(importlib.import_module(f"projections.{name}"), "NEEDS", None),
    )


def all_projections() -> tuple[Projection, ...]:
    return tuple(map(projection, PROJECTIONS))


def folded_together(names: Collection[str]) -> list[Projection]:
    """Returns these projections with those whose tables their folds read, and those whose folds read their tables."""
    chosen, reached = set(names), set[str]()
    while chosen != reached:
        reached = set(chosen)
        for one in all_projections():
            if one.needs is not None and {one.name, one.needs} & reached:
                chosen |= {one.name, one.needs}
    return [one for one in all_projections() if one.name in chosen]


def batch_tables() -> list[str]:
    """Returns the names of the temporary tables that hold a batch and what folds find out about it."""
    return [BATCH, *(name for name, sql in batch_views().items() if f"create table pg_temp.{name}" in sql)]


@cache
def batch_views() -> Mapping[str, str]:
    """The statements of all `batch_views.sql` files, by the name of the view, table or function that they create.

    Several statements or folds read these views and functions. A table keeps what a fold finds out about its batch. All
    are temporary.
    """
    texts = (_text(ROOT / name / "batch_views.sql") for name in PROJECTIONS)
    return {
        match[1]: statement
        for text in texts
        for statement in split_statements(text)
        if (match := _CREATED.search(statement))
    }


def split_statements(text: str) -> tuple[str, ...]:
    """The statements of a SQL file; a statement ends with a semicolon at the end of a line."""
    return tuple(part.strip() for part in re.split(r";[ \t]*(?:\n|$)", text) if _has_sql(part))


def _has_sql(part: str) -> bool:
    return any(line.strip() and not line.strip().startswith("--") for line in part.splitlines())


def _text(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def fold_statement(sql: str) -> FoldStatement:
    """Returns the statement with the facts that it reads."""
    words = _words("\n".join((sql, *_batch_views_in(sql))))
    names = (name for name, fact_class in FACTS.items() if {BATCH, view_name(fact_class)} & words)
    return FoldStatement(sql=sql, stored_names=frozenset(names))


def _batch_views_in(sql: str) -> tuple[str, ...]:
    """Returns the statements of the batch views that the SQL text names, and of those that they name in turn."""
    words, named = _words(sql), dict[str, str]()
    while more := {view: text for view, text in batch_views().items() if view in words - named.keys()}:
        named |= more
        words |= _words("\n".join(more.values()))
    return tuple(named.values())


def _words(sql: str) -> set[str]:
    """Returns the words of a statement without those of its comments and texts."""
    return set(re.findall(r"[a-z_]+", _COMMENT_OR_TEXT.sub(" ", sql)))
